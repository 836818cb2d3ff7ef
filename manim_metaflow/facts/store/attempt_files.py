"""Read one flow's datastore in Metaflow's layout, local or remote; write nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from manim_metaflow.errors import RunError
from manim_metaflow.facts.store.files import open_files

__all__ = ["AttemptFiles", "MetaflowStore", "need_run"]

_META = "_meta"
_SHELF = "data"


@dataclass(slots=True)
class AttemptFiles:
    """One attempt's files: its key map if it has one, whether it is closed, and what is wrong with it."""

    step: str
    task_id: str
    number: int
    keys: Mapping[str, str] | None
    """Name to key."""
    closed: bool
    info: Mapping[str, Any] = field(default_factory=dict)
    """What the map says of each name's value."""
    package: str | None = None
    damage: str = ""

    @property
    def path(self) -> str:
        """``"step/task_id"``."""
        return f"{self.step}/{self.task_id}"


class MetaflowStore:
    """One flow in one datastore.

    Parameters
    ----------
    root
        The ``.metaflow`` folder, or an ``s3://`` address.
    flow_name
        The flow.
    """

    def __init__(self, root: str, flow_name: str) -> None:
        self.root, self.flow_name = root, flow_name
        self.notes: list[str] = []
        self._files = open_files(root, flow_name)
        self.kind = self._files.kind
        self._packages: dict[bytes, str | None] = {}

    def run_ids(self) -> list[str]:
        """List the runs, newest first as far as their ids tell."""
        found = [path.rpartition("/")[2] for path in self._below([self.flow_name])]
        found = [name for name in found if name != _SHELF]
        return sorted(found, key=lambda name: (int(name) if name.isdigit() else -1, name), reverse=True)

    def attempts(self, run_id: str) -> Iterator[AttemptFiles]:
        """Read the key map of every attempt of every task, ``_parameters`` included."""
        tasks = self._below(sorted(self._below([f"{self.flow_name}/{run_id}"])))
        number = 0
        while tasks:
            yield from self._attempts(tasks, number)
            number += 1
            going_on = self._files.exist([f"{task}/{number}.attempt.json" for task in tasks])
            tasks = [task for task, goes_on in zip(tasks, going_on, strict=True) if goes_on]

    def blobs(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Load blobs, decompressed; ``None`` for one that is missing or damaged."""
        keys = list(keys)
        return zip(keys, self._files.blobs(self.paths_of(keys)), strict=True)

    def sizes(self, paths: Sequence[str]) -> Iterator[int | None]:
        """Tell the size of each file; ``None`` where there is none."""
        return self._files.sizes(paths)

    def paths_of(self, keys: Iterable[str]) -> list[str]:
        """Name the places of blobs below the root."""
        shelf = f"{self.flow_name}/{_SHELF}"
        return [f"{shelf}/{key[:2]}/{key}" for key in keys]

    def _attempts(self, tasks: list[str], number: int) -> Iterator[AttemptFiles]:
        closed = self._files.exist([f"{task}/{number}.DONE.lock" for task in tasks])
        packages = self._packages_of(tasks, number)
        maps = self._files.read([f"{task}/{number}.data.json" for task in tasks])
        for task, is_closed, (text, problem) in zip(tasks, closed, maps, strict=True):
            held, damage = _parsed(text, problem, f"{number}.data.json")
            if held is None and is_closed:
                damage = damage or "its key map (data.json) is missing"
            elif held is None and number == 0:
                damage = self._unreadable(task) or damage
            _, step, task_id = task.rsplit("/", 2)
            if damage:
                self.notes.append(f"{step}/{task_id}, attempt {number}: {damage}")
            keys, info = (held["objects"], held.get("info") or {}) if held else (None, {})
            package = packages.get(task)
            yield AttemptFiles(step, task_id, number, keys, is_closed, info, package, damage)

    def _packages_of(self, tasks: list[str], number: int) -> dict[str, str]:
        """Find the code packages that attempts began from; the pseudo-step has none, it is no process."""
        begun = [task for task in tasks if "/_parameters/" not in task]
        found = {}
        texts = self._files.read([f"{task}/{number}.task_begin" for task in begun])
        for task, (text, _) in zip(begun, texts, strict=True):
            package = self._package(text) if text else None
            if package:
                found[task] = package
        return found

    def _package(self, text: bytes) -> str | None:
        """Read one; the text is nearly always that of another task."""
        if text not in self._packages:
            try:
                self._packages[text] = json.loads(text).get("code_package_sha")
            except (ValueError, AttributeError):
                self._packages[text] = None
        return self._packages[text]

    def _unreadable(self, folder: str) -> str:
        """Tell why nothing was found in a folder, if that is because it cannot be read."""
        [(_, problem)] = self._files.folders([folder])
        return f"its folder cannot be read ({problem})" if problem else ""

    def _below(self, paths: list[str]) -> list[str]:
        """List the folders in folders, and note which of those cannot be listed."""
        found: list[str] = []
        for path, (names, problem) in zip(paths, self._files.folders(paths), strict=True):
            if problem:
                self.notes.append(f"{path}: cannot be listed ({problem})")
            found += [f"{path}/{name}" for name in names if name != _META]
        return found


def _parsed(text: bytes | None, problem: str, name: str) -> tuple[dict[str, Any] | None, str]:
    """Read a key map, or say what is wrong with it."""
    if text is None:
        return None, f"{name} cannot be read ({problem})" if problem else ""
    try:
        held = json.loads(text)
    except ValueError:
        return None, f"{name} is cut short or no JSON"
    if isinstance(held, dict) and isinstance(held.get("objects"), dict):
        return held, ""
    return None, "its key map (data.json) holds no keys"


def need_run(store: MetaflowStore, run_id: str | None) -> str:
    """Choose the newest run, or check that the one asked for is there."""
    known = store.run_ids()
    if not known:
        raise RunError(f"{store.root}: no run of {store.flow_name} here.")
    if run_id is not None and run_id not in known:
        raise RunError(f"{store.flow_name}/{run_id}: no such run in {store.root}. The newest is {known[0]}.")
    return run_id or known[0]
