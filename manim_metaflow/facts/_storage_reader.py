"""From the files of a datastore to a :class:`.StorageRecord`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from manim_metaflow.facts._graph_info import flow_from_graph_info
from manim_metaflow.facts._inert import bounded_text, decode, foreign_names, same_value
from manim_metaflow.facts._internals import frames_of, plain_type
from manim_metaflow.facts._lineage import Place, parents_of
from manim_metaflow.facts._metaflow_store import AttemptFiles, MetaflowStore
from manim_metaflow.facts._unpickle import RefusedError, read_pickle
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.facts.storage_records import (
    BlobBytes,
    KeyChange,
    KeyEntry,
    KeyMapRecord,
    StorageRecord,
    TaskKeys,
)

__all__ = ["StorageReader"]

_PARAMETERS = "_parameters"
_COMPARED = 256 * 1024
"""Largest pickle (bytes) that is looked into to tell a re-keyed value from a changed one."""
_SHOWN = 1024 * 1024
"""Largest pickle (bytes) whose value is put into words."""
_ENCODINGS = ("pickle-v2", "pickle-v4", "gzip+pickle-v2", "gzip+pickle-v4")
_RUNNING_MODULES = re.compile(
    r"(os|posix|nt|subprocess|sys|importlib|runpy|pty|shutil|socket|ctypes|code|pdb|multiprocessing)\."
)
_RUNNING = {f"builtins.{name}" for name in ("eval", "exec", "compile", "open", "getattr", "__import__")}
"""What no honest value's pickle asks for, and what one that shall run code does."""


