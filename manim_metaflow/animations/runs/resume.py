"""What ``resume`` does: it clones what succeeded, by reference, and executes the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import VGroup

from manim_metaflow.animations.graph.set_state import change_state
from manim_metaflow.animations.motion.clips import point
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.animations.runs.artifacts import GROW, show_chip
from manim_metaflow.animations.runs.edges import light_edge, strands_to
from manim_metaflow.animations.runs.replay import PAUSE, ReplayRun
from manim_metaflow.animations.runs.schedule import HOP
from manim_metaflow.animations.runs.tasks import count_tasks
from manim_metaflow.facts.records import RunRecord, TaskRecord
from manim_metaflow.mobjects.graph.chips import made_here
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.storage.content_store import ContentStore
from manim_metaflow.theme import current_theme

__all__ = ["CloneTasks", "ResumeRun"]

PACE = 0.45
"""Seconds from one clone to the next."""


class CloneTasks(Timeline):
    """Show which tasks a resumed run took over: dashed, by reference, with the keys they had.

    Parameters
    ----------
    dag
        The graph of the resumed run.
    record
        The resumed run.
    origin
        The graph of the run it resumes; a dashed line leads from each of its steps to the clone.
    artifacts
        Whether to show the artifacts that each clone has, too.

    Notes
    -----
    Metaflow clones by step name and foreach index. It compares no code and no inputs, copies no blob
    and starts no process: a clone is a new task id with the origin's key map. Its threads clone in no
    particular order; here they come in the order in which an author reads the flow.

    Attributes
    ----------
    references
        The dashed lines; they become part of ``dag``.

    Examples
    --------
    .. manim:: CloneTasksExample

        class CloneTasksExample(Scene):
            def construct(self):
                first = record_run("my_flow.py")
                second = record_resume(first, "my_flow.py")
                dag = FlowDAG(second.flow, run=second)
                self.add(dag)
                self.play(CloneTasks(dag, second))
    """

    def __init__(
        self,
        dag: FlowDAG,
        record: RunRecord,
        *,
        origin: FlowDAG | None = None,
        artifacts: bool = True,
        **kwargs: Any,
    ) -> None:
        self.dag, self.record, self.origin = dag, record, origin
        self._artifacts = artifacts
        self._color = current_theme().cloned
        self.references = VGroup()
        dag.add(self.references)
        super().__init__([dag], list(self._clips()), **kwargs)

    def _clips(self) -> Iterator[Clip]:
        referred: set[str] = set()
        shown = [task for task in self._clones() if self.dag.task(task.place) is not None]
        for index, task in enumerate(shown):
            start, end = index * PACE, index * PACE + PACE
            if task.step not in referred and (line := self._reference(task.step)) is not None:
                referred.add(task.step)
                zoom = self.dag.zoom
                yield point(start, end, line, self._color, self.references, tip=False, zoom=zoom)
            yield from self._clone(task, end)
            if index + 1 == len(shown) or shown[index + 1].step != task.step:
                yield from self._counted(task.step, end)

    def _clones(self) -> list[TaskRecord]:
        order = {name: index for index, name in enumerate(self.dag.nodes)}
        return sorted(
            self.record.cloned,
            key=lambda task: (order[task.step], [level.index for level in task.foreach], task.iteration),
        )

    def _clone(self, task: TaskRecord, moment: float) -> Iterator[Clip]:
        node = self.dag.task(task.place)
        assert node is not None
        yield change_state(moment, moment + HOP, node, node.state, "cloned")
        for chip in self.dag.chips(task.place, made_here(task.artifacts)) if self._artifacts else ():
            yield show_chip(moment, moment + GROW, chip, self.dag.artifacts)
        for _, edge, strand in strands_to(self.dag, self.record, task):
            yield light_edge(moment - HOP / 2, moment, edge, strand, self._color)

    def _counted(self, step: str, moment: float) -> Iterator[Clip]:
        """Count the clones of a step that have no box of their own."""
        stack = self.dag.nodes[step]
        if isinstance(stack, TaskStack) and stack.more is not None:
            changes = [(moment, at, "cloned") for at, task in enumerate(stack.rest_tasks) if task.cloned]
            if changes:
                pending = ["pending"] * len(stack.rest_tasks)
                yield count_tasks(changes, pending, stack.more, [], self._color)

    def _reference(self, step: str) -> tuple[np.ndarray, np.ndarray] | None:
        """From the lower side of the origin's box to the upper side of the clone's, if it lies below."""
        if self.origin is None:
            return None
        above, below = self.origin.reference_box(step), self.dag.reference_box(step)
        if above[1] <= below[3]:
            return None
        x = (below[0] + below[2]) / 2
        return np.array([x, above[1], 0.0]), np.array([x, below[3], 0.0])


class ResumeRun(Timeline):
    """A resumed run from its first clone to its last task: :class:`.CloneTasks`, then :class:`.ReplayRun`.

    Parameters
    ----------
    dag, record, origin
        As for :class:`.CloneTasks`.
    store
        The store both runs share. Clones put nothing there.

    Examples
    --------
    .. manim:: ResumeRunExample

        class ResumeRunExample(Scene):
            def construct(self):
                failed = record_run("my_flow.py")
                resumed = record_resume(failed, "my_flow.py")
                above = FlowDAG("my_flow.py", run=failed).shift(1.5 * UP)
                below = FlowDAG("my_flow.py", run=resumed).shift(1.5 * DOWN)
                self.play(ReplayRun(above, failed))
                self.play(ResumeRun(below, resumed, origin=above))
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
        clones = CloneTasks(dag, record, origin=origin)
        delay = clones.length + PAUSE if clones.clips else 0.0
        replay = ReplayRun(dag, record, store=store, clones=False, delay=delay)
        parts = [dag] if store is None else [dag, store]
        super().__init__(parts, [*clones.clips, *replay.clips], overlay=replay.overlay, **kwargs)
