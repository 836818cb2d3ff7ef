"""The graph of a flow becomes the graph of a run of it, and stays the same mobject."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product
from typing import Any, Literal

import numpy as np
from manim import VGroup, VMobject, config, smooth

from manim_metaflow.animations.motion.pose import Pose
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.motion.veil import Veil
from manim_metaflow.animations.runs.replay_parts import decision_text
from manim_metaflow.facts.records import FlowInfo, RunRecord
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.layout.collapse import folded_name
from manim_metaflow.mobjects.graph.chips import made_here
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.text.label import TextLabel

__all__ = ["UnfoldClip", "Unfolding", "run_graph"]

LENGTH = 1.3
MARGIN, FOOT = 0.4, 1.25
"""Room kept free at the edges of the frame, and below for the clock (units)."""

MOST_TASKS = (8, 6, 5, 4, 3)
WRAPS: tuple[Literal["fit"] | None, ...] = (None, "fit")
LEAVING, COMING = 0.4, 0.5
"""Up to which share of the time the old lines fade, and from which the new ones come."""


def run_graph(dag: FlowDAG, record: RunRecord) -> FlowDAG:
    """Build the graph of a run in the place of a flow's graph: as many tasks as fit, inside the frame."""
    best: tuple[float, FlowDAG] | None = None
    for wrap, most in product(WRAPS, MOST_TASKS):
        graph = FlowDAG(
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
        )
        drawn = VGroup(graph, *_faces(graph, record))
        width, height = _room()
        share = min(1.0, width / (drawn.width * dag.zoom), height / (drawn.height * dag.zoom))
        if best is None or share > best[0] + 0.02:
            best = share, graph
        if share == 1.0:
            break
        if not any(isinstance(node, TaskStack) and node.more for node in graph.nodes.values()):
            continue
    assert best is not None
    share, graph = best
    graph.scale(dag.zoom * share)
    graph.shift(np.array(dag.get_center()) - VGroup(*graph.nodes.values()).get_center())
    _keep_inside(graph, record)
    return graph


def _room() -> tuple[float, float]:
    return config.frame_width - 2 * MARGIN, config.frame_height - MARGIN - FOOT


def _faces(graph: FlowDAG, record: RunRecord) -> Iterator[VMobject]:
    """Build what will stand around the boxes: it needs room in the frame, too."""
    for task in record.tasks:
        if graph.flow is graph.whole and isinstance(graph.nodes[task.step], StepNode):
            yield from graph.chips(task.place, made_here(task.artifacts))
    for decision in RunHistory(record).decisions():
        notes = graph.notes.get(decision.step)
        if notes is not None and notes.captions:
            caption = notes.captions[0]
            said = TextLabel(decision_text(record, decision), font_size=caption.font_size)
            yield said.move_to(caption.get_center())


def _keep_inside(graph: FlowDAG, record: RunRecord) -> None:
    drawn = VGroup(graph, *_faces(graph, record))
    x, y = config.frame_width / 2 - MARGIN, config.frame_height / 2
    right, left = float(drawn.get_right()[0]), float(drawn.get_left()[0])
    top, bottom = float(drawn.get_top()[1]), float(drawn.get_bottom()[1])
    graph.shift(np.array([max(0.0, -x - left) - max(0.0, right - x), 0.0, 0.0]))
    graph.shift(np.array([0.0, max(0.0, -y + FOOT - bottom) - max(0.0, top - y + MARGIN), 0.0]))


def _collapsed(flow: FlowInfo, whole: FlowInfo) -> list[str]:
    return [
        next(split for split in step.split_parents[::-1] if folded_name(split) == step.name)
        for step in flow.steps
        if step.name not in whole
    ]


