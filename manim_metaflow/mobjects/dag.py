"""The graph of a flow, drawn from its class or from a run of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any, Literal

import numpy as np
from manim import DL, UR, VGroup

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import ArtifactRecord, FlowInfo, RunRecord, StepInfo
from manim_metaflow.layout.flow_layout import layout_flow
from manim_metaflow.layout.geometry import Direction, FlowLayout, NodeBox, Route, Spacing
from manim_metaflow.mobjects.chip import ArtifactChip
from manim_metaflow.mobjects.edge import FlowEdge
from manim_metaflow.mobjects.glyphs import EM
from manim_metaflow.mobjects.label import TextLabel
from manim_metaflow.mobjects.node import StepNode
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.mobjects.region import ForeachRegion
from manim_metaflow.mobjects.stack import TaskStack
from manim_metaflow.theme import current_theme

__all__ = ["FlowDAG"]

SHEETS = 2
"""Sheets behind a foreach step whose tasks are not known: two and the box read as "several"."""


class FlowDAG(VGroup):
    """A flow's graph: a box a step, an arrow an edge, a dashed frame round what a foreach repeats.

    Parameters
    ----------
    flow
        A ``FlowSpec`` class, ``"file.py"``, ``"file.py:Class"``, ``"package.module:Class"``, or a
        :class:`.FlowInfo`.
    run
        A run whose tasks are drawn: each task of a foreach gets a box of its own.
    direction
        ``"right"`` or ``"down"``.
    font_size
        Manim font size of the step names; everything else follows from it.
    captions
        On which side of their boxes artifacts and captions stand (``direction="right"``).
    most_tasks
        How many tasks of a step are drawn at most.

    Attributes
    ----------
    flow
        The :class:`.FlowInfo` drawn.
    nodes
        Step name to :class:`.StepNode` or :class:`.TaskStack`; ``dag["train"]`` is short for it.
    edges
        ``(source, target)`` to :class:`.FlowEdge`.
    regions
        Name of the step that fans out to :class:`.ForeachRegion`.
    artifacts
        The chips shown so far.

    Examples
    --------
    .. manim:: FlowDAGExample

        class FlowDAGExample(Scene):
            def construct(self):
                from metaflow import FlowSpec, step

                class TinyFlow(FlowSpec):
                    @step
                    def start(self):
                        self.next(self.end)

                    @step
                    def end(self):
                        pass

                dag = FlowDAG(TinyFlow)
                self.play(Create(dag))
                self.play(dag["start"].animate.set_state("done"))
    """

    def __init__(
        self,
        flow: type | str | FilePath | FlowInfo,
        *,
        run: RunRecord | None = None,
        direction: Direction = "right",
        font_size: float | None = None,
        captions: Literal["below", "above"] = "below",
        most_tasks: int = 5,
    ) -> None:
        from manim_metaflow.facts import load_flow

        theme = current_theme()
        self.flow = flow if isinstance(flow, FlowInfo) else load_flow(flow)
        self._font_size = theme.label_size if font_size is None else font_size
        self._small = max(theme.minimum_size, 0.8 * self._font_size)
        self._side = captions
        self._run = run
        self.nodes: dict[str, StepNode | TaskStack] = {
            step.name: self._make_node(step, most_tasks) for step in self.flow.steps
        }
        labels = {(e.source, e.target): ", ".join(e.labels) for e in self.flow.edges if e.labels}
        sizes = {pair: (0.6 * EM * self._small * len(text) + 0.12, 0.26) for pair, text in labels.items()}
        boxes = {step.name: self._box(step) for step in self.flow.steps}
        spacing = Spacing(region_label=0.0 if captions == "above" else 0.4)
        layout = layout_flow(self.flow, boxes, direction=direction, spacing=spacing, labels=sizes)
        self.regions = self._make_regions(layout)
        for name, node in self.nodes.items():
            _put(node, layout.positions[name])
        self.edges = {
            pair: self._make_edge(pair, route, labels.get(pair, "")) for pair, route in layout.routes.items()
        }
        self.captions = self._make_captions(boxes)
        self.artifacts: Parts[ArtifactChip] = Parts()
        super().__init__(
            VGroup(*self.regions.values()),
            VGroup(*self.edges.values()),
            VGroup(*self.nodes.values()),
            self.captions,
            self.artifacts,
        )
        self._rest_width = float(self.width)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "flow", "name": self.flow.name}

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            if key not in self.nodes:
                raise UsageError(
                    f"{self.flow.name} has no step {key!r}. Its steps are: {', '.join(self.nodes)}."
                )
            return self.nodes[key]
        return super().__getitem__(key)

    def edge(self, source: str, target: str) -> FlowEdge:
        """Return the arrow between two steps."""
        if (source, target) not in self.edges:
            raise UsageError(f"{self.flow.name} has no edge from {source!r} to {target!r}.")
        return self.edges[source, target]

    def task(self, place: str) -> StepNode | None:
        """Return the box that stands for a task, by :attr:`.TaskRecord.place`; ``None`` if it is elided."""
        node = self.nodes[_step_of(place)]
        if isinstance(node, TaskStack):
            return next((cell for cell in node.cells if cell.name == place), None)
        return node

    def reference_box(self, step: str) -> tuple[float, float, float, float]:
        """Left, bottom, right and top (units) of a step's box, or of the frame its tasks stand in."""
        node = self[step]
        if isinstance(node, StepNode):
            return node.node_box
        frames = [self.regions[name].frame for name in self.flow[step].split_parents if name in self.regions]
        around = frames[-1] if frames else node.cells
        left, bottom = around.get_corner(DL)[:2]
        right, top = around.get_corner(UR)[:2]
        return float(left), float(bottom), float(right), float(top)

    @property
    def shows_tasks(self) -> bool:
        """Whether it was built with ``run=``: each task has a box, and there is room for artifacts."""
        return self._run is not None

    @property
    def zoom(self) -> float:
        """How much the drawing has been scaled since it was built."""
        return float(self._anchor.height) / self._anchor_height

    def chips(self, place: str, artifacts: tuple[ArtifactRecord, ...]) -> Parts[ArtifactChip]:
        """Build the chips of a task where they belong beside its box; they are not shown yet."""
        node = self.task(place)
        if node is None:
            return Parts()
        step = self.nodes[_step_of(place)]
        named = not isinstance(step, TaskStack)
        size = 0.3 if named else 0.28
        chips = [
            ArtifactChip(a.name, a.sha, size=size, named=named, font_size=self._small) for a in artifacts
        ]
        left, bottom, right, top = node.node_box
        for index, chip in enumerate(chips):
            chip.scale(self.zoom, about_point=np.zeros(3))
            if not named:
                x = right - (0.25 + 0.32 * (len(chips) - 1 - index)) * self.zoom
                chip.shift((x, (top + bottom) / 2, 0.0))
                continue
            row = index if self._side == "below" else len(chips) - 1 - index
            gap = (0.28 + 0.36 * row) * self.zoom
            y = bottom - gap if self._side == "below" else top + gap
            chip.shift((left + 0.19 * self.zoom, y, 0.0))
        return Parts(*chips)

    # ---------------------------------------------------------------------------------- building

    def _make_node(self, step: StepInfo, most: int) -> StepNode | TaskStack:
        tasks = self._run.tasks_of(step.name) if self._run else ()
        repeated = _inside_foreach(self.flow, step) or step.parallel_step
        if tasks and (repeated or len(tasks) > 1):
            slots = max(len(made_here(task.artifacts)) for task in tasks)
            return TaskStack(step.name, tasks, most=most, slots=min(slots, 3), font_size=self._font_size)
        return StepNode(
            step.name,
            height=0.033 * self._font_size,
            font_size=self._font_size,
            sheets=SHEETS if repeated else 0,
        )

    def _box(self, step: StepInfo) -> NodeBox:
        node = self.nodes[step.name]
        if isinstance(node, TaskStack):
            width, height = node.size
            return NodeBox(width, height, above=node.heading_room, below=node.rest_room)
        left, bottom, right, top = node.node_box
        extra = 0.36 * self._chip_count(step.name) + (0.34 if step.condition else 0.0)
        sheets = 0.075 * len(node.sheets)
        above, below = (extra, 0.0) if self._side == "above" else (0.0, extra)
        beside = max(0.0, (self._caption_width(step) - (right - left)) / 2)
        return NodeBox(
            right - left,
            top - bottom,
            above=max(above, sheets),
            below=below,
            left=beside,
            right=max(sheets, beside),
        )

    def _caption_width(self, step: StepInfo) -> float:
        return TextLabel(_switch_text(step), font_size=self._small).width if step.condition else 0.0

    def _chip_count(self, step: str) -> int:
        tasks = self._run.tasks_of(step) if self._run else ()
        return max((len(made_here(task.artifacts)) for task in tasks), default=0)

    def _make_regions(self, layout: FlowLayout) -> dict[str, ForeachRegion]:
        regions = {}
        for name, rect in layout.regions.items():
            step = self.flow[name]
            count = len(self._run.tasks_of(step.targets[0])) if self._run else 0
            regions[name] = ForeachRegion(step, rect, count=count, side=self._side, font_size=self._small)
        return regions

    def _make_edge(self, pair: tuple[str, str], route: Route, label: str) -> FlowEdge:
        source, target = self.nodes[pair[0]], self.nodes[pair[1]]
        count = max(len(n.cells) if isinstance(n, TaskStack) else 1 for n in (source, target))
        curves = np.array([route.points[i : i + 4] for i in range(0, len(route.points) - 1, 3)])
        strands = []
        for index in range(count):
            strand = curves.copy()
            _bend(strand, 0, _port_shift(source, index, count))
            _bend(strand, -1, _port_shift(target, index, count))
            strands.append(strand)
        return FlowEdge(*pair, strands, label=label, label_at=route.label_at, font_size=self._small)

    def _make_captions(self, boxes: Mapping[str, NodeBox]) -> VGroup:
        theme = current_theme()
        captions = VGroup()
        for step in self.flow.steps:
            if not step.condition:
                continue
            node = self.nodes[step.name]
            text = TextLabel(_switch_text(step), font_size=self._small, color=theme.muted)
            x, y = node.get_center()[:2]
            room = boxes[step.name].height / 2 + 0.2
            captions.add(text.center_on(x, y - room if self._side == "below" else y + room))
        return captions

    @property
    def _anchor(self) -> Any:
        return self.nodes[self.flow.start]

    @property
    def _anchor_height(self) -> float:
        return 0.033 * self._font_size


