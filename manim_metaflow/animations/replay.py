"""A run happens again on its graph, in the order and with the overlap in which it happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import VGroup

from manim_metaflow.animations.clips import AppearClip, EdgeClip, FlyClip, ReferenceClip, StateClip
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

__all__ = ["ReplayRun", "ResumeRun"]

HOP, GROW, FLIGHT = 0.3, 0.35, 0.8
CLONE_PACE = 0.4


class ReplayRun(Timeline):
    """Replay a run: tasks wait, run and end; arrows light up; artifacts appear when a task ends.

    Parameters
    ----------
    dag
        The graph. Built with ``run=record`` it shows each task; otherwise each step shows what its
        tasks do together.
    record
        The run.
    store
        If given, what a task made flies there as the task ends.
    run_time
        Seconds; what the record's :class:`.TimeScale` asks for by default.

    Notes
    -----
    Artifacts appear at the end of a task, not before: Metaflow stores nothing at assignment. A task
    that raised has stored its artifacts too.

    Examples
    --------
    >>> from manim_metaflow import FlowDAG, ReplayRun, RunRecord  # doctest: +SKIP
    >>> self.play(ReplayRun(dag, record_run("my_flow.py")))  # doctest: +SKIP
    """

    def __init__(
        self,
        dag: FlowDAG,
        record: RunRecord,
        *,
        store: ContentStore | None = None,
        run_time: float | None = None,
        **kwargs: Any,
    ) -> None:
        if dag.flow.name != record.flow.name:
            raise UsageError(f"The graph is of {dag.flow.name}, the record of {record.flow.name}.")
        self.dag, self.record, self.store = dag, record, store
        self._overlay = VGroup()
        self._theme = current_theme()
        executed = [task for task in record.tasks if not task.cloned]
        moments = [m for task in executed for m in _moments(task)]
        self._lead = self._lead_in()
        self._scale = TimeScale(moments or [0.0])
        clips = [*self._lead_clips(), *self._state_clips(), *self._edge_clips(executed)]
        for task in executed:
            clips += self._artifact_clips(task)
        parts = [dag] if store is None else [dag, store]
        super().__init__(parts, clips, overlay=self._overlay, run_time=run_time, **kwargs)

    def screen_time(self, moment: float) -> float:
        """Seconds from the start of the replay at which a real moment is shown."""
        return self._lead + self._scale(moment)

    # -------------------------------------------------------------------------- what comes before

    def _lead_in(self) -> float:
        return 0.0

    def _lead_clips(self) -> Iterator[Clip]:
        yield from ()

    # ------------------------------------------------------------------------------------- states

    def _state_clips(self) -> Iterator[Clip]:
        for node, tasks in self._tasks_by_node():
            changes = node_states([task for task in tasks if not task.cloned])
            before = node.state
            for index, (moment, state) in enumerate(changes):
                start = self.screen_time(moment)
                last = index + 1 == len(changes)
                end = start + HOP if last else self.screen_time(changes[index + 1][0])
                yield StateClip(start, end, node, before, state)
                before = state

    def _tasks_by_node(self) -> Iterator[tuple[StepNode, list[TaskRecord]]]:
        """Each box with the tasks it stands for, in the author's order of steps."""
        for step, node in self.dag.nodes.items():
            tasks = self.record.tasks_of(step)
            if isinstance(node, TaskStack):
                by_place = _by_place(tasks)
                for cell, place in zip(node.cells, node.places, strict=True):
                    yield cell, by_place.get(place, [])
            elif tasks:
                yield node, list(tasks)

    # -------------------------------------------------------------------------------------- edges

    def _edge_clips(self, tasks: list[TaskRecord]) -> Iterator[Clip]:
        """A strand lights up just before the task at its end starts."""
        lit: set[tuple[str, str, int]] = set()
        for task in sorted(tasks, key=lambda task: (task.started or float("inf"), task.path)):
            if task.started is None:
                continue
            arrival = self.screen_time(task.started)
            for parent in task.parents:
                source = self.record[parent]
                edge = self.dag.edges.get((source.step, task.step))
                if edge is None:
                    continue
                strand = _strand(self.dag, source, task, len(edge.lines))
                if strand is None or (source.step, task.step, strand) in lit:
                    continue
                lit.add((source.step, task.step, strand))
                yield EdgeClip(max(0.0, arrival - HOP), arrival, edge, strand, self._theme.done, self._overlay)

    # ---------------------------------------------------------------------------------- artifacts

    def _artifact_clips(self, task: TaskRecord) -> Iterator[Clip]:
        if task.finished is None:
            return
        start = self.screen_time(task.finished) + 0.1
        chips = self.dag.chips(task.place, made_here(task.artifacts))
        for index, chip in enumerate(chips):
            begin = start + 0.12 * index
            yield AppearClip(begin, begin + GROW, chip, self.dag.artifacts)
            if self.store is not None and chip.sha not in self.store:
                yield FlyClip(
                    begin + GROW,
                    begin + GROW + FLIGHT,
                    chip,
                    self.store.slot(chip.sha),
                    self._overlay,
                    self.store.blobs,
                )


