"""When the box that stands for several tasks changes its state."""

from __future__ import annotations

from collections.abc import Sequence

from manim_metaflow.facts.records import TaskRecord
from manim_metaflow.facts.records.states import combined_state
from manim_metaflow.facts.run.history import RunHistory, task_changes

__all__ = ["node_states"]


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
