"""From what a datastore has of a run to a :class:`.StorageRecord`: key maps, and the blobs they name."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from sys import intern
from typing import Any

from manim_metaflow.errors import RunError
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.facts.records.drafts import draft_of, finished
from manim_metaflow.facts.records.storage import (
    BlobBytes,
    KeyChange,
    KeyEntry,
    KeyMapRecord,
    StorageRecord,
    TaskKeys,
)
from manim_metaflow.facts.run.frames import FrameReader
from manim_metaflow.facts.run.lineage import Parents, parent_key, parents_of
from manim_metaflow.facts.run.stored_flow import PARAMETERS, described_flow, graph_infos
from manim_metaflow.facts.store.attempts import Described, StoredAttempt, StoredTask
from manim_metaflow.facts.store.datastore import Datastore, beginning
from manim_metaflow.facts.store.inert import bounded_text, dangerous_name, decode, same_value
from manim_metaflow.facts.store.internals import LINEAGE, NAME, Internals, plain_type, sets_name

__all__ = ["StorageReader"]

_COMPARED = 256 * 1024
"""Largest pickle (bytes) that is decoded to distinguish a re-keyed value from a changed one."""
_SHOWN = 1024 * 1024
"""Largest pickle (bytes) of whose value a text is made."""
_TODAY = "pickle-v4"
"""The encoding of every artifact that Metaflow 2.19 stores; the others are of earlier versions."""
_PACKAGE = "code package"
_ENCODINGS = ("pickle-v2", "pickle-v4", "gzip+pickle-v2", "gzip+pickle-v4")

_EntryDraft, _BlobDraft = draft_of(KeyEntry), draft_of(BlobBytes)


class StorageReader:
    """Reads one run.

    Parameters
    ----------
    store
        The flow's datastore.
    run_id
        The run.
    flow
        The flow, if known.
    values, head
        As for :func:`.load_storage`.
    """

    def __init__(
        self,
        store: Datastore,
        run_id: str,
        flow: FlowInfo | None = None,
        *,
        values: bool = False,
        head: int = 0,
    ) -> None:
        self.store, self.run_id, self.flow = store, run_id, flow
        self.values, self.head = values, head
        self.named = False
        """Whether a step uses the name ``"name"``, where Metaflow keeps the flow's."""
        self.damaged: dict[str, str] = {}
        """Key to what is wrong with its blob, as far as it was looked into."""
        self.alike: dict[tuple[str, str], bool] = {}
        """Pairs of keys to whether their values are equal."""
        self.entries: dict[Any, dict[str, KeyEntry]] = {}
        self.kinds: dict[str, str] = {}
        self.orders: dict[tuple[str, ...], list[str]] = {}
        self.blobs: dict[str, Any] = {}
        """Key to a draft of its blob."""
        self.encodings: dict[str, str] = {}
        """Key to how its bytes were encoded, where that is not how they are today."""

    def record(self) -> StorageRecord:
        """Read the run."""
        with _without_collector():
            return self._record()

    def _record(self) -> StorageRecord:
        tasks: list[StoredTask] = []
        packages: set[str] = set()
        for task in self.store.tasks(self.run_id, beginning):
            for attempt in task.attempts:
                self._collect_keys(attempt)
                if attempt.package:
                    packages.add(attempt.package)
            tasks.append(task)
        tasks.sort(key=_order)
        problems = list(self.store.problems)
        parents = self._parents(tasks, problems)
        blobs = self._finish_blobs(packages)  # before the maps: a line whose blob is damaged says so
        maps = {task.path: task.keys for task in tasks}
        damage = (f"{key}: {reason}" for key, reason in self.damaged.items())
        return StorageRecord(
            flow_name=self.store.flow_name,
            run_id=self.run_id,
            kind=self.store.kind,
            tasks=tuple([self._task(task, parents.get(task.path), maps) for task in tasks]),
            blobs=blobs,
            notes=tuple(dict.fromkeys([*problems, *damage])),
        )

    def _parents(self, tasks: list[StoredTask], problems: list[str]) -> dict[str, tuple[str, ...]]:
        """Find each task's parents; a task whose parents cannot be known is left out."""
        given = [task.path for task in tasks if task.step == PARAMETERS]
        found: dict[str, tuple[str, ...]] = dict.fromkeys(given, ())
        rest = [task for task in tasks if task.step != PARAMETERS]
        internals = Internals(self.store, rest, LINEAGE)
        try:
            flow = self.flow or described_flow(
                self.store.flow_name, self.run_id, graph_infos(tasks, internals)
            )
        except RunError:
            problems.append("no description of the graph can be read: who came from whom is unknown")
            return found
        finally:
            self.damaged.update(internals.damaged)
        positions = FrameReader(rest, flow, internals).positions()
        found.update(parents_of(positions, flow))
        found.update({task.path: tuple(given) for task in rest if task.step == flow.start})
        return found

    def _collect_keys(self, attempt: StoredAttempt) -> None:
        """Learn the size and type of every key that is named, and let go of all else the map says."""
        if attempt.keys is None:
            return
        blobs, keys = self.blobs, {}
        self.named = self.named or sets_name(attempt.keys, self.store.flow_name)
        for name, sha in attempt.keys.items():
            blob = blobs.get(sha)
            if blob is None:
                blob = blobs[sha] = self._draft(sha, attempt.described(name))
            # One text for all tasks, not one a task: that is most of the memory a large run would take.
            keys[intern(name)] = blob.sha
        attempt.keys, attempt.info = keys, {}

    def _draft(self, sha: str, described: Described) -> Any:
        size, text, encoding = described
        kind = self.kinds.get(text)
        if kind is None:
            kind = self.kinds[text] = plain_type(text)
        # Nearly all of them: the encoding is kept only where it is another, and nothing is wrong with this
        # one.
        if encoding == _TODAY:
            return _BlobDraft(sha, None, size, kind, "", "", "", False, None, "")
        self.encodings[sha] = encoding
        damage = ""
        if encoding not in _ENCODINGS:
            damage = self.damaged[sha] = f"written by a serializer that is not known here ({encoding})"
        return _BlobDraft(sha, None, size, kind, "", "", "", False, None, damage)

    def _task(
        self,
        task: StoredTask,
        paths: tuple[str, ...] | None,
        maps: Mapping[str, Mapping[str, str]],
    ) -> TaskKeys:
        parents = None if paths is None else [(path, maps[path]) for path in paths]
        siblings = self.entries.setdefault(paths, {})
        return TaskKeys(
            step=task.step,
            task_id=task.task_id,
            attempts=tuple([self._map(attempt, parents, siblings) for attempt in task.attempts]),
            parents=paths or (),
        )

    def _map(
        self, attempt: StoredAttempt, parents: Parents | None, siblings: dict[str, KeyEntry]
    ) -> KeyMapRecord:
        keys, entries = attempt.keys or {}, []
        for name in self._in_order(tuple(keys)):
            sha = keys[name]
            entry = siblings.get(name)  # tasks with the same parents have most lines in common
            # By identity: all tasks have the same text for a key, so that no letters have to be compared.
            if entry is None or entry.sha is not sha:
                entry = siblings[name] = self._entry(name, sha, parents)
            entries.append(entry)
        return KeyMapRecord(
            attempt.number, attempt.done, tuple(entries), attempt.package, damage=attempt.damage
        )

    def _in_order(self, names: tuple[str, ...]) -> list[str]:
        """Sort names; most tasks have those of another."""
        order = self.orders.get(names)
        if order is None:
            order = self.orders[names] = sorted(names)
        return order

    def _entry(self, name: str, sha: str, parents: Parents | None) -> KeyEntry:
        source, before = parent_key(name, sha, parents or ())
        blob, encoding = self.blobs[sha], self.encodings.get(sha, _TODAY)
        change = "unknown" if parents is None else self._change(name, sha, source, before)
        draft = _EntryDraft(
            name,
            sha,
            blob.raw_size,
            blob.type_name,
            encoding,
            change,
            source,
            before,
            blob.damage,
            name == NAME and self.named,
        )
        return finished(draft, KeyEntry)

    def _change(self, name: str, sha: str, source: str | None, before: str | None) -> KeyChange:
        if before is None:
            return "inherited" if source is not None else "created"
        # Metaflow's own artifacts tell of their task, and differ in any case: their values are not compared.
        if name[0] == "_" or max(self.blobs[key].raw_size for key in (before, sha)) > _COMPARED:
            return "changed"
        return "re-keyed" if self._alike(before, sha) else "changed"

    def _alike(self, one: str, other: str) -> bool:
        """Return whether two blobs have equal values."""
        if (one, other) not in self.alike:
            blobs = [blob for _, blob in self.store.blobs((one, other), _COMPARED)]
            self.alike[one, other] = None not in blobs and same_value(blobs[0] or b"", blobs[1] or b"")
        return self.alike[one, other]

    def _finish_blobs(self, packages: set[str]) -> tuple[BlobBytes, ...]:
        """Complete the description of every blob that is named, by key."""
        for key in packages:
            self.blobs[key] = _BlobDraft(key, None, 0, _PACKAGE, "", "", "", True, None, "")
        keys = sorted(self.blobs)
        drafts = [self.blobs[key] for key in keys]
        if self.values or self.head:
            self._add_contents([draft for draft in drafts if not draft.package])
        paths = self.store.blob_paths(keys)
        for draft, path, size in zip(drafts, paths, self.store.sizes(paths), strict=True):
            draft.path, draft.size = path, size
            if size is None:
                draft.damage = self.damaged[draft.sha] = "its blob is missing from the store"
            elif draft.package:
                # A package is stored as it is: on the disk it has as many bytes as in itself.
                draft.raw_size = size
        return tuple([finished(draft, BlobBytes) for draft in drafts])

    def _add_contents(self, drafts: Sequence[Any]) -> None:
        """Add what was asked for of each blob's content, if it is not too large."""
        limit = max(_SHOWN, self.head)
        wanted = [draft for draft in drafts if draft.raw_size <= limit]
        # The key map says how large each value is, but a blob may be decompressed to anything.
        blobs = self.store.blobs((draft.sha for draft in wanted), limit)
        for draft, (key, blob) in zip(wanted, blobs, strict=True):
            draft.head, draft.value, draft.damage = self._content(blob, draft.damage)
            if draft.damage:
                self.damaged[key] = draft.damage
        if self.values:
            for draft in drafts:
                if draft.raw_size > limit:
                    draft.value = f"{draft.type_name}, {draft.raw_size} bytes: too large to show"

    def _content(self, blob: bytes | None, damage: str) -> tuple[str, str, str]:
        """Return a blob's first bytes, a text of its value, and what is wrong with it."""
        if blob is None:
            return "", "", damage or "its blob cannot be unpacked"
        head = blob[: self.head].hex()
        if damage:
            return head, "", damage
        try:
            text = bounded_text(decode(blob)) if self.values else ""
            name = dangerous_name(blob)
        except (ValueError, RecursionError) as error:
            return head, "", str(error)
        return head, text, f"loading it would call {name}: not loaded" if name else ""


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause the collector of cycles: it would go through the growing record again and again, for nothing."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _order(task: StoredTask) -> tuple[bool, int, str]:
    number = re.match(r"\d+", task.task_id)
    return task.step != PARAMETERS, int(number[0]) if number else 0, task.path
