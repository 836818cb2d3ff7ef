"""What a local Metaflow datastore holds about a run, file by file, without interpretation.

The layout is Metaflow's own: ``<flow>/<run>/<step>/<task>/<attempt>.data.json`` maps names to keys,
``_meta`` beside it holds the metadata, ``<flow>/data`` the blobs. One listing of each folder tells
which attempts there are and when they began and ended; a file is opened only for what its name cannot say.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["LocalStore", "StoredAttempt", "StoredRun", "StoredTask"]

_ATTEMPT_FILE = re.compile(r"(\d+)\.(attempt\.json|data\.json|DONE\.lock|runtime)$")
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


@dataclass
class StoredTask:
    """One task's files: when it was queued, its attempts, and when which metadatum was written (ms)."""

    folder: str
    step: str
    task_id: str
    queued: float | None
    attempts: list[StoredAttempt]
    stamps: dict[str, list[int]]
    notes: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """``"step/task_id"``."""
        return f"{self.step}/{self.task_id}"

    def metadatum(self, name: str) -> Any:
        """Read the newest value of a metadatum; ``None`` where there is none."""
        return _metadatum(self.folder, name, self.stamps[name][-1]) if name in self.stamps else None


class LocalStore:
    """One flow in one local datastore root, read only.

    Parameters
    ----------
    root
        The ``.metaflow`` folder.
    flow_name
        The flow whose runs are read.
    """

    def __init__(self, root: Path, flow_name: str) -> None:
        self.root = root
        self.folder = root / flow_name

    def run_ids(self) -> list[str]:
        """List the runs that exist, newest first."""
        if not self.folder.is_dir():
            return []
        runs = [
            entry
            for entry in os.scandir(self.folder)
            if entry.is_dir() and entry.name not in ("data", "_meta")
        ]
        return [
            entry.name
            for entry in sorted(runs, key=lambda run: (run.stat().st_ctime, run.name), reverse=True)
        ]

    def run(self, run_id: str) -> StoredRun:
        """Read when a run was created, and with which versions."""
        held = _json(self.folder / run_id / "_meta" / "_self.json") or {}
        created = held.get("ts_epoch")
        return StoredRun(created / 1000 if created else None, tuple(held.get("system_tags", ())))

    def tasks(self, run_id: str) -> Iterator[StoredTask]:
        """Read every task of a run, the pseudo-step ``_parameters`` included."""
        for step in sorted(_folders(str(self.folder / run_id))):
            for task in sorted(_folders(f"{self.folder}/{run_id}/{step}")):
                yield _task(f"{self.folder}/{run_id}/{step}/{task}", step, task)

    def blob(self, sha: str) -> bytes | None:
        """Read one blob, decompressed; ``None`` where the store does not have it."""
        path = self._blob_path(sha)
        try:
            held = path.read_bytes()
        except OSError:
            return None
        raw = (_json(path.with_name(f"{sha}_meta")) or {}).get("cas_raw", False)
        try:
            return held if raw else gzip.decompress(held)
        except (OSError, EOFError):
            return None

    def blob_size(self, sha: str) -> int | None:
        """Tell the size of the blob's file."""
        try:
            return self._blob_path(sha).stat().st_size
        except OSError:
            return None

    def keys(self) -> set[str]:
        """List every key in the flow's store."""
        return {
            sha
            for prefix in _folders(f"{self.folder}/data")
            for sha in _blobs(f"{self.folder}/data/{prefix}")
        }

    def _blob_path(self, sha: str) -> Path:
        return self.folder / "data" / sha[:2] / sha


def _folders(path: str) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(path) if entry.name != "_meta" and entry.is_dir()]
    except OSError:
        return []


def _blobs(path: str) -> list[str]:
    return [name for name in os.listdir(path) if not name.endswith("_meta")]


