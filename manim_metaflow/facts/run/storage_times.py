"""When each part of a task's work reached the disk: the order of the stages, as it happened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from manim_metaflow.facts.records.storage import KeyMapRecord, StorageRecord
from manim_metaflow.facts.store.files import LocalFiles

__all__ = ["with_times"]


def with_times(record: StorageRecord, root: Path) -> StorageRecord:
    """Add the times at which a local datastore's files were written."""
    files = LocalFiles(str(root))
    run = f"{record.flow_name}/{record.run_id}"
    tasks = tuple(
        replace(
            task, attempts=tuple(_timed(attempt, f"{run}/{task.path}", files) for attempt in task.attempts)
        )
        for task in record.tasks
    )
    blobs = tuple(replace(blob, written=files.written(blob.path)) for blob in record.blobs)
    return replace(record, tasks=tasks, blobs=blobs)


def _timed(attempt: KeyMapRecord, folder: str, files: LocalFiles) -> KeyMapRecord:
    number = attempt.number
    [(names, _)] = files.names((f"{folder}/_meta",))
    registered = [
        files.written(f"{folder}/_meta/{name}") for name in names if name.startswith(f"{number}_artifact_")
    ]
    moments = {
        "key map": files.written(f"{folder}/{number}.data.json"),
        "done mark": files.written(f"{folder}/{number}.DONE.lock"),
        # The first of an attempt's artifacts that was registered: Metaflow registers all of them with one
        # call.
        "metadata": min((time for time in registered if time is not None), default=None),
    }
    return replace(attempt, moments=tuple((name, time) for name, time in moments.items() if time is not None))
