"""What a run left in storage, as far as its record tells: the artifacts of every attempt, and their blobs."""

from __future__ import annotations

from manim_metaflow.facts.records import AttemptRecord, RunRecord
from manim_metaflow.facts.records.states import SUCCEEDED
from manim_metaflow.facts.records.storage import BlobBytes, KeyEntry, KeyMapRecord, StorageRecord, TaskKeys

__all__ = ["RECORDED", "recorded_storage", "recorded_values"]

RECORDED = "record"
"""The ``kind`` of a storage record that was made from a run's record, not read from a datastore."""


def recorded_storage(record: RunRecord) -> StorageRecord:
    """Return the key maps and blobs that a record has.

    Parameters, class constants and what Metaflow keeps for itself are not among the artifacts of a record,
    and it does not tell an equal value with a new key from a changed one.

    Examples
    --------
    >>> from manim_metaflow.facts import ArtifactRecord, AttemptRecord, FlowInfo, RunRecord, TaskRecord
    >>> made = ArtifactRecord("raw", "b68cc035a7f59d6d9285aaa4359c51872f204f8a", 22, "list")
    >>> task = TaskRecord("start", "1", "done", attempts=(AttemptRecord(0, "done", artifacts=(made,)),))
    >>> run = RunRecord(FlowInfo("Tiny", (), (), "start", "start"), "7", "successful", (task,))
    >>> [entry.name for entry in recorded_storage(run)["start/1"].last.artifacts]
    ['raw']
    """
    named = {
        artifact.sha: artifact
        for task in record.tasks
        for attempt in task.attempts
        for artifact in attempt.artifacts
    }
    stored = {blob.sha: blob.size for blob in record.blobs}
    return StorageRecord(
        flow_name=record.flow.name,
        run_id=record.run_id,
        kind=RECORDED,
        tasks=tuple(
            TaskKeys(task.step, task.task_id, tuple(map(_key_map, task.attempts)), task.parents)
            for task in record.tasks
        ),
        blobs=tuple(
            BlobBytes(sha, stored.get(sha), each.size, each.type_name, value=each.value)
            for sha, each in sorted(named.items())
        ),
    )


def recorded_values(record: RunRecord) -> dict[str, str]:
    """Return the values that were recorded with a run, by key."""
    made = (artifact for task in record.tasks for each in task.attempts for artifact in each.artifacts)
    return {artifact.sha: artifact.value for artifact in (*record.parameters, *made) if artifact.value}


def _key_map(attempt: AttemptRecord) -> KeyMapRecord:
    entries = tuple(
        KeyEntry(each.name, each.sha, each.size, each.type_name, change=each.provenance, source=each.source)
        for each in attempt.artifacts
    )
    # A task that raised has stored its artifacts too; one that was killed has stored none.
    stored = bool(entries) or attempt.state in SUCCEEDED
    return KeyMapRecord(attempt.number, stored, entries)