class Unfolding:
    """A graph of a flow, the graph of a run it becomes, and the way from one to the other.

    Parameters
    ----------
    dag
        The graph on the scene.
    record
        The run.

    Attributes
    ----------
    after
        The graph of the run; ``dag`` takes over its parts when the animation begins.
    """

    length = LENGTH

    def __init__(self, dag: FlowDAG, record: RunRecord) -> None:
        self.dag, self.after = dag, run_graph(dag, record)
        self._before = VGroup(*dag.submobjects)
        self._nodes, self._edges, self._regions = dict(dag.nodes), dict(dag.edges), dict(dag.regions)
        self._heading = dag.heading

    def clip(self, overlay: VGroup, late: Collection[VMobject], *beside: VMobject) -> Clip:
        """Return the motion; what is ``late`` takes no part in it, what stands ``beside`` appears."""
        return UnfoldClip(self._before, self._nodes, self.after, overlay, late, beside, keep=self._heading)

    def adopt(self) -> None:
        """Let the graph on the scene have the tasks from now on."""
        self.dag.adopt(self.after)
        if self._heading is not None:
            self.dag.heading = self._heading
            self.dag.add(self._heading)


class UnfoldClip(Clip):
    """Steps that stay one box glide to their place; those with several tasks open into them."""

    def __init__(
        self,
        before: VGroup,
        nodes: dict[str, Any],
        after: FlowDAG,
        overlay: VGroup,
        late: Collection[VMobject],
        beside: Collection[VMobject],
        *,
        keep: VMobject | None,
    ) -> None:
        super().__init__(0.0, LENGTH)
        self._overlay = overlay
        self._leaving = VGroup(*[part for part in before if part is not keep])
        boxes = {id(part) for node in nodes.values() for part in node.get_family()}
        lines: list[Any] = [
            part for part in self._leaving.family_members_with_points() if id(part) not in boxes
        ]
        self._old_lines = Veil(*lines)
        self._old = [(Pose(node), Veil(node), *_place(node)) for node in nodes.values()]
        self._goals = [_place(after.nodes[name]) for name in nodes]
        self._new = [
            (Pose(part), Veil(part), *_place(part), origin)
            for name, node in after.nodes.items()
            for part, origin in _pieces(node, nodes[name], late)
        ]
        hidden = {id(part) for each in late for part in each.get_family()}
        edges: Iterator[Any] = (
            part
            for edge in after.edges.values()
            for part in edge.family_members_with_points()
            if id(part) not in hidden
        )
        self._new_lines = Veil(*after.regions.values(), *edges, *after.captions, *beside)

    def show(self, progress: float) -> None:
        """Set the moment."""
        way = smooth(progress)
        self._show_old(progress, way)
        for pose, veil, center, size, (from_center, from_size) in self._new:
            shift = (from_center - center) * (1 - way)
            pose.show(shift=shift, scale=1.0 if progress >= 1 else from_size / size * (1 - way) + way)
            veil.show(way)
        self._new_lines.show(smooth(max(0.0, progress - COMING) / (1 - COMING)))

    def _show_old(self, progress: float, way: float) -> None:
        if progress >= 1:
            self._overlay.remove(self._leaving)
            return
        if self._leaving not in self._overlay.submobjects:
            self._overlay.add(self._leaving)
        for (pose, veil, center, size), (to_center, to_size) in zip(self._old, self._goals, strict=True):
            pose.show(shift=(to_center - center) * way, scale=1 - way + to_size / size * way)
            veil.show(1 - way)
        self._old_lines.show(1 - smooth(min(1.0, progress / LEAVING)))


def _pieces(node: Any, old: Any, late: Collection[VMobject]) -> Iterator[tuple[Any, tuple[Any, float]]]:
    """Parts of a step that move by themselves, each with where it comes from."""
    origin = _place(old)
    if not isinstance(node, TaskStack):
        yield node, origin
        return
    yield node.heading, (origin[0], float(node.heading.height))
    for row in node.rows:
        if not any(row is each for each in late):
            yield row, origin


def _place(node: Any) -> tuple[Any, float]:
    """Middle and height (units) of a step's box, or of a row of it."""
    if isinstance(node, TaskStack):
        left, bottom, right, top = node.rows_box
        height = node.rows[0].node_box[3] - node.rows[0].node_box[1]
        return np.array([(left + right) / 2, (bottom + top) / 2, 0.0]), height
    if not hasattr(node, "node_box"):
        return np.array(node.get_center()), float(node.height)
    left, bottom, right, top = node.node_box
    return np.array([(left + right) / 2, (bottom + top) / 2, 0.0]), top - bottom
