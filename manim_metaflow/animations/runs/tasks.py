"""Tasks in a replay: boxes change state, counters count, iterations come, unreached steps step back."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from manim import VMobject, smooth

from manim_metaflow.animations.graph.set_state import change_state
from manim_metaflow.animations.motion.clips import call
from manim_metaflow.animations.motion.rest import Rest
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.runs.edges import FADE, grown_steps
from manim_metaflow.animations.runs.schedule import HOP, GraphSchedule, ScreenTime
from manim_metaflow.facts.records import TaskRecord
from manim_metaflow.facts.records.states import FAILED, STATES
from manim_metaflow.mobjects.graph.counter import TaskCounter
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.shapes import Shape

__all__ = ["count_tasks", "counter_clips", "late_clips", "state_clips", "unreached_clips"]

POP = 0.25
"""Seconds a box takes to appear."""

FLASH = 0.8
"""Seconds a box that failed stays red before its state is seen again: a retry begins sooner than that."""

Change = tuple[float, int, str]
"""When, in seconds on screen, which of the tasks of a counter comes into which state."""


def state_clips(schedule: GraphSchedule, screen: ScreenTime) -> Iterator[Clip]:
    """Let each box show the state of its tasks, how many attempts of them failed, and flash as one fails."""
    for node, tasks in schedule.boxes:
        changes = schedule.changes(tasks)
        before = node.state
        for index, (moment, state) in enumerate(changes):
            start = screen(moment)
            last = index + 1 == len(changes)
            end = start + HOP if last else screen(changes[index + 1][0])
            yield change_state(start, end, node, before, state)
            before = state
        for moment in sorted({each for task in tasks for each in _failures(schedule, task)}):
            yield _flash(screen(moment), node)
        if len(tasks) == 1:
            for index, moment in enumerate(schedule.history.failures(tasks[0].path)):
                yield _show_attempts(screen(moment), node, index + 1)


def _failures(schedule: GraphSchedule, task: TaskRecord) -> Iterator[float]:
    """Yield when each attempt of a task failed, the last one too, whether or not that was caught."""
    yield from () if task.cloned else schedule.history.failures(task.path)
    ended = schedule.history.ended(task.path)
    state = schedule.history.changes(task.path)[-1][1]
    if ended is not None and (state in FAILED or STATES[state].raised):
        yield ended


def _flash(start: float, node: StepNode) -> Clip:
    """Let a box light up red at once, and fade to what its state looks like by then."""

    def show(progress: float) -> None:
        node.flash(1 - smooth(progress))

    return Clip(start, start + FLASH, show, touches=[node])


def _show_attempts(moment: float, node: StepNode, failed: int) -> Clip:
    return call(moment, lambda: node.show_attempts(failed), node)


def unreached_clips(schedule: GraphSchedule, screen: ScreenTime) -> Iterator[Clip]:
    """Let the steps step back that the run will not come to, once that is known."""
    for step, moment in schedule.history.unreached().items():
        node = schedule.dag.nodes.get(step)
        if isinstance(node, StepNode):
            start = screen(moment)
            yield change_state(start, start + FADE, node, node.state, "unreached")


def late_clips(schedule: GraphSchedule, screen: ScreenTime) -> Iterator[Clip]:
    """Let iterations, and the arrows to them, appear as they come."""
    first = {node: tasks[0] for node, tasks in schedule.boxes if tasks}
    for part, node in schedule.late:
        yield _appear_late(screen(schedule.history.changes(first[node].path)[0][0]), part)


def _appear_late(moment: float, part: VMobject) -> Clip:
    """Let a part of the graph be hidden from the beginning, and be seen from a moment on."""
    rest, length = Rest(part), min(POP, moment)

    def show(progress: float) -> None:
        left = moment * (1 - progress)
        rest.show(opacity=0.0 if left > length else 1.0 if progress >= 1 else 1 - left / length)

    # It lasts from the replay's beginning: of two clips the one that began first acts first, and an arrow
    # that takes its colour while it appears has to be painted last.
    return Clip(0.0, moment, show, touches=[part])


def counter_clips(schedule: GraphSchedule, screen: ScreenTime) -> Iterator[Clip]:
    """Let each stack count the tasks that have no box of their own."""
    shown = {task.path for task in schedule.tasks}
    for step, stack in schedule.dag.nodes.items():
        if not isinstance(stack, TaskStack) or stack.more is None:
            continue
        ordered = sorted(
            (screen(moment), index, order, state)
            for index, task in enumerate(stack.rest_tasks)
            if task.path in shown
            for order, (moment, state) in enumerate(schedule.history.changes(task.path))
        )
        if ordered:
            changes = [(moment, index, state) for moment, index, _, state in ordered]
            # What is not shown was cloned before the replay begins.
            states = ["pending" if task.path in shown else "cloned" for task in stack.rest_tasks]
            strands = [
                (edge, index)
                for (source, _), edge in schedule.dag.edges.items()
                if source == step and step in grown_steps(schedule)
                for index, (row, _) in enumerate(edge.ends)
                if row == len(stack.cells)
            ]
            yield count_tasks(changes, states, stack.more, strands, schedule.dag.theme.done)


def count_tasks(
    changes: Sequence[Change],
    states: Sequence[str],
    counter: TaskCounter,
    strands: Sequence[tuple[FlowEdge, int]],
    color: str,
) -> Clip:
    """Let a counter count its tasks, and the strands that leave it grow with the share that is done."""
    start, end = changes[0][0], changes[-1][0]
    times, counts = _tally(changes, states)
    grown = [_copy_to_grow(edge, strand, color) for edge, strand in strands]

    def show(progress: float) -> None:
        now = end if progress >= 1 else start + progress * (end - start)
        # Now is computed from a share of the length: it may be a rounding error before the change it is at.
        counter.show_counts(counts[bisect_right(times, now + 1e-9)])
        for (edge, strand), part in zip(strands, grown, strict=True):
            if part not in edge.submobjects:
                edge.add(part)
            part.pointwise_become_partial(edge.lines[strand], 0, counter.share)
            if counter.share >= 1:
                edge.paint(color, strand=strand)
                if edge.label is not None:
                    edge.label.paint(fill=color)

    return Clip(start, end, show, touches=[counter, *(edge for edge, _ in strands)])


def _copy_to_grow(edge: FlowEdge, strand: int, color: str) -> Shape:
    part = Shape(np.zeros((1, 4, 2)), stroke=color)
    part.set_stroke(width=edge.lines[strand].get_stroke_width())
    return part


def _tally(changes: Sequence[Change], states: Sequence[str]) -> tuple[list[float], list[dict[str, int]]]:
    """Turn changes of single tasks into what is counted after each of them."""
    current = list(states)
    tally = Counter(current)
    times, counts = [], [dict(tally)]
    for moment, index, state in changes:
        tally[current[index]] -= 1
        current[index] = state
        tally[state] += 1
        times.append(moment)
        counts.append({name: number for name, number in sorted(tally.items()) if number})
    return times, counts
