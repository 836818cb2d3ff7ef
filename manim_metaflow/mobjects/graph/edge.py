"""An arrow of the graph: what a task hands to the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import DL, UR
from manim.utils.bezier import bezier, partial_bezier_points

from manim_metaflow.mobjects.animated import animated
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, polyline, track
from manim_metaflow.mobjects.text.glyphs import EM
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme, mix

__all__ = ["FlowEdge", "interrupt"]

TIP_LENGTH, TIP_WIDTH = 0.13, 0.12


class FlowEdge(Drawing):
    """An edge of one or more strands: a foreach with its tasks drawn has a strand for each.

    It stands where its strands are, as Manim's ``Line`` does between its ends: centred on the origin, it
    would join nothing.

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
    ends
        Which rows of the source's and the target's tasks each strand joins; none where one is for all.

    Attributes
    ----------
    lines
        The strands, a :class:`.Shape` each.
    label
        The :class:`.TextLabel`, or ``None``.

    Examples
    --------
    .. manim:: FlowEdgeExample
        :save_last_frame:

        class FlowEdgeExample(Scene):
            def construct(self):
                from manim_metaflow.mobjects.shapes import polyline

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
        ends: tuple[tuple[int, int], ...] = (),
    ) -> None:
        theme = current_theme()
        self.ends = ends
        self.source_step, self.target_step = source, target
        self.theme = theme
        self.label: TextLabel | None = None
        if label and label_at is not None:
            size = font_size or theme.small_size
            self.label = TextLabel(label, font_size=size, color=theme.muted).center_on(*label_at)
            self.label.owner = f"{source}->{target}"
        self.lines: Parts[Shape] = Parts()
        self.tips: Parts[Shape] = Parts()
        for curves in strands:
            shaft, tip = _with_tip(np.asarray(curves, dtype=float))
            if self.label is not None:
                shaft = interrupt(shaft, *_slip(self.label))
            self.lines.add(Shape(shaft, stroke=theme.edge, stroke_width=theme.stroke))
            self.tips.add(Shape(tip, fill=theme.edge))
        super().__init__(self.lines, self.tips)
        if self.label is not None:
            self.add(self.label)

    def __snapshot__(self) -> dict[str, Any]:
        return {
            "role": "edge",
            "name": f"{self.source_step}->{self.target_step}",
            "source": self.source_step,
            "target": self.target_step,
        }

    @animated
    def paint(self, color: str, *, strand: int | None = None, amount: float = 1.0) -> FlowEdge:
        """Colour one strand or all; ``amount`` blends from the idle colour (0) to ``color`` (1)."""
        shade = mix(color, self.theme.edge, amount)
        chosen = range(len(self.lines)) if strand is None else [strand]
        for index in chosen:
            self.lines[index].paint(stroke=shade)
            self.tips[index].paint(fill=shade)
        return self

    @animated
    def move_ends(self, source: npt.ArrayLike, target: npt.ArrayLike) -> FlowEdge:
        """Move its two ends, each by a shift of shape ``(3,)`` (units), and bend what lies between."""
        at_source, at_target = np.asarray(source, dtype=float), np.asarray(target, dtype=float)
        for line, tip in zip(self.lines, self.tips, strict=True):
            # What is near an end moves with it, and in between a little of each: the line bends and does
            # not break.
            share = np.linspace(0, 1, len(line.points))[:, None]
            line.points = line.points + at_source * (1 - share) + at_target * share
            tip.shift(at_target)
        if self.label is not None:
            self.label.shift((at_source + at_target) / 2)
        return self

    def point_at(self, alpha: float, strand: int = 0) -> npt.NDArray[np.float64]:
        """Point of a strand, 0 at the source and 1 at the target; shape ``(3,)``."""
        line, share = self.lines[strand], min(max(alpha, 0.0), 1.0)
        if self.label is None:
            return np.asarray(line.point_from_proportion(share))
        # Manim would leap over the gap at the label, and take no time for it.
        points, along = track(line.points.reshape(-1, 4, 3))
        return np.array([np.interp(share * along[-1], along, points[:, axis]) for axis in range(3)])


def _slip(label: TextLabel) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Lower left and upper right corner of the room that a label takes from its line."""
    low, high = label.get_corner(DL)[:2], label.get_corner(UR)[:2]
    middle = float(label.baseline) + 0.27 * EM * label.font_size
    return (
        np.array([low[0] - 0.06, min(low[1] - 0.04, middle - 0.13)]),
        np.array([high[0] + 0.06, max(high[1] + 0.04, middle + 0.13)]),
    )


def interrupt(
    curves: npt.NDArray[np.float64], low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Cut out of a line what lies in a rectangle.

    Examples
    --------
    >>> import numpy as np
    >>> from manim_metaflow.mobjects.shapes import polyline
    >>> cut = interrupt(polyline((-2, 0), (2, 0)), np.array([-1, -1]), np.array([1, 1]))
    >>> [float(round(x, 2)) for x in cut[:, [0, 3], 0].ravel()]
    [-2.0, -1.0, 1.0, 2.0]
    """
    pieces = [piece for curve in curves for piece in _outside(curve, low, high)]
    return np.array(pieces) if pieces else curves


def _outside(
    curve: npt.NDArray[np.float64], low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> list[npt.NDArray[np.float64]]:
    # The hull of the control points is clear of the rectangle, and so is the curve.
    if (curve.max(axis=0) <= low).any() or (curve.min(axis=0) >= high).any():
        return [curve]

    evaluate = bezier(curve)

    def are_inside(at: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        points = evaluate(at[:, None])
        return np.asarray(((points > low) & (points < high)).all(axis=1))

    def is_inside(t: float) -> bool:
        return bool(are_inside(np.array([t]))[0])

    cuts = [0.0]
    # Fine enough that no line enters and leaves a label between two samples.
    grid = np.linspace(0, 1, 49)
    states = are_inside(grid)
    for (low_t, high_t), (one, two) in zip(pairwise(grid), pairwise(states), strict=True):
        if one != two:
            cuts.append(_border(is_inside, low_t, high_t))
    cuts.append(1.0)
    spans = [span for span in pairwise(cuts) if not is_inside(sum(span) / 2)]
    return [np.asarray(partial_bezier_points(curve, start, end)) for start, end in spans]


def _border(is_inside: Callable[[float], bool], start: float, end: float) -> float:
    """Return the parameter between two at which a line enters or leaves."""
    first = is_inside(start)
    # Bisection: thirty halvings of a forty-eighth are far finer than a pixel.
    for _ in range(30):
        middle = (start + end) / 2
        start, end = (middle, end) if is_inside(middle) == first else (start, middle)
    # Rounded, so that a cut is at the same point on every machine.
    return float(round((start + end) / 2, 9))


def _with_tip(curves: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Shorten the last curve by the tip and return both."""
    end, handle = curves[-1, 3], curves[-1, 2]
    away = end - handle
    if not np.any(away):
        # The last handle lies on the end: it gives no direction.
        away = end - curves[-1, 0]
    along = away / np.linalg.norm(away)
    across = np.array([-along[1], along[0]]) * TIP_WIDTH / 2
    base = end - along * TIP_LENGTH
    shaft = curves.copy()
    shaft[-1, 3] = base
    # The handle moves less than the end, so that the line keeps its bend.
    shaft[-1, 2] = handle - along * TIP_LENGTH * 0.6
    corners = [base + across, end, base - across, base + across]
    return shaft, polyline(*corners)
