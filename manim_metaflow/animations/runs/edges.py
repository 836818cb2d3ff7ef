"""Arrows in a replay: which strand joins two tasks, what lights it up, and what no task goes along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from manim import VGroup, smooth

from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.runs.schedule import HOP, GraphSchedule, ScreenTime
from manim_metaflow.facts.records import RunRecord, TaskRecord
from manim_metaflow.facts.records.states import ENDED, WAITING, WORKING
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.graph.strands import row_of
from manim_metaflow.mobjects.shapes import Shape, circle
from manim_metaflow.theme import mix

__all__ = [
    "FADE",
    "edge_clips",
    "grown_steps",
    "light_edge",
    "send_dot",
    "strand_between",
    "strands_to",
    "unused_edge_clips",
]

FADE = 0.5
"""Seconds an arrow that no task goes along takes to step back."""

UNUSED, UNUSED_LABEL = 0.42, 0.9
"""How much is left of such an arrow, and of its label: with less, it would not be legible in light."""


def strand_between(dag: FlowDAG, source: TaskRecord, target: TaskRecord) -> int | None:
    """Return which strand of an edge joins two tasks; ``None`` where there is none."""
    edge = dag.edges.get((source.step, target.step))
    if edge is None:
        return None
    if not edge.ends:
        return 0
    ends = (
        row_of(dag.nodes[source.step], source.place),
        row_of(dag.nodes[target.step], target.place),
    )
    return edge.ends.index(ends) if ends in edge.ends else None


def strands_to(
    dag: FlowDAG, record: RunRecord, task: TaskRecord
) -> Iterator[tuple[TaskRecord, FlowEdge, int]]:
    """Find the strands that lead to a task, each with the parent it comes from and the edge it is part of."""
    for path in task.parents:
        parent = record[path]
        strand = strand_between(dag, parent, task)
        if strand is not None:
            yield parent, dag.edges[parent.step, task.step], strand


def edge_clips(schedule: GraphSchedule, screen: ScreenTime, overlay: VGroup) -> Iterator[Clip]:
    """Light each strand up just before the task at its end starts."""
    theme, lit = schedule.dag.theme, set()
    begun = [(_arrival(schedule, task), task) for task in schedule.tasks if _has_begun(schedule, task)]
    # With the path beside the moment: tasks that begin together come in the same order on every machine.
    for moment, task in sorted(begun, key=lambda pair: (pair[0], pair[1].path)):
        end = screen(moment)
        for parent, edge, strand in strands_to(schedule.dag, schedule.record, task):
            # A strand that is lit already, by another task of the same row; each round of a recursive step
            # goes along it again.
            if (edge, strand) in lit and parent.step != task.step:
                continue
            lit.add((edge, strand))
            color = theme.cloned if task.cloned else theme.done
            if not (parent.step in grown_steps(schedule) and _is_counted(schedule.dag, parent, edge)):
                yield light_edge(end - HOP, end, edge, strand, color)
            if not task.cloned:  # a clone is handed nothing
                yield send_dot(end - HOP, end, edge, strand, color, overlay)


def _arrival(schedule: GraphSchedule, task: TaskRecord) -> float:
    """When what the parents handed on is there: as the task starts, or is cloned."""
    moment = schedule.history.moment_of(task.path, *WORKING, *ENDED)
    return schedule.history.changes(task.path)[-1][0] if moment is None else moment


def _has_begun(schedule: GraphSchedule, task: TaskRecord) -> bool:
    return schedule.history.changes(task.path)[-1][1] not in WAITING


def grown_steps(schedule: GraphSchedule) -> list[str]:
    """Return the steps whose counted tasks let the arrows that leave them grow, each by its share.

    Not those of a recursive step: only the last round leads on, and all of the arrow is taken by it.
    """
    return [name for name in schedule.dag.nodes if name not in schedule.dag.flow[name].targets]


def _is_counted(dag: FlowDAG, source: TaskRecord, edge: FlowEdge) -> bool:
    """Whether a strand leaves a counter: then it grows with the count."""
    node = dag.nodes[source.step]
    return bool(edge.ends) and isinstance(node, TaskStack) and row_of(node, source.place) == len(node.cells)


def light_edge(start: float, end: float, edge: FlowEdge, strand: int, color: str) -> Clip:
    """Let a strand take a colour, and the edge's label with it."""

    def show(progress: float) -> None:
        edge.paint(color, strand=strand, amount=progress)
        if edge.label is not None:
            edge.label.paint(fill=mix(color, edge.theme.muted, progress))

    return Clip(start, end, show, touches=[edge])


def send_dot(start: float, end: float, edge: FlowEdge, strand: int, color: str, overlay: VGroup) -> Clip:
    """Let a dot run along a strand."""
    dot = Shape(circle(0.07), fill=color)

    def show(progress: float) -> None:
        # Manim goes on drawing what a play began with, though it is taken away while the play lasts: a dot
        # that is there before it sets out would be seen to the end.
        if 0 < progress < 1:
            if dot not in overlay.submobjects:
                overlay.add(dot)
            dot.move_to(edge.point_at(smooth(progress), strand))
        elif progress >= 1:
            overlay.remove(dot)

    return Clip(start, end, show, touches=[overlay])


def unused_edge_clips(schedule: GraphSchedule, screen: ScreenTime) -> Iterator[Clip]:
    """Let the arrows step back that no task goes along, once that is known."""
    dag = schedule.dag
    for pair, moment in schedule.history.unused_edges().items():
        if pair in dag.edges:
            edge, start = dag.edges[pair], screen(moment)
            home: Any = next(group for group in dag.submobjects if edge in group.submobjects)
            yield _dim_edge(start, start + FADE, edge, home)


def _dim_edge(start: float, end: float, edge: FlowEdge, home: VGroup) -> Clip:
    theme = edge.theme
    color = mix(theme.edge, theme.background, UNUSED)
    text = mix(theme.muted, theme.background, UNUSED_LABEL)

    def show(progress: float) -> None:
        # Arrows of a switch share their beginning. Were this one drawn last, it would hide the beginning of
        # the one that a task did go along.
        home.submobjects.remove(edge)
        home.submobjects.insert(0, edge)
        amount = smooth(progress)
        edge.paint(color, amount=amount)
        if edge.label is not None:
            edge.label.paint(fill=mix(text, theme.muted, amount))

    # All arrows are named: one changes its place among them.
    return Clip(start, end, show, touches=[home])