class ResumeRun(ReplayRun):
    """A resumed run beside its origin: what succeeded is cloned by reference, the rest executes.

    Parameters
    ----------
    dag
        The graph of the resumed run.
    record
        The resumed run.
    origin
        The graph on which the origin run was replayed; dashed lines lead from its tasks to their
        clones.
    store
        The store both runs share. Clones put nothing there.

    Notes
    -----
    Metaflow clones by step name and foreach index. It compares no code and no inputs, copies no blob
    and starts no process: a clone is a new task id with the origin's key map.
    """

    def __init__(
        self,
        dag: FlowDAG,
        record: RunRecord,
        *,
        origin: FlowDAG | None = None,
        store: ContentStore | None = None,
        **kwargs: Any,
    ) -> None:
        self.origin = origin
        super().__init__(dag, record, store=store, **kwargs)
        if origin is not None:
            self.mobject.add(origin)

    def _clones(self) -> list[TaskRecord]:
        order = {name: index for index, name in enumerate(self.dag.nodes)}
        cloned = [task for task in self.record.tasks if task.cloned]
        return sorted(cloned, key=lambda task: (order[task.step], [f.index for f in task.foreach], task.iteration))

    def _lead_in(self) -> float:
        clones = self._clones()
        return CLONE_PACE * len(clones) + 0.8 if clones else 0.0

    def _lead_clips(self) -> Iterator[Clip]:
        """One clone after the other, in the order an author reads; Metaflow's threads keep none."""
        references = VGroup()
        self.dag.add(references)
        drawn: set[str] = set()
        for index, task in enumerate(self._clones()):
            start = index * CLONE_PACE
            node = self.dag.task(task.place)
            if node is None:
                continue
            line = self._reference(task)
            if line is not None and task.step not in drawn:
                drawn.add(task.step)
                yield ReferenceClip(start, start + CLONE_PACE, line, self._theme.cloned, references)
            landed = start + CLONE_PACE
            yield StateClip(landed, landed + HOP, node, node.state, "cloned")
            for chip in self.dag.chips(task.place, made_here(task.artifacts)):
                yield AppearClip(landed, landed + GROW, chip, self.dag.artifacts)
            for parent in task.parents:
                source = self.record[parent]
                edge = self.dag.edges.get((source.step, task.step))
                strand = _strand(self.dag, source, task, len(edge.lines)) if edge else None
                if edge is not None and strand is not None:
                    yield EdgeClip(
                        landed - HOP / 2, landed, edge, strand, self._theme.cloned, self._overlay, dot=False
                    )

    def _reference(self, task: TaskRecord) -> tuple[np.ndarray, np.ndarray] | None:
        """From the lower side of the origin's box to the upper side of the clone's, if it lies below."""
        if self.origin is None:
            return None
        above, below = self.origin.reference_box(task.step), self.dag.reference_box(task.step)
        x = (below[0] + below[2]) / 2
        if above[1] <= below[3]:
            return None
        return np.array([x, above[1], 0.0]), np.array([x, below[3], 0.0])


def _moments(task: TaskRecord) -> Iterator[float]:
    if task.queued is not None:
        yield task.queued
    for attempt in task.attempts:
        yield from (m for m in (attempt.started, attempt.finished) if m is not None)


def _by_place(tasks: tuple[TaskRecord, ...]) -> dict[str, list[TaskRecord]]:
    places: dict[str, list[TaskRecord]] = {}
    for task in tasks:
        places.setdefault(task.place, []).append(task)
    return places


def _strand(dag: FlowDAG, source: TaskRecord, target: TaskRecord, count: int) -> int | None:
    """Which strand of an edge joins two tasks; ``None`` where the task is elided."""
    if count == 1:
        return 0
    for task in (target, source):
        node = dag.nodes[task.step]
        if isinstance(node, TaskStack) and len(node.cells) == count:
            return node.places.index(task.place) if task.place in node.places else None
    return None
