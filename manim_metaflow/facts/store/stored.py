"""What a store holds about a run, file by file, without interpretation: of tasks, attempts and metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = [
    "ATTEMPT_FILE",
    "RunStore",
    "StoredAttempt",
    "StoredRun",
    "StoredTask",
    "TaskNotes",
    "last_words",
    "log_lines",
    "parsed",
    "queued_at",
    "set_times",
    "take_keys",
]

ATTEMPT_FILE = re.compile(r"(\d+)\.(attempt\.json|data\.json|DONE\.lock|runtime)$")
"""Number of the attempt and kind of a file that tells of it."""

_LOG_PREFIX = re.compile(r"^\[!?MFLOG\|[^]]*\]")
_FOLDER_IN_TRACE = re.compile(r'(?<=File ")[^"]*[/\\](?=[^"/\\]+")')
_LOG_LINES, _LOG_WIDTH = 50, 200


@dataclass(frozen=True)
class StoredRun:
    """A run's own metadata."""

    created: float | None
    system_tags: tuple[str, ...] = ()


@dataclass
class StoredAttempt:
    """One attempt's files. ``objects`` is ``None`` until the attempt has stored its key map."""

    number: int
    started: float | None = None
    finished: float | None = None
    objects: dict[str, str] | None = None
    info: dict[str, Any] = field(default_factory=dict)
    exit: dict[str, Any] | None = None
    stdout: tuple[str, ...] = ()
    last_words: tuple[str, ...] = ()
    """The end of the error log, read only where the attempt stored nothing else."""


@dataclass(frozen=True)
class TaskNotes:
    """A task's metadata: when each metadatum was written (ms), and a way to read what it says."""

    stamps: dict[str, list[int]] = field(default_factory=dict)
    read: Callable[[str, int], Any] = lambda name, stamp: None


@dataclass
class StoredTask:
    """One task: when it was queued, its attempts, and its metadata."""

    step: str
    task_id: str
    queued: float | None
    attempts: list[StoredAttempt]
    metadata: TaskNotes
    notes: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """``"step/task_id"``."""
        return f"{self.step}/{self.task_id}"

    @property
    def stamps(self) -> dict[str, list[int]]:
        """When each metadatum was written (ms)."""
        return self.metadata.stamps

    def metadatum(self, name: str) -> Any:
        """Read the newest value of a metadatum; ``None`` where there is none."""
        return self.metadata.read(name, self.stamps[name][-1]) if name in self.stamps else None


class RunStore(Protocol):
    """One flow in one datastore, wherever that is, read only."""

    name: str
    """Where it is."""

    def run_ids(self) -> list[str]:
        """List the runs that exist, newest first."""

    def run(self, run_id: str) -> StoredRun:
        """Read when a run was created, and with which versions."""

    def tasks(self, run_id: str) -> Iterator[StoredTask]:
        """Read every task of a run, the pseudo-step ``_parameters`` included."""

    def blob(self, sha: str) -> bytes | None:
        """Read one blob, decompressed; ``None`` where the store does not have it."""

    def blob_sizes(self, keys: list[str]) -> dict[str, int | None]:
        """Tell the size of each blob's file; ``None`` where there is none."""


def take_keys(attempt: StoredAttempt, held: dict[str, Any] | None, notes: list[str]) -> None:
    """Give an attempt the key map that was read, or note that none could be."""
    if held is None or not isinstance(held.get("objects"), dict):
        notes.append(f"attempt {attempt.number}: its key map (data.json) cannot be read")
    else:
        attempt.objects, attempt.info = held["objects"], held.get("info") or {}


def queued_at(metadata: TaskNotes) -> float | None:
    """Tell when a task was first heard of, seconds since the epoch."""
    first = min((time for times in metadata.stamps.values() for time in times), default=None)
    return first / 1000 if first else None


def set_times(attempts: list[StoredAttempt], metadata: TaskNotes) -> None:
    """Tell attempts when they began and ended."""
    begun = _by_attempt("attempt", attempts, metadata)
    ended = _by_attempt("attempt-done", attempts, metadata)
    for attempt in attempts:
        attempt.started = begun.get(attempt.number)
        attempt.finished = ended.get(attempt.number)


def _by_attempt(name: str, attempts: list[StoredAttempt], metadata: TaskNotes) -> dict[int, float]:
    """Seconds by attempt. Where each attempt left one stamp, the order says which is whose."""
    times = metadata.stamps.get(name, [])
    if len(times) == len(attempts):
        return {attempt.number: time / 1000 for attempt, time in zip(attempts, times, strict=True)}
    return {int(metadata.read(name, time) or 0): time / 1000 for time in times}


def parsed(text: bytes) -> dict[str, Any] | None:
    """Read a JSON object; ``None`` if it is none."""
    try:
        held = json.loads(text)
    except ValueError:
        return None
    return held if isinstance(held, dict) else None


def log_lines(text: bytes) -> tuple[str, ...]:
    """Read the end of a log without Metaflow's prefixes and this machine's folders."""
    lines = text.decode(errors="replace").splitlines()[-_LOG_LINES:]
    return tuple(_FOLDER_IN_TRACE.sub("", _LOG_PREFIX.sub("", line))[:_LOG_WIDTH] for line in lines)


def last_words(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Take what an attempt said last from the lines of its error log."""
    said = (line.strip() for line in lines)
    return tuple(line for line in said if line not in ("", "Task failed."))[-4:]
