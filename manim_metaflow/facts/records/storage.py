"""What a run left in storage, as plain records: which task names which key, and the bytes under each key.

The upper half is each attempt's key map, name to key, as its ``data.json`` has it; the lower half is the
flow's content store. Nearly everything true about deduplication, inheritance, merging and resuming is a
statement about the upper half alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from manim_metaflow.errors import UnknownNameError
from manim_metaflow.facts.records.codec import JsonRecord
from manim_metaflow.facts.records.faults import storage_faults
from manim_metaflow.utils.text import known_names

__all__ = [
    "BlobBytes",
    "KeyEntry",
    "KeyMapRecord",
    "StorageRecord",
    "StorageTotals",
    "TaskKeys",
    "storage_totals",
]

KeyChange = Literal["created", "changed", "re-keyed", "inherited", "unknown"]
"""How a key came into a map. ``re-keyed``: an equal value whose pickle has other bytes."""


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One line of a key map.

    ``source`` is the parent task that had this name before, ``before`` the key it had there if it is
    another one. ``damage`` says in words what is wrong, if anything.
    """

    name: str
    sha: str
    size: int
    type_name: str = ""
    encoding: str = "pickle-v4"
    change: KeyChange = "created"
    source: str | None = None
    before: str | None = None
    damage: str = ""
    authored: bool = False
    """Whether the name is ``"name"``, where Metaflow keeps the flow's, and a step of the run uses it, too."""

    @property
    def internal(self) -> bool:
        """Whether Metaflow keeps this for itself."""
        return self.name.startswith("_") or (self.name == "name" and not self.authored)


@dataclass(frozen=True, slots=True)
class KeyMapRecord:
    """What one attempt stored. ``stored`` is false until it has closed its map with its done mark."""

    number: int
    stored: bool
    entries: tuple[KeyEntry, ...] = ()
    """By name."""
    package: str | None = None
    """Key of the code package the attempt ran from, if there was one."""
    moments: tuple[tuple[str, float], ...] = ()
    """When ``"key map"``, ``"done mark"`` and the first ``"metadata"`` of an artifact were written, where
    that was recorded (seconds since the epoch)."""
    damage: str = ""

    @property
    def artifacts(self) -> tuple[KeyEntry, ...]:
        """The entries that are not Metaflow's own."""
        return tuple(entry for entry in self.entries if not entry.internal)

    def __getitem__(self, name: str) -> KeyEntry:
        for entry in self.entries:
            if entry.name == name:
                return entry
        # Metaflow's own names can be asked for, but nobody who mistypes one wants to read them all.
        there = known_names(name, [entry.name for entry in self.artifacts], "artifacts")
        raise UnknownNameError(f"The key map of attempt {self.number} has no {name!r}. {there}")

    def __contains__(self, name: object) -> bool:
        return any(entry.name == name for entry in self.entries)


@dataclass(frozen=True)
class TaskKeys:
    """The key maps of one task, attempt by attempt."""

    step: str
    task_id: str
    attempts: tuple[KeyMapRecord, ...] = ()
    parents: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """``"step/task_id"``."""
        return f"{self.step}/{self.task_id}"

    @property
    def last(self) -> KeyMapRecord:
        """The newest attempt's map: the one that the next task and the client read."""
        return self.attempts[-1] if self.attempts else KeyMapRecord(0, stored=False)


@dataclass(frozen=True, slots=True)
class BlobBytes:
    """One blob of a flow's content store.

    ``size`` is that of the stored file (``None``: it is not there), ``raw_size`` that of the bytes it was
    hashed from; ``path`` is relative to the datastore's root. ``head`` has the first of those bytes in
    hexadecimal and ``value`` a bounded text of the pickled value, where the caller asked for them.
    """

    sha: str
    size: int | None
    raw_size: int
    type_name: str = ""
    path: str = ""
    head: str = ""
    value: str = ""
    package: bool = False
    written: float | None = None
    """When the file was written, where that was recorded."""
    damage: str = ""


@dataclass(frozen=True)
class StorageTotals:
    """Sums over key maps and the blobs they name.

    ``entries`` lines in key maps stand for ``written`` bytes of pickles, as if each were kept on its own;
    ``blobs`` blobs hold ``unique`` bytes of pickles in ``stored`` bytes of files.
    """

    entries: int
    written: int
    blobs: int
    unique: int
    stored: int

    @property
    def saved(self) -> int:
        """Bytes of pickles that did not have to be kept a second time."""
        return self.written - self.unique


