"""Why a run was not successful, in words."""

from __future__ import annotations

from manim_metaflow.facts.records import ExceptionRecord, RunRecord
from manim_metaflow.facts.records.states import FAILED

__all__ = ["UNSUCCESSFUL", "command_of", "failure_reason", "failure_text", "raised_by"]

UNSUCCESSFUL = ("failed", "finished")
"""What a run that ended may be besides successful, as Metaflow's client has it."""

_WORDS = {"killed": "was killed", "timed out": "ran out of time"}
"""What befell a task that has no exception, by its state."""


def command_of(record: RunRecord) -> str:
    """Return what made a run: what was typed, or where that is not known, what the run itself tells."""
    if record.command:
        return " ".join(record.command)
    # A datastore has no command line, but a resume names the run whose tasks it took over.
    return f"resume of {record.origin_run_id}" if record.origin_run_id else "run"


def raised_by(record: RunRecord) -> ExceptionRecord | None:
    """Return the exception for which a run was not successful; ``None`` if no task of it raised.

    An exception that was caught, or after which the task was tried again with success, did not fail the run,
    unless it was the last step's. Tasks of a foreach often fail alike: the first stands for all.
    """
    # A run that finished without success: its last step raised, and what it raised was caught.
    last = record.tasks_of(record.flow.end) if record.status == "finished" else ()
    raised = (task.exception for task in (*last, *record.tasks) if task in last or task.state in FAILED)
    return next((exception for exception in raised if exception is not None), None)


def failure_text(record: RunRecord) -> str:
    """Say in one sentence why a run was not successful: what was raised, or what befell it.

    Examples
    --------
    >>> from manim_metaflow.facts.records import AttemptRecord, FlowInfo, StepInfo, TaskRecord
    >>> attempt = AttemptRecord(0, "caught", exception=ExceptionRecord("ValueError", "no"))
    >>> flow = FlowInfo("F", (StepInfo("a", "end"),), (), "a", "a")
    >>> failure_text(RunRecord(flow, "1", "finished", (TaskRecord("a", "1", "caught", attempts=(attempt,)),)))
    'The run finished, not successfully: ValueError: no was caught.'
    """
    error = raised_by(record)
    raised = f"{error.type}: {error.message}" if error is not None else ""
    if record.status == "finished":
        return f"The run finished, not successfully: {raised or 'an exception of its last step'} was caught."
    return raised or f"The run failed: {failure_reason(record)}."


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
        # What the scheduler saw of a process that ended without an exception is in the notes.
        last = first.attempts[-1].number if first.attempts else 0
        if seen := _noted(record, f"{first.path}, attempt {last}: "):
            return f"task {first.path}{more} {seen}"
        return f"task {first.path}{more} {_WORDS.get(first.shown_state, 'failed, with no exception stored')}"
    if not record.tasks_of(record.flow.end):
        # The process that schedules the tasks died, or was stopped: no task of it has anything to tell.
        return _noted(record, "the run ") or f"it ended before {record.flow.end}"
    return _noted(record, "the run ") or "no task says why"


def _noted(record: RunRecord, beginning: str) -> str:
    return next((note.removeprefix(beginning) for note in record.notes if note.startswith(beginning)), "")
