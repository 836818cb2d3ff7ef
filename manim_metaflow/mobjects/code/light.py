"""What lights lines of a code panel up: a veil over the others, a band and a bar on them.

All three lie above the code. A change of the light then redraws three shapes, not the code beneath it;
a veil in the panel's colour looks the same as fainter letters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.theme import current_theme

__all__ = ["CodeLight"]

BAND = 0.13
"""How much of its colour the band lays over the lit lines."""

BAR = 0.13
"""Width of the bar at their left end, in heights of a row."""

RADIUS = 0.03
"""Of all corners at rest, units."""

Spans = list[tuple[float, float]]


class CodeLight(Drawing):
    """Veil, band and bar of a :class:`.CodePanel`."""

    def __init__(self) -> None:
        theme = current_theme()
        nothing = np.zeros((0, 4, 2))
        self.veil = Shape(nothing, fill=theme.panel)
        self.band = Shape(nothing, fill=theme.highlight)
        self.bar = Shape(nothing, fill=theme.highlight)
        self._dim = 0.0
        super().__init__(self.veil, self.band, self.bar)

    def tint(self, color: str, dim: float) -> None:
        """Choose the band's colour, and how far the other lines step back."""
        self._dim = dim
        self.band.set_fill(color, family=False)
        self.bar.set_fill(color, family=False)

    def light(
        self,
        spans: Spans,
        amount: float,
        corner: npt.NDArray[np.float64],
        width: float,
        pitch: float,
        rows: int,
        zoom: float = 1.0,
    ) -> None:
        """Light runs of rows.

        Parameters
        ----------
        spans
            First row and row after the last of each run, in their order.
        amount
            0 to 1, how strongly.
        corner
            Upper left corner of the first row, shape ``(2,)``.
        width, pitch
            Of a row, units.
        rows
            How many there are.
        zoom
            How much the panel was scaled since it was built.
        """
        gaps: Spans = []
        at = 0.0
        for first, end in [*spans, (float(rows), float(rows))]:
            if first > at:
                gaps.append((at, first))
            at = max(at, end)
        if amount <= 0:
            gaps, spans = [], []
        radius = RADIUS * zoom
        self.veil.set_curves(_boxes(gaps, corner, width, pitch, radius))
        self.band.set_curves(_boxes(spans, corner, width, pitch, radius))
        self.bar.set_curves(_boxes(spans, corner, BAR * pitch, pitch, radius))
        self.veil.set_fill(opacity=self._dim * amount, family=False)
        self.band.set_fill(opacity=BAND * amount, family=False)
        self.bar.set_fill(opacity=amount, family=False)


def _boxes(spans: Spans, corner: npt.NDArray[np.float64], width: float, pitch: float, radius: float) -> Any:
    boxes = [
        rounded_rectangle(width, (end - first) * pitch, radius)
        + corner
        + np.array([width / 2, -(first + end) / 2 * pitch])
        for first, end in spans
        if end > first
    ]
    return np.concatenate(boxes) if boxes else np.zeros((0, 4, 2))