class StorageReader:
    """Reads one run.

    Parameters
    ----------
    store
        The flow's store.
    run_id
        The run.
    flow
        The flow, if known.
    values, head
        As for :func:`.load_storage`.
    """

    def __init__(
        self,
        store: MetaflowStore,
        run_id: str,
        flow: FlowInfo | None = None,
        *,
        values: bool = False,
        head: int = 0,
    ) -> None:
        self.store, self.run_id, self.flow = store, run_id, flow
        self.values, self.head = values, head
        self.entries: dict[Any, KeyEntry] = {}
        self.types: dict[str, str] = {}
        self.facts: dict[str, tuple[int, str]] = {}
        self.pickles: dict[str, bytes | None] = {}
        self.alike: dict[tuple[str, str], bool] = {}
        self.damaged: dict[str, str] = {}

    def record(self) -> StorageRecord:
        """Read the run."""
        files = self.store.attempts(self.run_id)
        tasks: dict[str, list[AttemptFiles]] = {}
        for attempt in files:
            tasks.setdefault(f"{attempt.step}/{attempt.task_id}", []).append(attempt)
        order = sorted(tasks, key=_order)
        maps = {path: _objects(tasks[path][-1]) for path in order}
        parents = self._parents({path: tasks[path] for path in order}, maps)
        packages = {attempt.package for attempt in files if attempt.package}
        self._note_sizes(files)
        blobs = self._blobs(packages)  # before the maps: a line whose blob is damaged says so
        return StorageRecord(
            flow_name=self.store.flow_name,
            run_id=self.run_id,
            kind=self.store.kind,
            tasks=tuple(self._task(tasks[path], parents.get(path), maps) for path in order),
            blobs=blobs,
            notes=tuple(dict.fromkeys([*self.store.notes, *(f"{k}: {v}" for k, v in self.damaged.items())])),
        )

    def _note_sizes(self, files: Iterable[AttemptFiles]) -> None:
        """Learn the size and type of every key that is named."""
        facts, plain = self.facts, self.types
        for attempt in files:
            if not attempt.keys:
                continue
            infos = attempt.keys.get("info") or {}
            for name, sha in attempt.keys["objects"].items():
                if sha in facts:
                    continue
                info = infos.get(name) or {}
                text = str(info.get("type", ""))
                kind = plain.get(text)
                if kind is None:
                    kind = plain[text] = plain_type(text)
                facts[sha] = (int(info.get("size") or 0), kind)
                encoding = str(info.get("encoding", ""))
                if encoding not in _ENCODINGS:
                    self.damaged[sha] = f"written by a serializer that is not known here ({encoding})"

    def _task(
        self,
        attempts: list[AttemptFiles],
        parents: tuple[str, ...] | None,
        maps: Mapping[str, Mapping[str, str]],
    ) -> TaskKeys:
        above = None if parents is None else [(path, maps[path]) for path in parents]
        return TaskKeys(
            step=attempts[0].step,
            task_id=attempts[0].task_id,
            attempts=tuple(self._map(attempt, above) for attempt in attempts),
            parents=parents or (),
        )

    def _map(self, attempt: AttemptFiles, above: list[tuple[str, Mapping[str, str]]] | None) -> KeyMapRecord:
        objects = _objects(attempt)
        infos = (attempt.keys or {}).get("info") or {}
        entries = tuple(self._entry(name, objects[name], infos, above) for name in sorted(objects))
        return KeyMapRecord(attempt.number, attempt.closed, entries, attempt.package, damage=attempt.damage)

    def _entry(
        self,
        name: str,
        sha: str,
        infos: Mapping[str, Any],
        above: list[tuple[str, Mapping[str, str]]] | None,
    ) -> KeyEntry:
        source = before = None
        for path, keys in above or ():
            held = keys.get(name)
            if held == sha:
                source, before = path, None
                break
            if held is not None and before is None:
                source, before = path, held
        known = self.entries.get((name, sha, source, before))
        if known is None:
            size, kind = self.facts[sha]
            known = self.entries[name, sha, source, before] = KeyEntry(
                name,
                sha,
                size,
                kind,
                str((infos.get(name) or {}).get("encoding", "")),
                "unknown" if above is None else self._change(name, sha, source, before),
                source,
                before,
                self.damaged.get(sha, ""),
            )
        return known

    def _change(self, name: str, sha: str, source: str | None, before: str | None) -> KeyChange:
        if before is not None:
            return "re-keyed" if name[0] != "_" and self._same_value(before, sha) else "changed"
        return "inherited" if source is not None else "created"

    def _same_value(self, one: str, other: str) -> bool:
        if max(self.facts.get(sha, (0, ""))[0] for sha in (one, other)) > _COMPARED:
            return False
        if (one, other) not in self.alike:
            blobs = [self._pickle(sha) for sha in (one, other)]
            self.alike[one, other] = None not in blobs and same_value(blobs[0] or b"", blobs[1] or b"")
        return self.alike[one, other]

    def _pickle(self, sha: str) -> bytes | None:
        if sha not in self.pickles:
            [(_, self.pickles[sha])] = self.store.blobs([sha])
        return self.pickles[sha]

    def _blobs(self, packages: set[str]) -> tuple[BlobBytes, ...]:
        keys = sorted({*self.facts, *packages})
        sizes = self.store.sizes(keys)
        return tuple(self._blob(key, sizes[key], package=key in packages) for key in keys)

    def _blob(self, sha: str, size: int | None, *, package: bool) -> BlobBytes:
        raw, kind = (size or 0, "code package") if package else self.facts[sha]
        held, text, damage = b"", "", self.damaged.get(sha, "")
        if size is None:
            damage = "its blob is missing from the store"
        elif (self.head or self.values) and not package and raw <= max(_SHOWN, self.head):
            blob = self._pickle(sha)
            held, text, more = self._look_into(blob, known=not damage)
            damage = damage or more
        elif self.values and not package:
            text = f"{kind}, {raw} bytes: too large to show"
        if damage:
            self.damaged[sha] = damage
        return BlobBytes(
            sha,
            size,
            raw,
            kind,
            self.store.path_of(sha),
            held[: self.head].hex(),
            text,
            package,
            damage=damage,
        )

    def _look_into(self, blob: bytes | None, *, known: bool) -> tuple[bytes, str, str]:
        """Return the bytes, the value in words, and what is wrong."""
        if blob is None:
            return b"", "", "its blob cannot be unpacked"
        if not known:
            return blob, "", ""
        try:
            text = bounded_text(decode(blob)) if self.values else ""
            asked = foreign_names(blob)
        except (ValueError, RecursionError) as error:
            return blob, "", str(error)
        runs = [name for name in asked if name in _RUNNING or _RUNNING_MODULES.match(name)]
        return blob, text, f"loading it would call {runs[0]}: not loaded" if runs else ""

    def _parents(
        self, tasks: Mapping[str, list[AttemptFiles]], maps: Mapping[str, Mapping[str, str]]
    ) -> dict[str, tuple[str, ...]]:
        """Find each task's parents; a task whose parents cannot be known is left out."""
        parameters = tuple(path for path in tasks if path.startswith(f"{_PARAMETERS}/"))
        found: dict[str, tuple[str, ...]] = dict.fromkeys(parameters, ())
        flow = self.flow or self._described(maps)
        if flow is None:
            return found
        places = [self._place(path, maps[path]) for path in tasks if path not in found]
        found.update(parents_of(places, flow))
        found.update({path: parameters for path in tasks if path.partition("/")[0] == flow.start})
        return found

    def _described(self, maps: Mapping[str, Mapping[str, str]]) -> FlowInfo | None:
        for sha in dict.fromkeys(keys["_graph_info"] for keys in maps.values() if "_graph_info" in keys):
            held = self._internal(sha)
            try:
                return flow_from_graph_info(self.store.flow_name, held)
            except (KeyError, TypeError, AttributeError):
                continue
        self.store.notes.append("no description of the graph can be read: who came from whom is unknown")
        return None

    def _place(self, path: str, keys: Mapping[str, str]) -> Place:
        stack = self._internal(keys.get("_foreach_stack"))
        iteration = self._internal(keys.get("_iteration_stack"))
        transition = self._internal(keys.get("_transition"))
        to = transition[0] if isinstance(transition, tuple) and transition else ()
        return Place(
            path,
            path.partition("/")[0],
            tuple((frame.step, frame.index) for frame in frames_of(stack)),
            tuple(iteration) if isinstance(iteration, list) else (),
            tuple(to) if isinstance(to, list) else (),
        )

    def _internal(self, sha: str | None) -> Any:
        if sha is None:
            return None
        blob = self._pickle(sha)
        if blob is None:
            return None
        try:
            return read_pickle(blob)
        except RefusedError as error:
            self.damaged[sha] = str(error)
            return None


def _objects(attempt: AttemptFiles) -> Mapping[str, str]:
    return attempt.keys["objects"] if attempt.keys and attempt.closed else {}


def _order(path: str) -> tuple[bool, int, str]:
    step, _, task_id = path.partition("/")
    number = re.match(r"\d+", task_id)
    return step != _PARAMETERS, int(number[0]) if number else 0, path
