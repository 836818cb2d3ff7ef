"""Why a run failed, in words."""

from __future__ import annotations

from manim_metaflow.facts.records import ExceptionRecord, RunRecord
from manim_metaflow.facts.records.states import FAILED

__all__ = ["failure_reason", "raised_by"]

_WORDS = {"killed": "was killed", "timed out": "ran out of time"}
"""What befell a task that has no exception, by its state."""


def raised_by(record: RunRecord) -> ExceptionRecord | None:
    """Return the exception that a run failed with; ``None`` if no task of it raised.

    An exception of a task that was caught, or tried again with success, did not fail the run. Tasks of a
    foreach often fail alike: the first stands for all.
    """
    raised = (task.exception for task in record.tasks if task.state in FAILED)
    return next((exception for exception in raised if exception is not None), None)


def failure_reason(record: RunRecord) -> str:
    """Say why a run failed of which no task raised.

    Examples
    --------
    >>> from manim_metaflow.facts.records import FlowInfo, StepInfo, TaskRecord
    >>> flow = FlowInfo("F", (StepInfo("a", "start"), StepInfo("b", "end")), (), "a", "b")
    >>> failure_reason(RunRecord(flow, "1", "failed", (TaskRecord("a", "1", "killed"),)))
    'task a/1 was killed'
    >>> failure_reason(RunRecord(flow, "1", "failed", (TaskRecord("a", "1", "done"),)))
    'it ended before b'
    """
    failed = [task for task in record.tasks if task.shown_state in FAILED]
    if failed:
        first, more = failed[0], f" and {len(failed) - 1} more" if len(failed) > 1 else ""
        return f"task {first.path}{more} {_WORDS.get(first.shown_state, 'failed, with no exception stored')}"
    if not record.tasks_of(record.flow.end):
        # The process that schedules the tasks died, or was stopped: no task of it has anything to tell.
        return f"it ended before {record.flow.end}"
    return "no task says why"
