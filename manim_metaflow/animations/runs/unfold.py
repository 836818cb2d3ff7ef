"""The graph of a flow becomes the graph of a run of it: each step becomes the tasks it had."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np
from manim import FadeIn, FadeOut, ReplacementTransform, Scene, VGroup, VMobject

from manim_metaflow.animations.motion.clips import call, enter, leave
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.motion.together import Together
from manim_metaflow.animations.runs.run_graph import Room, run_graph
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.stack import TaskStack

__all__ = ["UnfoldTasks", "Unfolding"]

LENGTH = 1.3
LEAVING, COMING = 0.4 * LENGTH, 0.5 * LENGTH
"""Seconds until the old lines have faded, and until the new ones come."""

Place = tuple[Any, float]
"""Middle and height (units) of a step's box, or of a row of it."""


class UnfoldTasks(Together):
    """Turn the graph of a flow into the graph of a run of it.

    Steps that stay one box glide to their place; a foreach's box opens into its tasks.

    Parameters
    ----------
    dag
        The graph on the scene; it is gone afterwards.
    run_dag
        The graph of the same flow, built with ``run=``.

    Raises
    ------
    UsageError
        The two graphs are of different flows.

    Examples
    --------
    .. manim:: UnfoldTasksExample

        class UnfoldTasksExample(Scene):
            def construct(self):
                dag = FlowDAG("my_flow.py")
                self.add(dag)
                self.play(UnfoldTasks(dag, FlowDAG("my_flow.py", run=record_run("my_flow.py"))))
    """

    def __init__(self, dag: FlowDAG, run_dag: FlowDAG, *, run_time: float = 1.2, **kwargs: Any) -> None:
        if list(dag.nodes) != list(run_dag.nodes):
            raise UsageError(f"{dag.flow.name} and {run_dag.flow.name} do not have the same steps.")
        self._before, self._after = dag, run_dag
        changes: list[Any] = []
        for name, node in dag.nodes.items():
            new = run_dag.nodes[name]
            if isinstance(new, TaskStack) and isinstance(node, StepNode):
                middle = node.get_center()
                changes.append(ReplacementTransform(node.label, new.heading))
                # The name stays and becomes the heading of the tasks; only the box opens.
                changes.append(FadeOut(node.box, node.sheets))
                changes += [FadeIn(cell, target_position=middle, scale=0.6) for cell in new.cells]
                changes += [FadeIn(new.more)] if new.more else []
            else:
                changes.append(ReplacementTransform(node, new))
        for pair, edge in dag.edges.items():
            new_edge = run_dag.edges[pair]
            if len(edge.lines) == len(new_edge.lines):
                changes.append(ReplacementTransform(edge, new_edge))
            else:
                changes += [FadeOut(edge), FadeIn(new_edge)]
        for name, region in dag.regions.items():
            changes += [FadeOut(region), FadeIn(run_dag.regions[name])]
        changes += [FadeOut(notes) for notes in dag.captions]
        changes += [FadeIn(notes) for notes in run_dag.captions]
        super().__init__(*changes, run_time=run_time, introducer=True, **kwargs)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Leave the run's graph as one mobject."""
        super().clean_up_from_scene(scene)
        # Each part by itself: Manim's transforms have put them on the scene one by one.
        scene.remove(*self._before.get_family())
        scene.add(self._after)


class Unfolding:
    """The graph of a flow becomes the graph of a run as a replay begins, and stays the same mobject.

    Parameters
    ----------
    dag
        The graph on the scene.
    record
        The run.
    overlay
        Where the old graph lives until it has faded.
    within
        The part of the frame that the graph of the run may fill.
    clock
        What is in a corner of that part, and must not be covered.

    Attributes
    ----------
    after
        The graph of the run; ``dag`` takes over its parts when the animation begins.
    """

    length = LENGTH

    def __init__(
        self,
        dag: FlowDAG,
        record: RunRecord,
        overlay: VGroup,
        within: Room,
        *,
        clock: VMobject | None = None,
    ) -> None:
        self.dag, self.after, self.overlay = dag, run_graph(dag, record, within, clock=clock), overlay
        self._heading = dag.heading
        self._nodes = dict(dag.nodes)
        self._before = VGroup(*[part for part in dag.submobjects if part is not dag.heading])

    def begin(self) -> None:
        """Let the graph on the scene have the tasks from now on."""
        self.dag.adopt(self.after)
        if self._heading is not None:
            self.dag.heading = self._heading
            self.dag.add(self._heading)
        self.overlay.add(self._before)

    def clips(self, late: Sequence[tuple[VMobject, StepNode]], *beside: VMobject) -> Iterator[Clip]:
        """Let steps glide to their place, and those with several tasks open into them.

        What is ``late``, and waits for a box, takes no part in it; what is ``beside`` comes with the arrows.
        """
        hidden = {id(part) for each, _ in late for part in each.get_family()}
        for name, node in self._nodes.items():
            new = self.after.nodes[name]
            yield self._leave(node, _place(new))
            for part, place in _pieces(new, _place(node)):
                if id(part) not in hidden:
                    yield self._enter(part, place)
        yield leave(0.0, LEAVING, self._old_lines())
        yield call(LENGTH, lambda: self.overlay.remove(self._before), self.overlay)
        yield enter(COMING, LENGTH, VGroup(*self._new_lines(hidden), *beside))

    def _leave(self, node: VMobject, goal: Place) -> Clip:
        (center, size), (to_center, to_size) = _place(node), goal
        return leave(0.0, LENGTH, node, goal=node.get_center() + to_center - center, scale=to_size / size)

    def _enter(self, part: VMobject, origin: Place) -> Clip:
        (center, size), (from_center, from_size) = _place(part), origin
        away = part.get_center() + from_center - center
        return enter(0.0, LENGTH, part, origin=away, scale=from_size / size)

    def _old_lines(self) -> VGroup:
        boxes = {id(part) for node in self._nodes.values() for part in node.get_family()}
        lines: list[Any] = self._before.family_members_with_points()
        return VGroup(*[part for part in lines if id(part) not in boxes])

    def _new_lines(self, hidden: Collection[int]) -> Iterator[VMobject]:
        yield from (*self.after.regions.values(), *self.after.captions)
        edges: list[Any] = list(self.after.edges.values())
        for edge in edges:
            yield from (part for part in edge.family_members_with_points() if id(part) not in hidden)


def _pieces(node: Any, origin: Place) -> Iterator[tuple[Any, Place]]:
    """Parts of a step that move by themselves, each with where it comes from."""
    if isinstance(node, TaskStack):
        yield node.heading, (origin[0], float(node.heading.height))
        yield from ((row, origin) for row in node.rows)
    else:
        yield node, origin


def _place(node: Any) -> Place:
    if isinstance(node, TaskStack):
        left, bottom, right, top = node.rows_box
        height = node.rows[0].node_box[3] - node.rows[0].node_box[1]
        return np.array([(left + right) / 2, (bottom + top) / 2, 0.0]), height
    if not hasattr(node, "node_box"):
        return np.array(node.get_center()), float(node.height)
    left, bottom, right, top = node.node_box
    return np.array([(left + right) / 2, (bottom + top) / 2, 0.0]), top - bottom