def made_here(artifacts: tuple[ArtifactRecord, ...]) -> tuple[ArtifactRecord, ...]:
    """Return what a task made itself: artifacts it did not merely inherit."""
    return tuple(artifact for artifact in artifacts if artifact.provenance != "inherited")


def _switch_text(step: StepInfo) -> str:
    return f"switch self.{step.condition}"


def _step_of(place: str) -> str:
    return place.partition("[")[0].partition("#")[0]


def _inside_foreach(flow: FlowInfo, step: StepInfo) -> bool:
    open_splits = step.split_parents[:-1] if step.kind == "join" else step.split_parents
    return any(flow[name].kind == "foreach" for name in open_splits)


def _put(node: StepNode | TaskStack, at: tuple[float, float]) -> None:
    if isinstance(node, TaskStack):
        node.shift(np.array([*at, 0.0]) - node.cells.get_center())
    else:
        left, bottom, right, top = node.node_box
        node.shift(np.array([at[0] - (left + right) / 2, at[1] - (bottom + top) / 2, 0.0]))


def _port_shift(node: StepNode | TaskStack, index: int, count: int) -> Any:
    """From the middle of a step's side to the middle of the side of one of its boxes."""
    if isinstance(node, TaskStack) and len(node.cells) == count:
        return node.cells[index].box.get_center()[:2] - node.cells.get_center()[:2]
    return np.zeros(2)


def _bend(strand: Any, at: int, shift: Any) -> None:
    """Move one end of a strand; the handles keep their tangents."""
    near = slice(0, 2) if at == 0 else slice(2, 4)
    strand[at, near] += shift