@dataclass(frozen=True)
class StorageRecord(JsonRecord):
    """A run as its datastore holds it."""

    flow_name: str
    run_id: str
    kind: str
    """``"local"`` or ``"s3"``."""
    tasks: tuple[TaskKeys, ...]
    blobs: tuple[BlobBytes, ...] = ()
    notes: tuple[str, ...] = ()
    """What is damaged, in words."""

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the record as a whole."""
        return storage_faults(self, "record")

    @cached_property
    def _tasks(self) -> Mapping[str, TaskKeys]:
        return {task.path: task for task in self.tasks}

    @cached_property
    def _blobs(self) -> Mapping[str, BlobBytes]:
        return {blob.sha: blob for blob in self.blobs}

    def __getitem__(self, path: str) -> TaskKeys:
        if path not in self._tasks:
            raise self._unknown("task", path, self._tasks)
        return self._tasks[path]

    def tasks_of(self, step: str) -> tuple[TaskKeys, ...]:
        """Tasks of one step, in the order of their ids.

        Raises
        ------
        UnknownNameError
            No task of such a step stored anything. A storage does not know the flow: it cannot tell a
            step that the run never came to from a slip, as :meth:`RunRecord.tasks_of` can.
        """
        found = tuple(task for task in self.tasks if task.step == step)
        if not found:
            known = known_names(step, dict.fromkeys(task.step for task in self.tasks), "steps")
            raise UnknownNameError(f"{self._here} holds nothing of a step {step!r}. {known}")
        return found

    def blob(self, sha: str) -> BlobBytes:
        """Return the record of the bytes under a key.

        Raises
        ------
        UnknownNameError
            No key map of the run names this key.
        """
        if sha not in self._blobs:
            raise self._unknown("key", sha, self._blobs)
        return self._blobs[sha]

    def _unknown(self, what: str, name: str, known: Iterable[str]) -> UnknownNameError:
        return UnknownNameError(
            f"{self._here} has no {what} {name!r}. {known_names(name, known, f'{what}s')}"
        )

    @property
    def _here(self) -> str:
        return f"The storage of {self.flow_name}/{self.run_id}"

    @property
    def values(self) -> dict[str, str]:
        """The short texts of values by key, as far as they are known."""
        return {blob.sha: blob.value for blob in self.blobs if blob.value}

    @property
    def packages(self) -> tuple[BlobBytes, ...]:
        """The code packages that tasks of this run ran from."""
        return tuple(blob for blob in self.blobs if blob.package)

    def made_by(self, path: str, name: str) -> str:
        """Name the task whose own work put the present key under a name: follow it up through parents."""
        passed: set[str] = set()
        while path not in passed:  # a damaged record may lead round in a circle
            passed.add(path)
            entry = self[path].last[name]
            source = self._tasks.get(entry.source or "")
            if entry.change != "inherited" or source is None or name not in source.last:
                return path
            path = source.path
        return path

    def totals(self, *, internal: bool = False) -> StorageTotals:
        """Sum up, with or without what Metaflow keeps for itself."""
        return storage_totals([self], internal=internal)


def storage_totals(records: Iterable[StorageRecord], *, internal: bool = False) -> StorageTotals:
    """Sum up several runs of one flow, which share one content store: a key they have in common counts once.

    Examples
    --------
    >>> same = KeyEntry("raw", "b68cc035a7f59d6d9285aaa4359c51872f204f8a", 22)
    >>> task = TaskKeys("start", "1", (KeyMapRecord(0, True, (same,)),))
    >>> runs = [StorageRecord("TinyFlow", run_id, "local", (task,)) for run_id in ("1", "2")]
    >>> totals = storage_totals(runs)
    >>> totals.entries, totals.written, totals.blobs, totals.saved
    (2, 44, 1, 22)
    """
    count = written = 0
    named: dict[tuple[str, str], int] = {}
    sizes: dict[tuple[str, str], int] = {}
    for record in records:
        for blob in record.blobs:
            sizes[record.flow_name, blob.sha] = blob.size or 0
        for task in record.tasks:
            for attempt in task.attempts:
                for entry in attempt.entries:
                    if internal or not entry.internal:
                        count += 1
                        written += entry.size
                        named[record.flow_name, entry.sha] = entry.size
    stored = sum(sizes.get(key, 0) for key in named)
    return StorageTotals(count, written, len(named), sum(named.values()), stored)
