"""What a replay shows of a run and which moments of it: the tasks, and the boxes that stand for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from manim import VMobject

from manim_metaflow.facts.records import TaskRecord
from manim_metaflow.facts.records.states import combined_state
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.stack import TaskStack

__all__ = ["HOP", "GraphSchedule", "RunSchedule", "ScreenTime", "schedule_of"]

HOP = 0.3
"""Seconds a dot takes along an arrow, and a last change of state."""

ScreenTime = Callable[[float], float]
"""From a real moment to seconds from the start of the animation."""


class RunSchedule:
    """The tasks of a run that a replay shows.

    Parameters
    ----------
    history
        What happened when.
    steps
        The steps to show; all by default.
    clones
        Whether to show the tasks that were cloned.

    Attributes
    ----------
    record
        The run.
    tasks
        Its tasks that are shown.
    """

    def __init__(self, history: RunHistory, *, steps: Collection[str] | None, clones: bool) -> None:
        self.history, self.record = history, history.record
        self.steps, self.clones = steps, clones
        self.tasks = [
            task
            for task in self.record.tasks
            if (steps is None or task.step in steps) and (not task.cloned or self.shows_clone(task))
        ]

    def shows_clone(self, task: TaskRecord) -> bool:
        """Whether a cloned task is shown."""
        return self.clones

    def moments(self) -> list[float]:
        """Return the real moments that need room of their own on screen."""
        ends = [moment for task in self.tasks for moment, _ in self.history.changes(task.path)]
        moments = [min(ends), max(ends)] if ends else [self.history.begin]
        return moments if self.steps is not None else [*moments, *self.history.unreached().values()]


class GraphSchedule(RunSchedule):
    """The tasks of a run that a replay shows, and the boxes of the graph that stand for them.

    Parameters
    ----------
    dag
        The graph.

    Attributes
    ----------
    boxes
        Each box with the tasks it stands for, in the author's order of steps.
    late
        What is not seen before its task is there, a box or a part of an arrow that joins it, with the box.
    """

    def __init__(
        self, dag: FlowDAG, history: RunHistory, *, steps: Collection[str] | None, clones: bool
    ) -> None:
        self.dag = dag
        super().__init__(history, steps=steps, clones=clones)
        self.boxes = list(self._boxes())
        late = [node for node, tasks in self.boxes if self._is_late(node, tasks)]
        self.late: list[tuple[VMobject, StepNode]] = [*((node, node) for node in late), *_arrows(dag, late)]

    def shows_clone(self, task: TaskRecord) -> bool:
        """Whether a cloned task is shown: not if the graph shows it as cloned already."""
        node = self.dag.nodes.get(task.step)
        if not self.clones or node is None:
            return self.clones
        if not isinstance(node, TaskStack):
            return node.state != "cloned"
        cell = self.dag.task(task.place)
        if cell is not None:
            return cell.state != "cloned"
        return not (node.more and node.more.counts.get("cloned"))

    def moments(self) -> list[float]:
        """Return the real moments that need room of their own on screen."""
        changes = [self.changes(tasks) for _, tasks in self.boxes]
        return [*super().moments(), *(moment for each in changes for moment, _ in each)]

    def changes(self, tasks: Sequence[TaskRecord]) -> list[tuple[float, str]]:
        """Return when the box that stands for some tasks comes into another state, and into which."""
        of_tasks = [self.history.changes(task.path) for task in tasks]
        if len(of_tasks) == 1:
            return of_tasks[0]
        # With index and order beside the moment: what happens at one moment keeps the order in which each
        # task had it.
        events = sorted(
            (moment, index, order, state)
            for index, changes in enumerate(of_tasks)
            for order, (moment, state) in enumerate(changes)
        )
        states = ["pending"] * len(tasks)
        shown, found = "pending", []
        for moment, index, _, state in events:
            states[index] = state
            combined = combined_state(states)
            if combined != shown:
                found.append((moment, combined))
                shown = combined
        return found

    def _boxes(self) -> Iterator[tuple[StepNode, list[TaskRecord]]]:
        by_step: dict[str, list[TaskRecord]] = {}
        for task in self.tasks:
            by_step.setdefault(task.step, []).append(task)
        for step, node in self.dag.nodes.items():
            tasks = by_step.get(step, [])
            if isinstance(node, TaskStack):
                by_place = {task.place: task for task in tasks}
                for cell in node.cells:
                    yield cell, [by_place[cell.name]] if cell.name in by_place else []
            elif tasks:
                yield node, tasks

    def _is_late(self, node: StepNode, tasks: Sequence[TaskRecord]) -> bool:
        """Whether a box is an iteration of a recursive step: these pile up one by one."""
        recursive = bool(tasks) and tasks[0].step in self.record.flow[tasks[0].step].targets
        return recursive and node.state == "pending" and any(task.iteration[-1:] > (0,) for task in tasks)


def schedule_of(
    dag: FlowDAG | None, history: RunHistory, *, steps: Collection[str] | None, clones: bool
) -> RunSchedule:
    """Return the schedule for a graph, or, without one, for the run alone."""
    if dag is None:
        return RunSchedule(history, steps=steps, clones=clones)
    return GraphSchedule(dag, history, steps=steps, clones=clones)


def _arrows(dag: FlowDAG, late: Sequence[StepNode]) -> Iterator[tuple[VMobject, StepNode]]:
    """Find the parts of arrows that join late boxes, each with the box it waits for."""
    waited = {id(node): node for node in late}
    for (source, target), edge in dag.edges.items():
        waits = []
        for row, goal in edge.ends:
            joined = ((dag.nodes[source], row), (dag.nodes[target], goal))
            boxes = [node.rows[at] for node, at in joined if isinstance(node, TaskStack)]
            waits.append([waited[id(box)] for box in boxes if id(box) in waited])
        for line, tip, nodes in zip(edge.lines, edge.tips, waits, strict=False):
            if nodes:
                yield line, nodes[-1]
                yield tip, nodes[-1]
        if edge.label is not None and waits and all(waits):
            yield edge.label, waits[0][-1]
