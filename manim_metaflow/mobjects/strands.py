"""Which boxes of two steps an arrow's strands join: a strand for each pair of tasks that met."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from manim_metaflow.facts.records import RunRecord
from manim_metaflow.mobjects.node import StepNode
from manim_metaflow.mobjects.stack import TaskStack

__all__ = ["Ends", "row_of", "strand_curves", "strand_ends"]

Ends = tuple[tuple[int, int], ...]
"""Rows of the source's and the target's tasks, a pair for each strand; none where one strand is for all."""


def row_of(node: StepNode | TaskStack, place: str) -> int:
    """Which row of a step stands for a task."""
    return node.row_of(place) if isinstance(node, TaskStack) else 0


def strand_ends(
    source: StepNode | TaskStack, target: StepNode | TaskStack, run: RunRecord | None, *, fan: bool = True
) -> Ends:
    """Return the rows that each strand joins: by the lineage of the run, or all of a step's with one box.

    Parameters
    ----------
    source, target
        What the arrow joins.
    run
        The run, if it is drawn.
    fan
        Whether strands may end at different rows; a flow that runs down has one port for all.
    """
    if run is None or source is target or not fan:
        return ()
    if not isinstance(target, TaskStack):
        return tuple((row, 0) for row in _leading_on(source, target.name, run))
    if not isinstance(source, TaskStack):
        met = {
            row_of(target, task.place)
            for task in run.tasks_of(target.name)
            if any(parent.partition("/")[0] == source.name for parent in task.parents)
        }
        return tuple((0, row) for row in sorted(met or range(len(target.rows))))
    pairs = {
        (source.row_of(run[parent].place), target.row_of(task.place))
        for task in run.tasks_of(target.name)
        for parent in task.parents
        if parent.partition("/")[0] == source.name
    }
    return tuple(sorted(pairs))


def _leading_on(source: StepNode | TaskStack, target: str, run: RunRecord) -> list[int]:
    """Rows whose tasks went on to a step, or may have: those a switch sent elsewhere do not."""
    if not isinstance(source, TaskStack):
        return []
    tasks = run.tasks_of(source.name)
    return sorted(
        {source.row_of(task.place) for task in tasks if not task.next_steps or target in task.next_steps}
    )


def strand_curves(
    curves: npt.NDArray[np.float64],
    source: StepNode | TaskStack,
    target: StepNode | TaskStack,
    ends: Ends,
) -> list[npt.NDArray[np.float64]]:
    """Bend a route between two steps into a strand for each pair of rows; the handles keep their tangents."""
    strands = [] if ends else [curves]
    for first, last in ends:
        strand = curves.copy()
        strand[0, :2] += _port_shift(source, first)
        strand[-1, 2:] += _port_shift(target, last)
        strands.append(strand)
    return strands


def _port_shift(node: StepNode | TaskStack, row: int) -> Any:
    """From the middle of a step's side to the middle of the side of one of its rows."""
    if not isinstance(node, TaskStack):
        return np.zeros(2)
    _, bottom, _, top = node.rows[row].node_box
    return np.array([0.0, (bottom + top) / 2 - node.middle[1]])
