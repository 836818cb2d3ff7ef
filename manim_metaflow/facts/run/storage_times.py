"""When each part of a task's work reached the disk: the order of the stages, as it happened."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from manim_metaflow.facts.records.storage import BlobBytes, KeyMapRecord, StorageRecord

__all__ = ["with_times"]


def with_times(record: StorageRecord, root: Path) -> StorageRecord:
    """Add the times at which a local datastore's files were written."""
    run = root / record.flow_name / record.run_id
    tasks = tuple(
        replace(task, attempts=tuple(_timed(attempt, run / task.path) for attempt in task.attempts))
        for task in record.tasks
    )
    return replace(record, tasks=tasks, blobs=tuple(_dated(blob, root) for blob in record.blobs))


def _timed(attempt: KeyMapRecord, folder: Path) -> KeyMapRecord:
    number = attempt.number
    registered = [_written(file) for file in folder.glob(f"_meta/{number}_artifact_*.json")]
    moments = {
        "key map": _written(folder / f"{number}.data.json"),
        "done mark": _written(folder / f"{number}.DONE.lock"),
        "metadata": min((time for time in registered if time is not None), default=None),
    }
    return replace(attempt, moments=tuple((name, time) for name, time in moments.items() if time is not None))


def _dated(blob: BlobBytes, root: Path) -> BlobBytes:
    return replace(blob, written=_written(root / blob.path))


def _written(path: Path) -> float | None:
    try:
        return os.stat(path).st_mtime_ns / 1e9
    except OSError:
        return None
