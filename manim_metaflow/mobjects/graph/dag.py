"""The graph of a flow, drawn from its class or from a run of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from manim import DL, ORIGIN, UR, VGroup, VMobject

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import ArtifactRecord, FlowInfo, RunRecord
from manim_metaflow.layout.collapse import collapse_flow
from manim_metaflow.layout.geometry import Direction
from manim_metaflow.mobjects.graph.builder import (
    CHIP_GAP,
    CHIP_ROOM,
    CHIP_SIZE,
    GraphBuilder,
    GraphStyle,
    made_here,
)
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.graph.fold import Fold
from manim_metaflow.mobjects.graph.heading import FlowHeading
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.notes import DETAILS, Detail
from manim_metaflow.mobjects.graph.queries import GraphQueries
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.theme import Theme, current_theme, theme_named, use_theme

__all__ = ["FlowDAG", "made_here"]

HEADING_GAP, NARROWEST = 0.45, 10.0

LAYERS = 5
"""Frames, arrows, boxes, loops, notes: the groups that collapse takes things from."""


class FlowDAG(GraphQueries, VGroup):
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
    detail
        ``"names"``: steps and edges. ``"badges"``: the steps' decorators, too. ``"full"``: docstrings,
        and a heading with the flow's own docstring, decorators, parameters and configs, too.
    theme
        A :class:`.Theme` or its name; the theme in force by default.
    wrap
        Longest row (units); a longer flow is broken into rows. ``"fit"`` chooses one, ``None`` is one row.
    collapsed
        Regions drawn as one box, by the step that fans out.
    heading
        Whether the flow's name stands above its graph; by default where every detail is asked for.
    font_size
        Manim font size of the step names; everything else follows from it.
    captions
        On which side of their boxes artifacts and captions stand (``direction="right"``).
    most_tasks
        How many tasks of a step are drawn at most.

    Attributes
    ----------
    flow
        The :class:`.FlowInfo` drawn; with ``collapsed``, one step stands for each of those regions.
    nodes
        Step name to :class:`.StepNode` or :class:`.TaskStack`; ``dag["train"]`` is short for it.
    edges
        ``(source, target)`` to :class:`.FlowEdge`.
    regions
        Name of the step that fans out to :class:`.ForeachRegion`.
    notes
        Step name to :class:`.StepNotes`: decorators, the condition of a switch, the docstring.
    heading
        The :class:`.FlowHeading`, or ``None``.
    artifacts
        The chips shown so far.
    folds
        Regions collapsed by :meth:`collapse`, by the step that fans out.

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
        flow: type | str | Path | FlowInfo,
        *,
        run: RunRecord | None = None,
        direction: Direction = "right",
        detail: Detail = "badges",
        theme: Theme | str | None = None,
        wrap: float | Literal["fit"] | None = None,
        collapsed: Sequence[str] = (),
        heading: bool | None = None,
        font_size: float | None = None,
        captions: Literal["below", "above"] = "below",
        most_tasks: int = 5,
    ) -> None:
        from manim_metaflow.facts import load_flow

        if detail not in DETAILS:
            raise UsageError(f"There is no detail {detail!r}. A graph shows {', '.join(DETAILS)}.")
        self.theme = theme_named(theme) if isinstance(theme, str) else theme or current_theme()
        self.whole = flow if isinstance(flow, FlowInfo) else load_flow(flow)
        self.flow = collapse_flow(self.whole, collapsed)
        size = self.theme.label_size if font_size is None else font_size
        self.style = GraphStyle(direction, size, captions, detail, most_tasks)
        self._run = run
        with use_theme(self.theme):
            self._build(wrap, heading=detail == "full" if heading is None else heading)

    def _build(self, wrap: float | Literal["fit"] | None, *, heading: bool) -> None:
        builder = GraphBuilder(self.whole, self.flow, self._run, self.style)
        layout = builder.lay_out(wrap)
        builder.place(layout)
        self.nodes: dict[str, StepNode | TaskStack] = builder.nodes
        self.notes = builder.notes
        self.regions = builder.regions(layout)
        self.edges = builder.edges(layout)
        self.overview: Any = None
        """Corners of the camera's frame before it focused, shape ``(n, 3)``."""
        self.dimmed: list[tuple[VMobject, float, float]] = []
        """What is dimmed, with its opacity of fill and stroke when it is not."""
        self.folds: dict[str, Fold] = {}
        self.fold_layer: Parts[Fold] = Parts()
        self.captions = VGroup(*[note for note in self.notes.values() if len(note)])
        self.artifacts: Parts[ArtifactChip] = Parts()
        super().__init__(
            VGroup(*self.regions.values()),
            VGroup(*[edge for pair, edge in self.edges.items() if pair[0] != pair[1]]),
            VGroup(*self.nodes.values()),
            # A step that leads to itself: its arrow ends in front of the sheets.
            VGroup(*[edge for pair, edge in self.edges.items() if pair[0] == pair[1]]),
            self.captions,
            self.artifacts,
            self.fold_layer,
        )
        self.layers = [(layer, list(layer)) for layer in self if isinstance(layer, VGroup)][:LAYERS]
        self.heading: FlowHeading | None = None
        if heading:
            self._add_heading()
        self._rest_height = self._anchor_height

    def _add_heading(self) -> None:
        left, top = float(self.get_left()[0]), float(self.get_top()[1])
        self.heading = FlowHeading(self.flow, self.style.detail, width=max(NARROWEST, float(self.width)))
        self.heading.shift(np.array([left, top + HEADING_GAP, 0.0]) - self.heading.get_corner(DL))
        self.add(self.heading)
        self.move_to(ORIGIN)

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

    def _repr_png_(self) -> bytes:
        """Draw what a notebook shows."""
        from manim_metaflow.mobjects.still import still_png

        return still_png(self)

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
        if not frames:
            sides: tuple[float, float, float, float] = node.rows_box
            return sides
        around = frames[-1]
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
        return self._anchor_height / self._rest_height

    def chips(self, place: str, artifacts: tuple[ArtifactRecord, ...]) -> Parts[ArtifactChip]:
        """Build the chips of a task where they belong beside its box; they are not shown yet."""
        node = self.task(place)
        if node is None:
            return Parts()
        named = not isinstance(self.nodes[_step_of(place)], TaskStack)
        size = CHIP_SIZE if named else 0.28
        with use_theme(self.theme):
            chips = [
                ArtifactChip(a.name, a.sha, size=size, named=named, font_size=self.style.small)
                for a in artifacts
            ]
        for chip in chips:
            chip.scale(self.zoom, about_point=np.zeros(3))
        if named:
            self._stand_outside(node, chips)
        else:
            self._stand_inside(node, chips)
        return Parts(*chips)

    def _stand_inside(self, node: StepNode, chips: list[ArtifactChip]) -> None:
        _, bottom, right, top = node.node_box
        for index, chip in enumerate(chips):
            x = right - (0.25 + 0.32 * (len(chips) - 1 - index)) * self.zoom
            chip.shift((x, (top + bottom) / 2, 0.0))

    def _stand_outside(self, node: StepNode, chips: list[ArtifactChip]) -> None:
        left, bottom, _, top = node.node_box
        if self.style.direction == "down":
            wide = max((float(chip.width) for chip in chips), default=0.0)
            x = left - CHIP_GAP * self.zoom - wide + 0.15 * self.zoom
            first = (bottom + top) / 2 + (len(chips) - 1) / 2 * CHIP_ROOM * self.zoom
            for index, chip in enumerate(chips):
                chip.shift((x, first - index * CHIP_ROOM * self.zoom, 0.0))
            return
        below = self.style.side == "below"
        for index, chip in enumerate(chips):
            row = index if below else len(chips) - 1 - index
            gap = (0.28 + CHIP_ROOM * row) * self.zoom
            chip.shift((left + 0.19 * self.zoom, bottom - gap if below else top + gap, 0.0))

    @property
    def _anchor_height(self) -> float:
        node = self.nodes[self.flow.start]
        _, bottom, _, top = (node.cells[0] if isinstance(node, TaskStack) else node).node_box
        return top - bottom


def _step_of(place: str) -> str:
    return place.partition("[")[0].partition("#")[0]
