"""What several tasks drawn as one box were at any moment."""

from __future__ import annotations

from collections.abc import Sequence

from manim_metaflow.facts.records import TaskRecord
from manim_metaflow.facts.run.history import RunHistory, state_at, task_changes

__all__ = ["combined_state", "node_states", "state_at", "task_changes"]


def combined_state(states: Sequence[str]) -> str:
    """Return what one box shows for several tasks.

    >>> combined_state(["done", "running", "pending"]), combined_state(["done", "failed"])
    ('running', 'failed')
    """
    present = set(states)
    for state in ("running", "retrying", "failed", "timed out", "killed"):
        if state in present:
            return state
    if present <= {"cloned"}:
        return "cloned" if present else "pending"
    if present <= {"done", "caught", "cloned"}:
        return "done"
    if present & {"done", "caught", "cloned"}:
        return "running"
    return "queued" if "queued" in present else "pending"


def node_states(tasks: Sequence[TaskRecord], history: RunHistory | None = None) -> list[tuple[float, str]]:
    """Return the changes of the box that stands for some tasks."""
    of = [history.changes(task.path) if history else task_changes(task) for task in tasks]
    if len(of) == 1:
        return of[0]
    changes = sorted(
        (moment, index, order, state)
        for index, each in enumerate(of)
        for order, (moment, state) in enumerate(each)
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
