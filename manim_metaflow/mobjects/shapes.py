"""One-path shapes: what every other mobject of the library is drawn with.

A picture's cost in Manim is the number of its mobjects, not of its curves. A label, a dashed border or
a hash's pattern is therefore one :class:`Shape`, however many contours it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import ManimColor, RendererType, VMobject, config
from manim.utils.bezier import bezier
from manim.utils.color import ParsableManimColor

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.animated import animated
from manim_metaflow.theme import current_theme, mix

__all__ = ["Shape", "circle", "dashes", "polyline", "rounded_rectangle", "track"]

Curves = npt.NDArray[np.float64]
"""Cubic Béziers, shape ``(n, 4, 2)``, in units."""

KAPPA = 0.5522847498
"""How far a quarter circle's handles reach, in radii."""


SAMPLES = 17
"""Points a curve is sampled at to measure its length."""


class Shape(VMobject):
    """A mobject of any number of contours.

    Parameters
    ----------
    curves
        Cubic Béziers, shape ``(n, 4, 2)``, in units; a contour ends where a curve does not begin at
        the last one's end.
    fill, stroke
        Colours, ``None`` for none.
    stroke_width
        Manim stroke width.
    ground
        Whether texts stand on it, though it has no border: :meth:`set_color` then only tints its fill.

    Raises
    ------
    UsageError
        If Manim's renderer is OpenGL: it draws quadratic curves, and all contours here are cubic.

    Examples
    --------
    .. manim:: ShapeExample
        :save_last_frame:

        class ShapeExample(Scene):
            def construct(self):
                from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle

                self.add(Shape(rounded_rectangle(4, 2, 0.3), stroke="#3DBE8B"))
    """

    def __init__(
        self,
        curves: Curves,
        *,
        fill: str | None = None,
        stroke: str | None = None,
        stroke_width: float = 2.0,
        ground: bool = False,
        **kwargs: Any,
    ) -> None:
        # Every mobject of the library has shapes, so this is where it is noticed for all of them.
        if config.renderer == RendererType.OPENGL:
            raise UsageError(
                "The mobjects of manim_metaflow are drawn by the cairo renderer only: leave out "
                "--renderer=opengl, or set config.renderer = 'cairo'."
            )
        super().__init__(
            # Colours are set where nothing of them is seen, too: a fill that fades in would begin with white.
            fill_color=fill or stroke,
            fill_opacity=1.0 if fill else 0.0,
            stroke_color=stroke or fill,
            stroke_opacity=1.0 if stroke else 0.0,
            stroke_width=stroke_width if stroke else 0.0,
            **kwargs,
        )
        self._ground = fill if stroke or ground else None
        self.set_curves(curves)

    def set_color(  # type: ignore[override] # as VMobject has it, which Mobject has not
        self, color: ParsableManimColor, family: bool = True
    ) -> Shape:
        """Paint it; of a box, the border, and the fill only so far that what stands on it is legible."""
        if self._ground is None:
            super().set_color(color, family=family)
            return self
        shade = ManimColor.parse(color).to_hex()
        if self.get_stroke_opacity():
            self.set_stroke(shade, family=False)
        self.set_fill(mix(shade, self._ground, current_theme().wash), family=False)
        return self

    @animated
    def set_curves(self, curves: Curves) -> Shape:
        """Replace the contours; shape ``(n, 4, 2)``."""
        points = np.zeros((4 * len(curves), 3))
        points[:, :2] = curves.reshape(-1, 2)
        self.points = points
        return self

    def paint(
        self,
        *,
        fill: str | None = None,
        stroke: str | None = None,
        opacity: float = 1.0,
        stroke_width: float | None = None,
    ) -> Shape:
        """Set colours with as little work as possible: this is called for every frame of a replay."""
        if fill is not None:
            self.set_fill(ManimColor(fill), opacity, family=False)
        if stroke is not None:
            self.set_stroke(ManimColor(stroke), stroke_width, opacity, family=False)
        return self


@lru_cache(maxsize=1024)  # a graph's boxes are mostly of one size, and marks are drawn for every frame
def rounded_rectangle(width: float, height: float, radius: float) -> Curves:
    """Contour of a rectangle round the origin, clockwise from the middle of its left side; read-only."""
    x, y = width / 2, height / 2
    # Not more than half a side: the arcs of two corners would overlap.
    r = min(radius, x, y)
    k = r * (1 - KAPPA)
    corners = [
        ((-x, y - r), (-x, y - k), (-x + k, y), (-x + r, y)),
        ((x - r, y), (x - k, y), (x, y - k), (x, y - r)),
        ((x, -y + r), (x, -y + k), (x - k, -y), (x - r, -y)),
        ((-x + r, -y), (-x + k, -y), (-x, -y + k), (-x, -y + r)),
    ]
    curves: list[Any] = []
    at: tuple[float, float] = (-x, 0.0)
    for corner in corners:
        curves += [np.linspace(at, corner[0], 4), np.array(corner)]
        at = corner[-1]
    curves.append(np.linspace(at, (-x, 0.0), 4))
    contour = np.array(curves)
    # The cache hands the same array to everybody.
    contour.flags.writeable = False
    return contour


def circle(radius: float) -> Curves:
    """Contour of a circle round the origin."""
    return rounded_rectangle(2 * radius, 2 * radius, radius)


def polyline(*points: Sequence[float] | npt.NDArray[np.float64]) -> Curves:
    """Straight lines from point to point."""
    return np.array([np.linspace(a, b, 4) for a, b in pairwise(points)])


def track(curves: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Sample a contour: points on it, shape ``(m, dimensions)``, and how far along it each of them is."""
    evaluate = bezier(np.swapaxes(curves, 0, 1))
    points = np.swapaxes(evaluate(np.linspace(0, 1, SAMPLES)[:, None, None]), 0, 1)
    points = points.reshape(-1, curves.shape[-1])
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return points, np.concatenate([[0.0], np.cumsum(steps)])


def dashes(curves: Curves, dash: float = 0.09, gap: float = 0.07, *, zoom: float = 1.0) -> Curves:
    """Cut a contour into dashes of about ``dash`` units times ``zoom``, so that a whole number fits.

    What is drawn anew on a mobject that was scaled by ``zoom`` then has the dashes it had at rest.
    """
    points, along = track(curves)
    count = max(1, round(along[-1] / ((dash + gap) * zoom)))
    period = along[-1] / count
    share = dash / (dash + gap)
    cuts = (np.arange(count)[:, None] + np.linspace(0, share, 4)) * period
    # Interpolated between samples: a cubic's parameter does not grow evenly with its length.
    x, y = (np.interp(cuts, along, points[:, axis]) for axis in (0, 1))
    return np.stack([x, y], axis=-1)
