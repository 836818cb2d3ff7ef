"""The result of a layout: plain numbers, in Manim units, rounded to 1e-6.

``x`` grows to the right and ``y`` upwards, as in Manim; the whole drawing is centred on the origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

__all__ = ["Direction", "FlowLayout", "NodeBox", "Rect", "Route", "Spacing"]

Direction = Literal["right", "down"]


@dataclass(frozen=True)
class NodeBox:
    """Size of a step's box, and the room its badges and captions need outside of it (units)."""

    width: float
    height: float
    above: float = 0.0
    below: float = 0.0
    left: float = 0.0
    right: float = 0.0


@dataclass(frozen=True)
class Rect:
    """An axis-parallel rectangle."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Extent in x."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Extent in y."""
        return self.top - self.bottom

    @property
    def center(self) -> tuple[float, float]:
        """Middle point."""
        return ((self.left + self.right) / 2, (self.bottom + self.top) / 2)


@dataclass(frozen=True)
class Spacing:
    """Gaps of a layout (units). A ``layer`` is a column when the flow runs right, a row when down."""

    layer_gap: float = 0.85
    lane_gap: float = 0.45
    region_padding: float = 0.25
    region_label: float = 0.35
    """Room below a foreach region's frame for its caption."""


@dataclass(frozen=True)
class Route:
    """How one edge runs: cubic Bézier control points, shape ``(3 n + 1, 2)``, source to target."""

    points: npt.NDArray[np.float64]
    label_at: tuple[float, float] | None = None
    """Centre of the edge's label, if it has one."""


@dataclass(frozen=True)
class FlowLayout:
    """Where everything is.

    ``regions`` holds a frame per foreach, by the name of the step that fans out; ``captions`` the free
    room beside that frame for its caption: below it, and right of the edge that leaves it when the flow
    runs down.
    """

    direction: Direction
    positions: Mapping[str, tuple[float, float]]
    boxes: Mapping[str, NodeBox]
    routes: Mapping[tuple[str, str], Route]
    regions: Mapping[str, Rect]
    bounds: Rect
    captions: Mapping[str, Rect] = field(default_factory=dict)