def _task(path: str, step: str, task_id: str) -> StoredTask:
    stamps = _stamps(path)
    notes: list[str] = []
    attempts = [
        _attempt(path, number, kinds, notes) for number, kinds in sorted(_attempt_files(path).items())
    ]
    _set_times(path, attempts, stamps)
    queued = min((time for times in stamps.values() for time in times), default=None)
    return StoredTask(path, step, task_id, queued / 1000 if queued else None, attempts, stamps, notes)


def _attempt_files(path: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for name in os.listdir(path):
        match = _ATTEMPT_FILE.match(name)
        if match:
            found.setdefault(int(match[1]), set()).add(match[2])
    return found


def _stamps(path: str) -> dict[str, list[int]]:
    """List the times (ms) of each metadatum, by its name: both are part of the file's name."""
    try:
        names = os.listdir(f"{path}/_meta")
    except OSError:
        return {}
    stamps: dict[str, list[int]] = {}
    for name in names:
        if name.startswith("sysmeta_"):
            metadatum, _, time = name[8:-5].rpartition("_")
            if time.isdigit():
                stamps.setdefault(metadatum, []).append(int(time))
    for times in stamps.values():
        times.sort()
    return stamps


def _attempt(path: str, number: int, kinds: set[str], notes: list[str]) -> StoredAttempt:
    attempt = StoredAttempt(number)
    if {"data.json", "DONE.lock"} <= kinds:
        held = _json(f"{path}/{number}.data.json")
        if held is None or not isinstance(held.get("objects"), dict):
            notes.append(f"attempt {number}: its key map (data.json) cannot be read")
        else:
            attempt.objects, attempt.info = held["objects"], held.get("info") or {}
    attempt.stdout = _log(f"{path}/{number}.runtime_stdout.log")
    if attempt.objects is None and "runtime" in kinds:
        attempt.exit = _json(f"{path}/{number}.runtime")
        said = [line.strip() for line in _log(f"{path}/{number}.runtime_stderr.log")]
        attempt.last_words = tuple(line for line in said if line not in ("", "Task failed."))[-4:]
    return attempt


def _set_times(path: str, attempts: list[StoredAttempt], stamps: dict[str, list[int]]) -> None:
    begun = _by_attempt(path, "attempt", attempts, stamps)
    ended = _by_attempt(path, "attempt-done", attempts, stamps)
    for attempt in attempts:
        attempt.started = begun.get(attempt.number)
        attempt.finished = ended.get(attempt.number)
        if attempt.finished is None and attempt.exit:
            attempt.finished = round(os.stat(f"{path}/{attempt.number}.runtime").st_mtime, 3)


def _by_attempt(
    path: str, name: str, attempts: list[StoredAttempt], stamps: dict[str, list[int]]
) -> dict[int, float]:
    """Seconds by attempt. Where each attempt left one stamp, the order says which is whose."""
    times = stamps.get(name, [])
    if len(times) == len(attempts):
        return {attempt.number: time / 1000 for attempt, time in zip(attempts, times, strict=True)}
    return {int(_metadatum(path, name, time) or 0): time / 1000 for time in times}


def _metadatum(path: str, name: str, stamp: int) -> Any:
    return (_json(f"{path}/_meta/sysmeta_{name}_{stamp}.json") or {}).get("value")


def _json(path: str | Path) -> dict[str, Any] | None:
    try:
        with open(path, "rb") as file:
            held = json.loads(file.read())
    except (OSError, ValueError):
        return None
    return held if isinstance(held, dict) else None


def _log(path: str) -> tuple[str, ...]:
    try:
        if not os.stat(path).st_size:
            return ()
        with open(path, "rb") as file:
            text = file.read()
    except OSError:
        return ()
    lines = text.decode(errors="replace").splitlines()[-_LOG_LINES:]
    return tuple(_FOLDER_IN_TRACE.sub("", _LOG_PREFIX.sub("", line))[:_LOG_WIDTH] for line in lines)
