"""Read one flow's datastore through Metaflow's own storage code, local or remote; write nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manim_metaflow.errors import RunError

__all__ = ["AttemptFiles", "MetaflowStore", "need_run"]

_META = "_meta"
_SHELF = "data"


@dataclass(frozen=True)
class AttemptFiles:
    """One attempt's files: its key map if it has one, whether it is closed, and what is wrong with it."""

    step: str
    task_id: str
    number: int
    keys: dict[str, Any] | None
    closed: bool
    package: str | None = None
    damage: str = ""


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
        from metaflow.datastore.flow_datastore import FlowDataStore

        make: Any = FlowDataStore
        self.root, self.flow_name = root, flow_name
        self.kind = "s3" if root.startswith("s3://") else "local"
        self.notes: list[str] = []
        self._flow: Any = make(flow_name, storage_impl=_storage(self.kind), ds_root=root)
        self._storage = self._flow._storage_impl

    def run_ids(self) -> list[str]:
        """List the runs, newest first as far as their ids tell."""
        found = [name for name in self._folders(self.flow_name) if name != _SHELF]
        return sorted(found, key=lambda name: (int(name) if name.isdigit() else -1, name), reverse=True)

    def attempts(self, run_id: str) -> list[AttemptFiles]:
        """Read the key map of every attempt of every task, ``_parameters`` included."""
        steps = sorted(self._folders(f"{self.flow_name}/{run_id}"))
        tasks = [
            f"{self.flow_name}/{run_id}/{step}/{task}"
            for step in steps
            for task in self._folders(f"{self.flow_name}/{run_id}/{step}")
        ]
        found: list[AttemptFiles] = []
        number = 0
        while tasks:
            found += self._attempts(tasks, number)
            number += 1
            going_on = self._exist([f"{task}/{number}.attempt.json" for task in tasks])
            tasks = [task for task, goes_on in zip(tasks, going_on, strict=True) if goes_on]
        return found

    def blobs(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Load blobs one by one, decompressed; ``None`` for one that is missing or damaged."""
        for key in keys:
            try:
                [(_, blob)] = self._flow.ca_store.load_blobs([key])
            except Exception:
                blob = None
            yield key, blob

    def sizes(self, keys: Iterable[str]) -> dict[str, int | None]:
        """Tell the size of each blob's file; ``None`` where there is none."""
        keys = list(keys)
        if self.kind == "s3":
            return dict(zip(keys, self._remote_sizes([self.path_of(key) for key in keys]), strict=True))
        return {key: self._storage.size_file(self.path_of(key)) for key in keys}

    def path_of(self, key: str) -> str:
        """Name the place of a blob below the root."""
        return f"{self.flow_name}/{_SHELF}/{key[:2]}/{key}"

    def _remote_sizes(self, paths: list[str]) -> list[int | None]:
        from metaflow.plugins.datatools.s3.s3 import S3

        with S3(s3root=self.root, external_client=self._storage.s3_client) as client:
            found = client.info_many(paths, return_missing=True)
            sizes = {item.key: item.size if item.exists else None for item in found}
        return [sizes.get(path) for path in paths]

    def _attempts(self, tasks: list[str], number: int) -> Iterator[AttemptFiles]:
        closed = self._exist([f"{task}/{number}.DONE.lock" for task in tasks])
        maps = self._json([f"{task}/{number}.data.json" for task in tasks])
        begun = self._json([f"{task}/{number}.task_begin" for task in self._with_package(tasks, number)])
        for task, is_closed in zip(tasks, closed, strict=True):
            keys, damage = maps[f"{task}/{number}.data.json"]
            start, _ = begun.get(f"{task}/{number}.task_begin", (None, ""))
            if number == 0 and keys is None and not is_closed:
                damage = damage or self._unreadable(task)
            elif is_closed and keys is None:
                damage = damage or "its key map (data.json) is missing"
            elif keys is not None and not isinstance(keys.get("objects"), dict):
                keys, damage = None, "its key map (data.json) holds no keys"
            step, task_id = task.split("/")[-2:]
            package = (start or {}).get("code_package_sha")
            if damage:
                self.notes.append(f"{step}/{task_id}, attempt {number}: {damage}")
            yield AttemptFiles(step, task_id, number, keys, is_closed, package, damage)

    def _unreadable(self, folder: str) -> str:
        """Tell why nothing was found in a folder, if that is because it cannot be read."""
        try:
            self._storage.list_content([folder])
        except Exception as error:
            return f"its folder cannot be read ({_reason(error)})"
        return ""

    def _with_package(self, tasks: list[str], number: int) -> list[str]:
        """Leave out the pseudo-step, which has no process that could begin."""
        return [task for task in tasks if "/_parameters/" not in task]

    def _exist(self, paths: list[str]) -> list[bool]:
        return list(self._storage.is_file(paths))

    def _json(self, paths: list[str]) -> dict[str, tuple[dict[str, Any] | None, str]]:
        """Read JSON files; beside each, what is wrong with it."""
        found: dict[str, tuple[dict[str, Any] | None, str]] = dict.fromkeys(paths, (None, ""))
        with self._storage.load_bytes(paths) as loaded:
            for path, file, _ in loaded:
                if file is not None:
                    found[path] = _parsed(file, path.rpartition("/")[2])
        return found

    def _folders(self, path: str) -> list[str]:
        try:
            listed = self._storage.list_content([path])
        except Exception as error:
            self.notes.append(f"{path}: cannot be listed ({_reason(error)})")
            return []
        names = (item.path.rstrip("/").rpartition("/")[2] for item in listed if not item.is_file)
        return [name for name in names if name != _META]


def _storage(kind: str) -> Any:
    if kind == "s3":
        from metaflow.plugins.datastores.s3_storage import S3Storage

        return S3Storage
    from metaflow.plugins.datastores.local_storage import LocalStorage

    return LocalStorage


def _parsed(file: str, name: str) -> tuple[dict[str, Any] | None, str]:
    try:
        held = json.loads(Path(file).read_bytes())
    except OSError as error:
        return None, f"{name} cannot be read ({_reason(error)})"
    except ValueError:
        return None, f"{name} is cut short or no JSON"
    return (held, "") if isinstance(held, dict) else (None, f"{name} holds no object")


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)


def need_run(store: MetaflowStore, run_id: str | None) -> str:
    """Choose the newest run, or check that the one asked for is there."""
    known = store.run_ids()
    if not known:
        raise RunError(f"{store.root}: no run of {store.flow_name} here.")
    if run_id is not None and run_id not in known:
        raise RunError(f"{store.flow_name}/{run_id}: no such run in {store.root}. The newest is {known[0]}.")
    return run_id or known[0]
