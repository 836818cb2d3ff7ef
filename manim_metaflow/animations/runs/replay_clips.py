"""What happens in a replay and when: the clips for boxes, arrows, artifacts, counters and choices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from manim import VGroup

from manim_metaflow.animations.graph.set_state import StateClip
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.runs.clips import AppearClip, EdgeClip, FlyClip
from manim_metaflow.animations.runs.replay_parts import decision_text, late_parts, strand_between
from manim_metaflow.animations.runs.run_clips import AttemptClip, CounterClip, DimClip, PopClip, SayClip
from manim_metaflow.animations.runs.states import node_states
from manim_metaflow.facts.records import TaskRecord
from manim_metaflow.facts.records.states import ENDED, WAITING, WORKING
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.mobjects.graph.chips import made_here
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.graph.strands import row_of
from manim_metaflow.mobjects.storage.content_store import ContentStore
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["FLIGHT", "GROW", "HOP", "ReplayClips"]

HOP, GROW, FLIGHT, FADE = 0.3, 0.35, 0.8, 0.5
"""Seconds a dot takes along an arrow, a chip to appear, a face to reach the store, a step to step back."""

FACES = 3
"""Artifacts that a row of a stack has room for."""

Screen = Callable[[float], float]


class ReplayClips:
    """Builds the clips of one replay.

    Parameters
    ----------
    dag
        The graph that shows it, if any.
    history
        What happened when.
    store
        Where artifacts fly to, if given.
    steps
        The steps to show; all by default.
    clones
        Whether to show the tasks that were cloned.
    overlay
        Where dots and flying faces live.

    Attributes
    ----------
    late
        Boxes that are not seen before their task is there.
    late_strands
        Parts of the arrows that join them, each with the box it waits for.
    """

    def __init__(
        self,
        dag: FlowDAG | None,
        history: RunHistory,
        *,
        store: ContentStore | None,
        steps: Collection[str] | None,
        clones: bool,
        overlay: VGroup,
    ) -> None:
        self.dag, self.history, self.record = dag, history, history.record
        self.store, self.steps, self.clones, self.overlay = store, steps, clones, overlay
        self._theme = dag.theme if dag is not None else current_theme()
        self._tasks = [task for task in self.record.tasks if self._is_told(task)]
        self.late = list(self._late())
        self.late_strands = list(late_parts(dag, self.late)) if dag is not None else []

    def moments(self) -> list[float]:
        """Return the real moments that need room of their own on screen."""
        ends = [moment for task in self._tasks for moment, _ in self.history.changes(task.path)]
        moments = [min(ends), max(ends)] if ends else [self.history.begin]
        for _, tasks in self._boxes():
            moments += [moment for moment, _ in node_states(tasks, self.history)]
        if self.steps is None:
            moments += [*self.history.unreached().values()]
        return moments

    def clips(self, screen: Screen, *, artifacts: bool) -> list[Clip]:
        """Return all clips."""
        if self.dag is None:
            return []
        found = [*self._pops(screen), *self._states(screen), *self._counters(screen)]
        found += [*self._edges(screen), *self._decisions(screen), *self._absences(screen)]
        if artifacts and self.dag.shows_tasks:
            for task in self._tasks:
                found += self._artifacts(task, screen)
        return found

    # ------------------------------------------------------------------------------------ boxes

    def _is_told(self, task: TaskRecord) -> bool:
        """Whether this replay shows a task: a clone that is on screen already was told before."""
        if self.steps is not None and task.step not in self.steps:
            return False
        if not task.cloned or not self.clones or self.dag is None:
            return self.clones or not task.cloned
        node = self.dag.nodes.get(task.step)
        if isinstance(node, TaskStack):
            cell = self.dag.task(task.place)
            return (
                not (node.more and node.more.counts.get("cloned")) if cell is None else cell.state != "cloned"
            )
        return node is None or node.state != "cloned"

    def _boxes(self) -> Iterator[tuple[StepNode, list[TaskRecord]]]:
        """Each box with the tasks it stands for, in the author's order of steps."""
        if self.dag is None:
            return
        by_step: dict[str, list[TaskRecord]] = {}
        for task in self._tasks:
            by_step.setdefault(task.step, []).append(task)
        for step, node in self.dag.nodes.items():
            tasks = by_step.get(step, [])
            if isinstance(node, TaskStack):
                by_place = {task.place: task for task in tasks}
                for cell in node.cells:
                    yield cell, [by_place[cell.name]] if cell.name in by_place else []
            elif tasks:
                yield node, tasks

    def _states(self, screen: Screen) -> Iterator[Clip]:
        for node, tasks in self._boxes():
            changes = node_states(tasks, self.history)
            before = node.state
            for index, (moment, state) in enumerate(changes):
                start = screen(moment)
                last = index + 1 == len(changes)
                end = start + HOP if last else screen(changes[index + 1][0])
                yield StateClip(start, end, node, before, state)
                before = state
            if len(tasks) == 1:
                for failed, moment in enumerate(self.history.failures(tasks[0].path)):
                    yield AttemptClip(screen(moment), node, failed + 1)

    def _late(self) -> Iterator[StepNode]:
        """Find the iterations of a recursive step: they pile up, and are not there before."""
        for node, tasks in self._boxes():
            recursive = bool(tasks) and tasks[0].step in self.record.flow[tasks[0].step].targets
            if recursive and node.state == "pending" and any(task.iteration[-1:] > (0,) for task in tasks):
                yield node

    def _pops(self, screen: Screen) -> Iterator[Clip]:
        moments: dict[int, float] = {}
        late = {id(node) for node in self.late}
        for node, tasks in self._boxes():
            if id(node) in late:
                moments[id(node)] = screen(self.history.changes(tasks[0].path)[0][0])
                yield PopClip(moments[id(node)], node)
        for part, node in self.late_strands:
            yield PopClip(moments[id(node)], part)

    def _counters(self, screen: Screen) -> Iterator[Clip]:
        if self.dag is None:
            return
        told = {task.path for task in self._tasks}
        for step, stack in self.dag.nodes.items():
            if not isinstance(stack, TaskStack) or stack.more is None:
                continue
            ordered = sorted(
                (screen(moment), index, order, state)
                for index, task in enumerate(stack.rest_tasks)
                if task.path in told
                for order, (moment, state) in enumerate(self.history.changes(task.path))
            )
            changes = [(moment, index, state) for moment, index, _, state in ordered]
            if not changes:
                continue
            standing = ["pending" if task.path in told else "cloned" for task in stack.rest_tasks]
            strands = [
                (edge, index)
                for (source, _), edge in self.dag.edges.items()
                if source == step
                for index, (row, _) in enumerate(edge.ends)
                if row == len(stack.cells)
            ]
            yield CounterClip(changes, standing, stack.more, strands, self._theme.done)

    # ----------------------------------------------------------------------------------- arrows

    def _arrival(self, task: TaskRecord) -> float:
        """When what the parents handed on is there: as the task starts, or is cloned."""
        moment = self.history.moment_of(task.path, *WORKING, *ENDED)
        return self.history.changes(task.path)[-1][0] if moment is None else moment

    def _edges(self, screen: Screen) -> Iterator[Clip]:
        """Light a strand up just before the task at its end starts."""
        if self.dag is None:
            return
        lit: set[tuple[str, str, int]] = set()
        begun = [task for task in self._tasks if self._has_begun(task)]
        for task in sorted(begun, key=lambda task: (self._arrival(task), task.path)):
            arrival = screen(self._arrival(task))
            for parent in task.parents:
                source = self.record[parent]
                strand = strand_between(self.dag, source, task)
                if strand is None or ((source.step, task.step, strand) in lit and source.step != task.step):
                    continue
                lit.add((source.step, task.step, strand))
                color = self._theme.cloned if task.cloned else self._theme.done
                yield EdgeClip(
                    arrival - HOP,
                    arrival,
                    self.dag.edges[source.step, task.step],
                    strand,
                    color,
                    self.overlay,
                    dot=not task.cloned,
                    lit=not self._is_counted(source, task),
                )

    def _has_begun(self, task: TaskRecord) -> bool:
        return self.history.changes(task.path)[-1][1] not in WAITING

    def _is_counted(self, source: TaskRecord, target: TaskRecord) -> bool:
        """Whether a strand leaves a counter: then it grows with the count."""
        node = self.dag.nodes[source.step] if self.dag else None
        ends = self.dag.edges[source.step, target.step].ends if self.dag else ()
        return bool(ends) and isinstance(node, TaskStack) and row_of(node, source.place) == len(node.cells)

    def _decisions(self, screen: Screen) -> Iterator[Clip]:
        """Say what a switch went by, in the place of what it looks at."""
        if self.dag is None:
            return
        said: dict[str, TextLabel] = {}
        for decision in self.history.decisions():
            notes = self.dag.notes.get(decision.step)
            if notes is None or not notes.captions or (self.steps and decision.step not in self.steps):
                continue
            before = said.get(decision.step, notes.captions[0])
            text = decision_text(self.record, decision)
            if text != before.text:
                after = TextLabel(text, font_size=before.font_size)
                said[decision.step] = after
                start = screen(decision.moment)
                yield SayClip(start, start + GROW, before, after, notes, self._theme.text)

    def _absences(self, screen: Screen) -> Iterator[Clip]:
        """Let what was never reached step back."""
        if self.dag is None or self.steps is not None:
            return
        for step, moment in self.history.unreached().items():
            node = self.dag.nodes.get(step)
            if isinstance(node, StepNode):
                start = screen(moment)
                yield StateClip(start, start + FADE, node, node.state, "unreached")
        for pair, moment in self.history.unused_edges().items():
            if pair in self.dag.edges:
                edge = self.dag.edges[pair]
                home: Any = next(group for group in self.dag.submobjects if edge in group.submobjects)
                yield DimClip(screen(moment), screen(moment) + FADE, edge, home)

    # -------------------------------------------------------------------------------- artifacts

    def _artifacts(self, task: TaskRecord, screen: Screen) -> Iterator[Clip]:
        ended = self.history.ended(task.path)
        if ended is None or self.dag is None or task.step not in self.dag.nodes:
            return
        start = screen(ended) + 0.1
        made = made_here(task.artifacts)
        if isinstance(self.dag.nodes[task.step], TaskStack):
            made = made[:FACES]
        for index, chip in enumerate(self.dag.chips(task.place, made)):
            begin = start + 0.12 * index
            yield AppearClip(begin, begin + GROW, chip, self.dag.artifacts)
            if self.store is not None and not task.cloned and chip.sha not in self.store:
                slot, home = self.store.slot(chip.sha), self.store.blobs
                yield FlyClip(begin + GROW, begin + GROW + FLIGHT, chip, slot, self.overlay, home)
