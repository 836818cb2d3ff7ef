"""A region drawn as one box while the rest of the graph keeps its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import DL, UR, VGroup, VMobject

from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.layout.collapse import folded_name, inside
from manim_metaflow.layout.geometry import Rect
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.graph.node import SHEETS, StepNode
from manim_metaflow.mobjects.graph.queries import GraphQueries
from manim_metaflow.mobjects.graph.style import GraphStyle
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import polyline
from manim_metaflow.theme import use_theme

__all__ = ["Fold", "fold_box"]

PADDING = 0.25
"""Between the box and the frame of a foreach, as in a layout (units)."""


class Fold(Drawing):
    """The box that stands for a region, with the arrows that lead to it and from it.

    Parameters
    ----------
    dag
        The graph, as it is now.
    region
        The step that fans out.
    folds
        Regions in it that are collapsed already.

    Attributes
    ----------
    box
        A :class:`.StepNode` with what it stands for.
    closed
        Whether the region is collapsed, and not about to be.
    hidden
        All that is not seen as long as the region is collapsed.
    """

    def __init__(self, dag: GraphQueries, region: str, *, folds: Sequence[VMobject] = ()) -> None:
        split = dag.flow[region]
        assert split.matching_join is not None
        names = inside(dag.flow, region)
        with use_theme(dag.theme):
            self.box: StepNode = fold_box(dag.flow, region, dag.style)
            # Built as at rest, while the graph may have been scaled since.
            self.box.scale(dag.zoom, about_point=np.zeros(3))
            left, bottom, right, top = self.box.node_box
            at = np.array([(left + right) / 2, (bottom + top) / 2, 0.0])
            self.box.shift(_middle(dag, region, names) - at)
            name = folded_name(region)
            self.edges = [
                self._arrow(dag, region, name, _box(dag, region), self.box.node_box),
                self._arrow(
                    dag, name, split.matching_join, self.box.node_box, _box(dag, split.matching_join)
                ),
            ]
        self.closed = False
        self.hidden = VGroup(*_hidden(dag, names, folds))
        self._zoom, self._at = dag.zoom, self.box.box.get_center()
        self._region = dag.regions.get(region)
        self._side, self._right = dag.style.side, dag.style.direction == "right"
        self._rest = self._region.copy() if self._region is not None else None
        super().__init__(*self.edges, self.box, name=region)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "fold", "name": self.name}

    def _arrow(
        self,
        dag: GraphQueries,
        source: str,
        target: str,
        start: tuple[float, float, float, float],
        end: tuple[float, float, float, float],
    ) -> FlowEdge:
        if dag.style.direction == "right":
            y = (self.box.node_box[1] + self.box.node_box[3]) / 2
            line = polyline((start[2], y), (end[0], y))
        else:
            x = (self.box.node_box[0] + self.box.node_box[2]) / 2
            line = polyline((x, start[1]), (x, end[3]))
        # The line's ends are where the boxes are now; its tip is as large as those of the other arrows.
        return FlowEdge(source, target, [line / dag.zoom]).scale(dag.zoom, about_point=np.zeros(3))

    def close_frame(self, progress: float) -> None:
        """Set the frame of a foreach between wide (0) and tight round the box (1)."""
        if self._region is None or self._rest is None:
            return
        one, two = _bounds(self._rest.frame), self._tight()
        sides = [a + (b - a) * progress for a, b in zip(_sides(one), _sides(two), strict=True)]
        if progress > 0:
            self._region.set_frame(Rect(*sides))
        else:
            # The points of before: dashes drawn anew would differ in the last digits.
            self._region.frame.points = self._rest.frame.points.copy()
        edge = two.top - one.top if self._side == "above" else two.bottom - one.bottom
        across = two.center[0] - one.center[0] if self._right else 0.0
        shift = np.array([across, edge, 0.0]) * progress
        self._region.caption.points = self._rest.caption.points + shift

    def follow(self, dag: GraphQueries) -> None:
        """Move what is hidden to where it belongs, if the graph has moved or grown meanwhile."""
        node = self.box.box.get_center()
        factor, shift = dag.zoom / self._zoom, node - self._at
        if factor == 1.0 and not np.any(shift):
            return
        parts = [*self.hidden, *([self._rest] if self._rest is not None else [])]
        for part in parts:
            part.scale(factor, about_point=self._at).shift(shift)
        self._zoom, self._at = dag.zoom, node

    def _tight(self) -> Rect:
        padding = PADDING * self._zoom
        box = _bounds(self.box)
        return Rect(box.left - padding, box.bottom - padding, box.right + padding, box.top + padding)


def fold_box(flow: FlowInfo, region: str, style: GraphStyle) -> StepNode:
    """Build the box that stands for a collapsed region; its own name is that of no step."""
    names = inside(flow, region)
    split = flow[region]
    text = names[0] if len(names) == 1 else f"{len(names)} steps"
    sheets = SHEETS if split.is_foreach else 0
    return StepNode(
        folded_name(region),
        text=text,
        height=style.node_height,
        least_width=style.least_width,
        font_size=style.font_size,
        sheets=sheets,
        sheets_go=style.sheets_go,
    )


def _bounds(mobject: VMobject) -> Rect:
    left, bottom = mobject.get_corner(DL)[:2]
    right, top = mobject.get_corner(UR)[:2]
    return Rect(float(left), float(bottom), float(right), float(top))


def _sides(rect: Rect) -> tuple[float, float, float, float]:
    return rect.left, rect.bottom, rect.right, rect.top


def _box(dag: GraphQueries, step: str) -> tuple[float, float, float, float]:
    node = dag.nodes[step]
    return node.node_box if isinstance(node, StepNode) else node.rows_box


def _middle(dag: GraphQueries, region: str, names: list[str]) -> npt.NDArray[np.float64]:
    """Return the middle of what the region holds along the flow, level with the step that fans out."""
    boxes = np.array([_box(dag, name) for name in names])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    left, bottom, right, top = _box(dag, region)
    middle = (low + high) / 2
    axis = 1 if dag.style.direction == "right" else 0
    middle[axis] = ((bottom + top) / 2) if axis else ((left + right) / 2)
    return np.array([*middle, 0.0])


def _hidden(dag: GraphQueries, names: list[str], folds: Sequence[VMobject]) -> list[VMobject]:
    gone = set(names)
    hidden: list[VMobject] = [dag.nodes[name] for name in names]
    hidden += [edge for pair, edge in dag.edges.items() if gone & set(pair)]
    hidden += [dag.regions[name] for name in names if name in dag.regions]
    hidden += [dag.notes[name] for name in names if len(dag.notes[name])]
    hidden += folds
    area = _bounds(VGroup(*hidden))
    for chip in dag.artifacts:
        x, y = chip.mark.get_center()[:2]
        if area.left <= x <= area.right and area.bottom <= y <= area.top:
            hidden.append(chip)
    return hidden
