"""A run happens again on its graph, in the order and with the overlap in which it happened."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from manim import VGroup

from manim_metaflow.animations.clips import AppearClip, EdgeClip, FlyClip, StateClip
from manim_metaflow.animations.states import node_states
from manim_metaflow.animations.timeline import Clip, Timeline
from manim_metaflow.animations.timescale import TimeScale
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import RunRecord, TaskRecord
from manim_metaflow.mobjects.dag import FlowDAG, made_here
from manim_metaflow.mobjects.node import StepNode
from manim_metaflow.mobjects.stack import TaskStack
from manim_metaflow.mobjects.store import ContentStore
from manim_metaflow.theme import current_theme

__all__ = ["ReplayRun", "strand_between"]

HOP, GROW, FLIGHT = 0.3, 0.35, 0.8
"""Seconds a dot takes along an arrow, a chip to appear, a face to reach the store."""


class ReplayRun(Timeline):
    """Replay what a run executed: tasks wait, run and end, arrows light up, artifacts appear.

    Parameters
    ----------
    dag
        The graph. Built with ``run=record`` it shows each task and what it made; otherwise each step
        shows what its tasks do together.
    record
        The run.
    store
        If given, what a task made flies there as the task ends, unless the key is there already.
    steps
        Only the tasks of these steps; all by default. A long run is told in several beats this way.
    delay
        Seconds before the first thing happens.
    run_time
        Seconds; what the record's :class:`.TimeScale` asks for by default.

    Notes
    -----
    Artifacts appear at the end of a task, not before: Metaflow stores nothing at assignment. A task
    that raised has stored its artifacts too. Tasks cloned by ``resume`` are not executed and not shown
    here: see :class:`.CloneTasks`.

    Examples
    --------
    .. manim:: ReplayRunExample

        class ReplayRunExample(Scene):
            def construct(self):
                dag = FlowDAG("my_flow.py")
                self.play(Create(dag))
                self.play(ReplayRun(dag, record_run("my_flow.py")))
    """

    def __init__(
        self,
        dag: FlowDAG,
        record: RunRecord,
        *,
        store: ContentStore | None = None,
        steps: Collection[str] | None = None,
        delay: float = 0.0,
        run_time: float | None = None,
        **kwargs: Any,
    ) -> None:
        if dag.flow.name != record.flow.name:
            raise UsageError(f"The graph is of {dag.flow.name}, the record of {record.flow.name}.")
        unknown = sorted(set(steps or ()) - set(dag.nodes))
        if unknown:
            raise UsageError(
                f"{dag.flow.name} has no step {unknown[0]!r}. Its steps are: {', '.join(dag.nodes)}."
            )
        self.dag, self.record, self.store, self.delay = dag, record, store, delay
        self._overlay = VGroup()
        self._theme = current_theme()
        self._tasks = [
            task for task in record.tasks if not task.cloned and (steps is None or task.step in steps)
        ]
        self._scale = TimeScale([m for task in self._tasks for m in _moments(task)] or [0.0])
        clips = [*self._state_clips(), *self._edge_clips()]
        for task in self._tasks:
            clips += self._artifact_clips(task)
        parts = [dag] if store is None else [dag, store]
        super().__init__(parts, clips, overlay=self._overlay, run_time=run_time, **kwargs)

    def screen_time(self, moment: float) -> float:
        """Seconds from the start of the replay at which a real moment is shown."""
        return self.delay + HOP + self._scale(moment)

    def _state_clips(self) -> Iterator[Clip]:
        for node, tasks in self._tasks_by_node():
            changes = node_states(tasks)
            before = node.state
            for index, (moment, state) in enumerate(changes):
                start = self.screen_time(moment)
                last = index + 1 == len(changes)
                end = start + HOP if last else self.screen_time(changes[index + 1][0])
                yield StateClip(start, end, node, before, state)
                before = state

    def _tasks_by_node(self) -> Iterator[tuple[StepNode, list[TaskRecord]]]:
        """Each box with the tasks it stands for, in the author's order of steps."""
        by_step: dict[str, list[TaskRecord]] = {}
        for task in self._tasks:
            by_step.setdefault(task.step, []).append(task)
        for step, node in self.dag.nodes.items():
            tasks = by_step.get(step, [])
            if isinstance(node, TaskStack):
                for cell in node.cells:
                    yield cell, [task for task in tasks if task.place == cell.name]
            elif tasks:
                yield node, tasks

    def _edge_clips(self) -> Iterator[Clip]:
        """Light a strand up just before the task at its end starts."""
        lit: set[tuple[str, str, int]] = set()
        for task in sorted(self._tasks, key=lambda task: (task.started or float("inf"), task.path)):
            if task.started is None:
                continue
            arrival = self.screen_time(task.started)
            for parent in task.parents:
                source = self.record[parent]
                strand = strand_between(self.dag, source, task)
                if strand is None or (source.step, task.step, strand) in lit:
                    continue
                lit.add((source.step, task.step, strand))
                edge = self.dag.edges[source.step, task.step]
                yield EdgeClip(arrival - HOP, arrival, edge, strand, self._theme.done, self._overlay)

    def _artifact_clips(self, task: TaskRecord) -> Iterator[Clip]:
        if task.finished is None or not self.dag.shows_tasks:
            return
        start = self.screen_time(task.finished) + 0.1
        for index, chip in enumerate(self.dag.chips(task.place, made_here(task.artifacts))):
            begin = start + 0.12 * index
            yield AppearClip(begin, begin + GROW, chip, self.dag.artifacts)
            if self.store is not None and chip.sha not in self.store:
                slot, home = self.store.slot(chip.sha), self.store.blobs
                yield FlyClip(begin + GROW, begin + GROW + FLIGHT, chip, slot, self._overlay, home)


def _moments(task: TaskRecord) -> Iterator[float]:
    if task.queued is not None:
        yield task.queued
    for attempt in task.attempts:
        yield from (m for m in (attempt.started, attempt.finished) if m is not None)


def strand_between(dag: FlowDAG, source: TaskRecord, target: TaskRecord) -> int | None:
    """Return which strand of an edge joins two tasks; ``None`` where there is none or it is elided."""
    edge = dag.edges.get((source.step, target.step))
    if edge is None:
        return None
    if len(edge.lines) == 1:
        return 0
    for task in (target, source):
        node = dag.nodes[task.step]
        if isinstance(node, TaskStack) and len(node.cells) == len(edge.lines):
            return node.places.index(task.place) if task.place in node.places else None
    return None
