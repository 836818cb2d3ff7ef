"""Layout happens along the flow (``m``) and across it (``c``); here these become x and y, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from manim_metaflow.layout.geometry import Direction, NodeBox, Rect, Spacing

__all__ = ["Extent", "Style"]

LOOP_RISE = 0.42
"""How far a self-loop reaches out from its box (units)."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Room a step takes around its centre, and the half sizes of its box along and across the flow."""

    back: float
    ahead: float
    before: float
    after: float
    half_length: float
    half_width: float


@dataclass(frozen=True)
class Style:
    """What the caller asked for, in the flow's own axes."""

    direction: Direction
    spacing: Spacing
    boxes: Mapping[str, NodeBox]
    labels: Mapping[tuple[str, str], tuple[float, float]]
    captions: Mapping[str, tuple[float, float]]

    @property
    def right(self) -> bool:
        """Whether the flow runs to the right."""
        return self.direction == "right"

    def extent(self, name: str) -> Extent:
        """Room of a step without its self-loop."""
        box = self.boxes[name]
        w, h = box.width / 2, box.height / 2
        if self.right:
            return Extent(w + box.left, w + box.right, h + box.above, h + box.below, w, h)
        return Extent(h + box.above, h + box.below, w + box.left, w + box.right, h, w)

    def label(self, edge: tuple[str, str]) -> tuple[float, float]:
        """Size of an edge's label along and across the flow, zero without one."""
        width, height = self.labels.get(edge, (0.0, 0.0))
        return (width, height) if self.right else (height, width)

    def point(self, m: float, c: float) -> tuple[float, float]:
        """Position in the picture."""
        return (m, -c) if self.right else (c, -m)

    def rect(self, back: float, ahead: float, before: float, after: float) -> Rect:
        """Rectangle in the picture."""
        if self.right:
            return Rect(back, -after, ahead, -before)
        return Rect(before, -ahead, after, -back)
