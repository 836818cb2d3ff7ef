"""The graph of a run in the place of the graph of its flow: as many tasks as fit, inside the frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Literal

import numpy as np
from manim import DL, UR, VGroup, VMobject, config

from manim_metaflow.facts.records import FlowInfo, RunRecord
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.layout.collapse import folded_name
from manim_metaflow.mobjects.graph.chips import made_here
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.notes import decided_text

__all__ = ["Room", "free_room", "run_graph"]

MARGIN, FOOT, GAP = 0.4, 1.25, 0.25
"""Room kept free at the edges of the frame, below for the clock, and round what else is there (units)."""

Room = tuple[float, float, float, float]
"""Left, bottom, right and top of what a graph may fill (units)."""

MOST_TASKS = (8, 6, 5, 4, 3)
WRAPS: tuple[Literal["fit"] | None, ...] = (None, "fit")

BETTER = 0.02
"""By how much larger a graph has to be drawn before fewer tasks, or broken rows, are worth it."""


def free_room(dag: FlowDAG, beside: Iterable[VMobject], within: Room | None = None) -> Room:
    """Return the part of the frame, or of another room, round a graph that nothing else takes.

    The graph of a run is larger than that of its flow, and grows in all directions: without this it would
    grow over lanes, a store or code that the graph of the flow stayed clear of.
    """
    x, y = config.frame_width / 2, config.frame_height / 2
    left, bottom, right, top = within or (-x + MARGIN, -y + FOOT, x - MARGIN, y - MARGIN)
    at = VGroup(*dag.nodes.values()).get_center()
    for each in beside:
        low, high = each.get_corner(DL), each.get_corner(UR)
        if high[1] <= at[1]:
            bottom = max(bottom, float(high[1]) + GAP)
        elif low[1] >= at[1]:
            top = min(top, float(low[1]) - GAP)
        elif high[0] <= at[0]:
            left = max(left, float(high[0]) + GAP)
        elif low[0] >= at[0]:
            right = min(right, float(low[0]) - GAP)
    return left, bottom, right, top


def run_graph(dag: FlowDAG, record: RunRecord, within: Room, *, clock: VMobject | None = None) -> FlowDAG:
    """Build the graph of a run, as much like a graph of its flow as can be, inside a part of the frame.

    A clock is small and in a corner: only a graph that would lie over it keeps clear of it.
    """
    graph = _largest(dag, record, within)
    if clock is None or not _meets(VGroup(graph, *_beside(graph, record)), clock):
        return graph
    return _largest(dag, record, free_room(dag, [clock], within))


def _meets(drawn: VGroup, other: VMobject) -> bool:
    low, high = other.get_corner(DL)[:2] - GAP, other.get_corner(UR)[:2] + GAP
    return any(
        (part.points[:, :2].min(axis=0) < high).all() and (low < part.points[:, :2].max(axis=0)).all()
        for part in drawn.family_members_with_points()
    )


def _largest(dag: FlowDAG, record: RunRecord, within: Room) -> FlowDAG:
    left, bottom, right, top = within
    room = np.array([max(right - left, 0.1), max(top - bottom, 0.1)])
    best, share = dag, 0.0
    for wrap, most in product(WRAPS, MOST_TASKS):
        graph = _build(dag, record, wrap, most)
        drawn = VGroup(graph, *_beside(graph, record))
        fits = min(1.0, *(room / (np.array([drawn.width, drawn.height]) * dag.zoom)))
        if fits > share + BETTER:
            best, share = graph, float(fits)
        if share == 1.0:
            break
    best.scale(dag.zoom * share)
    best.shift(np.array(dag.get_center()) - VGroup(*best.nodes.values()).get_center())
    _move_inside(best, record, within)
    return best


def _build(dag: FlowDAG, record: RunRecord, wrap: Literal["fit"] | None, most: int) -> FlowDAG:
    return FlowDAG(
        dag.whole,
        run=record,
        direction=dag.style.direction,
        detail=dag.style.detail,
        theme=dag.theme,
        wrap=wrap,
        collapsed=_collapsed(dag.flow, dag.whole),
        heading=False,
        font_size=dag.style.font_size,
        captions=dag.style.side,
        most_tasks=most,
        values=dag.style.values,
    )


def _beside(graph: FlowDAG, record: RunRecord) -> Iterator[VMobject]:
    """Build what will appear beside the boxes as the run goes on: it needs room in the frame, too."""
    for task in record.tasks:
        if graph.flow is graph.whole and isinstance(graph.nodes[task.step], StepNode):
            yield from graph.chips(task.place, made_here(task.artifacts))
    for decision in RunHistory(record).decisions():
        notes = graph.notes.get(decision.step)
        if notes is not None and notes.captions:
            yield notes.decided(decided_text(record.flow[decision.step], decision.values), graph.theme.text)


def _move_inside(graph: FlowDAG, record: RunRecord, within: Room) -> None:
    left, bottom, right, top = within
    drawn = VGroup(graph, *_beside(graph, record))
    low, high = drawn.get_corner(DL), drawn.get_corner(UR)
    x = max(0.0, left - float(low[0])) - max(0.0, float(high[0]) - right)
    y = max(0.0, bottom - float(low[1])) - max(0.0, float(high[1]) - top)
    graph.shift(np.array([x, y, 0.0]))


def _collapsed(flow: FlowInfo, whole: FlowInfo) -> list[str]:
    return [
        next(split for split in step.split_parents[::-1] if folded_name(split) == step.name)
        for step in flow.steps
        if step.name not in whole
    ]
