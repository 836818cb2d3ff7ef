"""What a local Metaflow datastore holds about a run, file by file, without interpretation.

The layout is Metaflow's own: ``<flow>/<run>/<step>/<task>/<attempt>.data.json`` maps names to keys,
``_meta`` beside it holds the metadata, ``<flow>/data`` the blobs. One listing of each folder tells
which attempts there are and when they began and ended; a file is opened only for what its name cannot say.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from manim_metaflow.facts.store.stored import (
    ATTEMPT_FILE,
    StoredAttempt,
    StoredRun,
    StoredTask,
    TaskNotes,
    last_words,
    log_lines,
    parsed,
    queued_at,
    set_times,
    take_keys,
)

__all__ = ["LocalStore", "local_notes", "local_run", "local_run_ids", "local_tasks"]


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
        self.name, self.folder = str(root), root / flow_name

    def run_ids(self) -> list[str]:
        """List the runs that exist, newest first."""
        return local_run_ids(self.folder)

    def run(self, run_id: str) -> StoredRun:
        """Read when a run was created, and with which versions."""
        return local_run(self.folder / run_id)

    def tasks(self, run_id: str) -> Iterator[StoredTask]:
        """Read every task of a run, the pseudo-step ``_parameters`` included."""
        for step, task in local_tasks(self.folder / run_id):
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

    def blob_sizes(self, keys: list[str]) -> dict[str, int | None]:
        """Tell the size of each blob's file; ``None`` where there is none."""
        return {sha: _size(self._blob_path(sha)) for sha in keys}

    def keys(self) -> set[str]:
        """List every key in the flow's store."""
        return {
            sha
            for prefix in _folders(f"{self.folder}/data")
            for sha in _blobs(f"{self.folder}/data/{prefix}")
        }

    def _blob_path(self, sha: str) -> Path:
        return self.folder / "data" / sha[:2] / sha


def local_run_ids(folder: Path) -> list[str]:
    """List the runs a flow's folder tells of, newest first."""
    if not folder.is_dir():
        return []
    runs = [entry for entry in os.scandir(folder) if entry.is_dir() and entry.name not in ("data", "_meta")]
    return [
        entry.name for entry in sorted(runs, key=lambda run: (run.stat().st_ctime, run.name), reverse=True)
    ]


def local_run(folder: Path) -> StoredRun:
    """Read a run's own metadata from its folder."""
    held = _json(folder / "_meta" / "_self.json") or {}
    created = held.get("ts_epoch")
    return StoredRun(created / 1000 if created else None, tuple(held.get("system_tags", ())))


def local_tasks(folder: Path) -> list[tuple[str, str]]:
    """List step and id of every task a run's folder tells of."""
    return [
        (step, task)
        for step in sorted(_folders(str(folder)))
        for task in sorted(_folders(f"{folder}/{step}"))
    ]


def local_notes(folder: str) -> TaskNotes:
    """Read a task's metadata; the names of the files tell when each metadatum was written."""
    try:
        names = os.listdir(f"{folder}/_meta")
    except OSError:
        return TaskNotes()
    stamps: dict[str, list[int]] = {}
    for name in names:
        if name.startswith("sysmeta_"):
            metadatum, _, time = name[8:-5].rpartition("_")
            if time.isdigit():
                stamps.setdefault(metadatum, []).append(int(time))
    for times in stamps.values():
        times.sort()
    return TaskNotes(stamps, partial(_metadatum, folder))


def _folders(path: str) -> list[str]:
    try:
        return [entry.name for entry in os.scandir(path) if entry.name != "_meta" and entry.is_dir()]
    except OSError:
        return []


def _blobs(path: str) -> list[str]:
    return [name for name in os.listdir(path) if not name.endswith("_meta")]


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _task(path: str, step: str, task_id: str) -> StoredTask:
    metadata = local_notes(path)
    notes: list[str] = []
    attempts = [
        _attempt(path, number, kinds, notes) for number, kinds in sorted(_attempt_files(path).items())
    ]
    set_times(attempts, metadata)
    for attempt in attempts:
        if attempt.finished is None and attempt.exit:
            attempt.finished = round(os.stat(f"{path}/{attempt.number}.runtime").st_mtime, 3)
    return StoredTask(step, task_id, queued_at(metadata), attempts, metadata, notes)


def _attempt_files(path: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for name in os.listdir(path):
        match = ATTEMPT_FILE.match(name)
        if match:
            found.setdefault(int(match[1]), set()).add(match[2])
    return found


def _attempt(path: str, number: int, kinds: set[str], notes: list[str]) -> StoredAttempt:
    attempt = StoredAttempt(number)
    if {"data.json", "DONE.lock"} <= kinds:
        take_keys(attempt, _json(f"{path}/{number}.data.json"), notes)
    attempt.stdout = _log(f"{path}/{number}.runtime_stdout.log")
    if attempt.objects is None and "runtime" in kinds:
        attempt.exit = _json(f"{path}/{number}.runtime")
        attempt.last_words = last_words(_log(f"{path}/{number}.runtime_stderr.log"))
    return attempt


def _metadatum(path: str, name: str, stamp: int) -> Any:
    return (_json(f"{path}/_meta/sysmeta_{name}_{stamp}.json") or {}).get("value")


def _json(path: str | Path) -> dict[str, Any] | None:
    try:
        with open(path, "rb") as file:
            return parsed(file.read())
    except OSError:
        return None


def _log(path: str) -> tuple[str, ...]:
    try:
        if not os.stat(path).st_size:
            return ()
        with open(path, "rb") as file:
            return log_lines(file.read())
    except OSError:
        return ()
