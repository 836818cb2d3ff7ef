"""Which boxes of two steps an arrow's strands join: a strand for each pair of tasks that met."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from manim_metaflow.facts.records import RunRecord
from manim_metaflow.mobjects.graph.node import SHEET, StepNode
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.shapes import polyline

__all__ = [
    "LOOP_REACH",
    "Ends",
    "clear_of_sheets",
    "loop_label_at",
    "loop_room",
    "row_of",
    "strand_curves",
    "strand_ends",
]

Ends = tuple[tuple[int, int], ...]
"""Rows of the source's and the target's tasks, a pair for each strand; none where one strand is for all."""

LOOP_REACH, LOOP_GROWTH, LABEL_GAP = 0.2, 0.05, 0.17
"""How far an arrow to the next iteration stands out, how much more for each row it passes, and its label."""


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
    if run is None or not fan:
        return ()
    if source is target:
        return _next_iterations(source, run)
    if not isinstance(target, TaskStack):
        return tuple((row, 0) for row in _leading_on(source, target.name, run))
    if not isinstance(source, TaskStack):
        met = {
            row_of(target, task.place)
            for task in run.tasks_of(target.name)
            if any(parent.partition("/")[0] == source.name for parent in task.parents)
        }
        # As long as no task is known to come from there, the strand is for all of them.
        return tuple((0, row) for row in sorted(met or range(len(target.rows))))
    pairs = {
        (source.row_of(run[parent].place), target.row_of(task.place))
        for task in run.tasks_of(target.name)
        for parent in task.parents
        if parent.partition("/")[0] == source.name
    }
    return tuple(sorted(pairs))


def _next_iterations(node: StepNode | TaskStack, run: RunRecord) -> Ends:
    """Pair each row of a recursive step with that of the iteration it led to."""
    if not isinstance(node, TaskStack):
        return ()
    pairs = {
        (node.row_of(run[parent].place), node.row_of(task.place))
        for task in run.tasks_of(node.name)
        for parent in task.parents
        if parent.partition("/")[0] == node.name
    }
    return tuple(sorted(pair for pair in pairs if pair[0] != pair[1]))


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
    if source is target and isinstance(source, TaskStack) and ends:
        return [_loop(source, *pair) for pair in ends]
    strands = [] if ends else [curves]
    for first, last in ends:
        strand = curves.copy()
        strand[0, :2] += _port_shift(source, first)
        strand[-1, 2:] += _port_shift(target, last)
        strands.append(strand)
    return strands


def _loop(node: TaskStack, first: int, last: int) -> npt.NDArray[np.float64]:
    """Arrow from the left side of one row to that of another, shape ``(1, 4, 2)``."""
    one, other = node.rows[first].node_box, node.rows[last].node_box
    down = -1.0 if last > first else 1.0
    # A cubic reaches three quarters of the way to its handles.
    out = np.array([LOOP_REACH + LOOP_GROWTH * abs(last - first), 0.0]) * 4 / 3
    quarter = down * 0.25 * (one[3] - one[1])
    # It leaves and arrives at different heights: arrows in and out of a row do not touch.
    start = np.array([one[0], (one[1] + one[3]) / 2 + quarter])
    end = np.array([other[0], (other[1] + other[3]) / 2 - quarter])
    return np.array([[start, start - out, end - out, end]])


def clear_of_sheets(
    curves: npt.NDArray[np.float64], node: StepNode, *, right: bool
) -> npt.NDArray[np.float64]:
    """Move a self-loop, shape ``(3, 4, 2)``, from a box to the last of the sheets behind it.

    From the box itself its two legs would cross the outlines of all sheets. A layout knows only the room that
    the sheets take, together with that of the notes, so that they are set right here.
    """
    depth = SHEET * len(node.sheets)
    across = np.array([0.0, depth]) if right else np.array([depth, 0.0])
    # Sheets stand out to the right and up, or to the right and down: the last one's side lies as much aside.
    aside = np.array([depth, 0.0]) if right else np.array([0.0, -depth])
    out, arc, back = curves + aside
    legs = polyline(out[0] + across, out[3]), polyline(back[0], back[3] + across)
    long = bool(np.abs(out[0] + across - out[3]).max() > 1e-6)
    return np.array([*legs[0], arc, *legs[1]]) if long else np.array([arc])


def loop_room(ends: Ends, label_width: float) -> float:
    """Room that the arrows of a recursive step and their label take beside its tasks (units)."""
    span = max((abs(last - first) for first, last in ends), default=0)
    return LOOP_REACH + LOOP_GROWTH * span + LABEL_GAP + label_width


def loop_label_at(node: TaskStack, ends: Ends, label_width: float) -> tuple[float, float]:
    """Centre of the label of such arrows: beside the last, where no arrow comes in."""
    first, last = ends[-1]
    boxes = [node.rows[row].node_box for row in (first, last)]
    return (
        boxes[0][0] - loop_room(ends, label_width) + label_width / 2,
        sum(box[1] + box[3] for box in boxes) / 4,
    )


def _port_shift(node: StepNode | TaskStack, row: int) -> Any:
    """From the middle of a step's side to the middle of the side of one of its rows."""
    if not isinstance(node, TaskStack):
        return np.zeros(2)
    _, bottom, _, top = node.rows[row].node_box
    return np.array([0.0, (bottom + top) / 2 - node.middle[1]])
