"""What a task, or several tasks drawn as one box, were at any moment."""

from __future__ import annotations

from collections.abc import Sequence

from manim_metaflow.facts.records import TaskRecord

__all__ = ["combined_state", "node_states", "state_at", "task_changes"]


def task_changes(task: TaskRecord) -> list[tuple[float, str]]:
    """Return the moments at which a task's state changed, with the new states, in order.

    Examples
    --------
    >>> from manim_metaflow.facts.records import AttemptRecord, TaskRecord
    >>> task_changes(TaskRecord("a", "1", "done", queued=1.0, attempts=(AttemptRecord(0, "done", 2.0, 5.0),)))
    [(1.0, 'queued'), (2.0, 'running'), (5.0, 'done')]
    """
    changes: list[tuple[float, str]] = []
    if task.queued is not None:
        changes.append((task.queued, "cloned" if task.cloned else "queued"))
    if task.cloned:
        return changes
    for index, attempt in enumerate(task.attempts):
        if attempt.started is not None:
            changes.append((attempt.started, "retrying" if index else "running"))
        if attempt.finished is not None:
            last = index + 1 == len(task.attempts)
            changes.append((attempt.finished, task.state if last else attempt.state))
    latest = float("-inf")
    ordered = []
    for moment, state in changes:
        latest = max(latest, moment)  # clocks of different processes may disagree: order is kept
        ordered.append((latest, state))
    return ordered


def state_at(task: TaskRecord, moment: float) -> str:
    """Return a task's state at a moment, ``pending`` before it was queued."""
    state = "pending"
    for when, new in task_changes(task):
        if when <= moment:
            state = new
    return state


def combined_state(states: Sequence[str]) -> str:
    """Return what one box shows for several tasks.

    >>> combined_state(["done", "running", "pending"]), combined_state(["done", "failed"])
    ('running', 'failed')
    """
    present = set(states)
    for state in ("running", "retrying", "failed", "killed"):
        if state in present:
            return state
    if present <= {"cloned"}:
        return "cloned" if present else "pending"
    if present <= {"done", "caught", "cloned"}:
        return "done"
    if present & {"done", "caught", "cloned"}:
        return "running"
    return "queued" if "queued" in present else "pending"


def node_states(tasks: Sequence[TaskRecord]) -> list[tuple[float, str]]:
    """Return the changes of the box that stands for some tasks."""
    changes = sorted(
        (moment, index, order, state)
        for index, task in enumerate(tasks)
        for order, (moment, state) in enumerate(task_changes(task))
    )
    states = ["pending"] * len(tasks)
    shown, result = "pending", []
    for moment, index, _, state in changes:
        states[index] = state
        combined = combined_state(states)
        if combined != shown:
            result.append((moment, combined))
            shown = combined
    return result
