"""An arrow of the graph: what a task hands to the next."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import VGroup

from manim_metaflow.mobjects.label import TextLabel
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.mobjects.path import Path
from manim_metaflow.theme import current_theme, mix

__all__ = ["FlowEdge"]

TIP_LENGTH, TIP_WIDTH = 0.13, 0.12


class FlowEdge(VGroup):
    """An edge of one or more strands: a foreach with its tasks drawn has a strand for each.

    Parameters
    ----------
    source, target
        Names of the steps.
    strands
        Cubic Béziers of each strand from the source's border to the target's, shape ``(n, 4, 2)`` each.
    label
        Text on the edge, the case of a switch.
    label_at
        Where the label's centre is, units.
    font_size
        Of the label.

    Attributes
    ----------
    lines
        The strands, a :class:`.Path` each.
    label
        The :class:`.TextLabel`, or ``None``.

    Examples
    --------
    .. manim:: FlowEdgeExample
        :save_last_frame:

        class FlowEdgeExample(Scene):
            def construct(self):
                from manim_metaflow.mobjects.path import polyline

                self.add(FlowEdge("start", "end", [polyline((-2, 0), (2, 0))]))
    """

    def __init__(
        self,
        source: str,
        target: str,
        strands: Sequence[npt.NDArray[np.float64]],
        *,
        label: str = "",
        label_at: tuple[float, float] | None = None,
        font_size: float | None = None,
    ) -> None:
        theme = current_theme()
        self.source_step, self.target_step = source, target
        self._theme = theme
        self.lines: Parts[Path] = Parts()
        self.tips: Parts[Path] = Parts()
        for curves in strands:
            shaft, tip = _with_tip(np.asarray(curves, dtype=float))
            self.lines.add(Path(shaft, stroke=theme.edge, stroke_width=theme.stroke))
            self.tips.add(Path(tip, fill=theme.edge))
        super().__init__(self.lines, self.tips)
        self.label: TextLabel | None = None
        if label and label_at is not None:
            self._add_label(label, label_at, font_size or theme.small_size)

    def _add_label(self, text: str, at: tuple[float, float], size: float) -> None:
        """Let the line stop behind its label: a ground-coloured slip lies between the two."""
        self.label = TextLabel(text, font_size=size, color=self._theme.muted).center_on(*at)
        self.label.owner = f"{self.source_step}->{self.target_step}"
        x, y = self.label.width / 2 + 0.06, 0.13
        corners = np.array([(-x, -y), (-x, y), (x, y), (x, -y), (-x, -y)]) + np.array(at)
        slip = np.array([np.linspace(a, b, 4) for a, b in pairwise(corners)])
        self.slip = Path(slip, fill=self._theme.background)
        self.add(self.slip, self.label)

    def __snapshot__(self) -> dict[str, Any]:
        return {
            "role": "edge",
            "name": f"{self.source_step}->{self.target_step}",
            "source": self.source_step,
            "target": self.target_step,
        }

    def paint(self, color: str, *, strand: int | None = None, amount: float = 1.0) -> FlowEdge:
        """Colour one strand or all; ``amount`` blends from the idle colour (0) to ``color`` (1)."""
        shade = mix(color, self._theme.edge, amount)
        chosen = range(len(self.lines)) if strand is None else [strand]
        for index in chosen:
            self.lines[index].paint(stroke=shade)
            self.tips[index].paint(fill=shade)
        return self

    def point_at(self, alpha: float, strand: int = 0) -> npt.NDArray[np.float64]:
        """Point of a strand, 0 at the source and 1 at the target; shape ``(3,)``."""
        return np.asarray(self.lines[strand].point_from_proportion(min(max(alpha, 0.0), 1.0)))


def _with_tip(curves: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Shorten the last curve by the tip and return both."""
    end, handle = curves[-1, 3], curves[-1, 2]
    away = end - handle
    if not np.any(away):
        away = end - curves[-1, 0]
    along = away / np.linalg.norm(away)
    across = np.array([-along[1], along[0]]) * TIP_WIDTH / 2
    base = end - along * TIP_LENGTH
    shaft = curves.copy()
    shaft[-1, 3] = base
    shaft[-1, 2] = handle - along * TIP_LENGTH * 0.6
    corners = [base + across, end, base - across, base + across]
    tip = np.array([np.linspace(a, b, 4) for a, b in pairwise(corners)])
    return shaft, tip
