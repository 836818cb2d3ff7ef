"""From the files of a datastore to a :class:`.StorageRecord`."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from sys import intern
from typing import Any

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
from manim_metaflow.facts.run.stored_values import PARAMETERS, StoredValues, put_into_words
from manim_metaflow.facts.store.attempt_files import AttemptFiles, MetaflowStore
from manim_metaflow.facts.store.internals import plain_type

__all__ = ["StorageReader"]

_COMPARED = 256 * 1024
"""Largest pickle (bytes) that is looked into to tell a re-keyed value from a changed one."""
_SHOWN = 1024 * 1024
"""Largest pickle (bytes) whose value is put into words."""
_TODAY = "pickle-v4"
_PACKAGE = "code package"
_ENCODINGS = ("pickle-v2", "pickle-v4", "gzip+pickle-v2", "gzip+pickle-v4")

Above = Sequence[tuple[str, Mapping[str, str]]]
"""Paths and key maps of a task's parents."""


_EntryDraft, _BlobDraft = draft_of(KeyEntry), draft_of(BlobBytes)


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
        self.stored = StoredValues(store)
        self.damaged = self.stored.damaged
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
        tasks: dict[str, list[AttemptFiles]] = {}
        packages: set[str] = set()
        for attempt in self.store.attempts(self.run_id):
            self._note_keys(attempt)
            tasks.setdefault(attempt.path, []).append(attempt)
            if attempt.package:
                packages.add(attempt.package)
        order = sorted(tasks, key=_order)
        maps = {path: _keys(tasks[path][-1]) for path in order}
        parents = self.stored.parents(maps, self.flow)
        blobs = self._finish_blobs(packages)  # before the maps: a line whose blob is damaged says so
        return StorageRecord(
            flow_name=self.store.flow_name,
            run_id=self.run_id,
            kind=self.store.kind,
            tasks=tuple([self._task(tasks[path], parents.get(path), maps) for path in order]),
            blobs=blobs,
            notes=tuple(dict.fromkeys([*self.store.notes, *(f"{k}: {v}" for k, v in self.damaged.items())])),
        )

    def _note_keys(self, attempt: AttemptFiles) -> None:
        """Learn the size and type of every key that is named, and let go of all else the map says."""
        if attempt.keys is None:
            return
        blobs, info, keys = self.blobs, attempt.info, {}
        for name, sha in attempt.keys.items():
            blob = blobs.get(sha)
            if blob is None:
                blob = blobs[sha] = self._draft(sha, info.get(name) or {})
            # One text for all tasks, not one a task: that is most of the memory a large run would take.
            keys[intern(name)] = blob.sha
        attempt.keys, attempt.info = keys, {}

    def _draft(self, sha: str, info: Mapping[str, Any]) -> Any:
        text, encoding = info.get("type", ""), str(info.get("encoding", ""))
        kind = self.kinds.get(text)
        if kind is None:
            kind = self.kinds[text] = plain_type(str(text))
        if encoding == _TODAY:
            return _BlobDraft(sha, None, int(info.get("size") or 0), kind, "", "", "", False, None, "")
        self.encodings[sha] = encoding
        damage = ""
        if encoding not in _ENCODINGS:
            damage = self.damaged[sha] = f"written by a serializer that is not known here ({encoding})"
        return _BlobDraft(sha, None, int(info.get("size") or 0), kind, "", "", "", False, None, damage)

    def _task(
        self,
        attempts: list[AttemptFiles],
        parents: tuple[str, ...] | None,
        maps: Mapping[str, Mapping[str, str]],
    ) -> TaskKeys:
        above = None if parents is None else [(path, maps[path]) for path in parents]
        siblings = self.entries.setdefault(parents, {})
        return TaskKeys(
            step=attempts[0].step,
            task_id=attempts[0].task_id,
            attempts=tuple([self._map(attempt, above, siblings) for attempt in attempts]),
            parents=parents or (),
        )

    def _map(self, attempt: AttemptFiles, above: Above | None, siblings: dict[str, KeyEntry]) -> KeyMapRecord:
        keys, entries = _keys(attempt), []
        for name in self._in_order(tuple(keys)):
            sha = keys[name]
            entry = siblings.get(name)  # tasks with the same parents have most lines in common
            if entry is None or entry.sha is not sha:
                entry = siblings[name] = self._entry(name, sha, above)
            entries.append(entry)
        return KeyMapRecord(
            attempt.number, attempt.closed, tuple(entries), attempt.package, damage=attempt.damage
        )

    def _in_order(self, names: tuple[str, ...]) -> list[str]:
        """Sort names; most tasks have those of another."""
        order = self.orders.get(names)
        if order is None:
            order = self.orders[names] = sorted(names)
        return order

    def _entry(self, name: str, sha: str, above: Above | None) -> KeyEntry:
        source = before = None
        for path, keys in above or ():
            held = keys.get(name)
            if held == sha:
                source, before = path, None
                break
            if held is not None and before is None:
                source, before = path, held
        blob, encoding = self.blobs[sha], self.encodings.get(sha, _TODAY)
        change = "unknown" if above is None else self._change(name, sha, source, before)
        draft = _EntryDraft(
            name, sha, blob.raw_size, blob.type_name, encoding, change, source, before, blob.damage
        )
        return finished(draft, KeyEntry)

    def _change(self, name: str, sha: str, source: str | None, before: str | None) -> KeyChange:
        if before is None:
            return "inherited" if source is not None else "created"
        if name[0] == "_" or max(self.blobs[key].raw_size for key in (before, sha)) > _COMPARED:
            return "changed"
        return "re-keyed" if self.stored.alike(before, sha) else "changed"

    def _finish_blobs(self, packages: set[str]) -> tuple[BlobBytes, ...]:
        """Complete the description of every blob that is named, by key."""
        for key in packages:
            self.blobs[key] = _BlobDraft(key, None, 0, _PACKAGE, "", "", "", True, None, "")
        keys = sorted(self.blobs)
        drafts = [self.blobs[key] for key in keys]
        if self.values or self.head:
            self._add_contents([draft for draft in drafts if not draft.package])
        paths = self.store.paths_of(keys)
        for draft, path, size in zip(drafts, paths, self.store.sizes(paths), strict=True):
            draft.path, draft.size = path, size
            if size is None:
                draft.damage = self.damaged[draft.sha] = "its blob is missing from the store"
            elif draft.package:
                draft.raw_size = size
        return tuple([finished(draft, BlobBytes) for draft in drafts])

    def _add_contents(self, drafts: Sequence[Any]) -> None:
        """Add what was asked for of each blob's content, if it is not too large."""
        limit = max(_SHOWN, self.head)
        wanted = [draft for draft in drafts if draft.raw_size <= limit]
        for draft, (key, blob) in zip(wanted, self.store.blobs(draft.sha for draft in wanted), strict=True):
            draft.head, draft.value, draft.damage = self._content(blob, draft.damage)
            if draft.damage:
                self.damaged[key] = draft.damage
        if self.values:
            for draft in drafts:
                if draft.raw_size > limit:
                    draft.value = f"{draft.type_name}, {draft.raw_size} bytes: too large to show"

    def _content(self, blob: bytes | None, damage: str) -> tuple[str, str, str]:
        """Return a blob's first bytes, its value in words, and what is wrong."""
        if blob is None:
            return "", "", damage or "its blob cannot be unpacked"
        head = blob[: self.head].hex()
        if damage:
            return head, "", damage
        return head, *put_into_words(blob, value=self.values)


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


def _keys(attempt: AttemptFiles) -> Mapping[str, str]:
    return attempt.keys if attempt.keys and attempt.closed else {}


def _order(path: str) -> tuple[bool, int, str]:
    step, _, task_id = path.partition("/")
    number = re.match(r"\d+", task_id)
    return step != PARAMETERS, int(number[0]) if number else 0, path
