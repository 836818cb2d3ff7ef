"""Where a mobject really has ink: its visible curves, not its control points or its empty groups."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import manim as mn
import numpy as np
import numpy.typing as npt

__all__ = ["Box", "box_of", "is_visible", "samples_of"]

Points = npt.NDArray[np.float64]

_FEWEST, _MOST = 9, 400
_APART = 0.1
"""Samples of a curve, and how far they lie apart (units): nothing that can be seen is passed over."""


class Box(NamedTuple):
    """An axis-parallel rectangle in the plane of the picture."""

    left: float
    bottom: float
    right: float
    top: float

    def grown(self, by: float) -> Box:
        """Return a box larger by a margin on every side (smaller, if negative)."""
        return Box(self.left - by, self.bottom - by, self.right + by, self.top + by)

    def inside(self, margin: float) -> Box:
        """Return what is left of a box without a share of its width and height on every side."""
        x, y = margin * (self.right - self.left), margin * (self.top - self.bottom)
        return Box(self.left + x, self.bottom + y, self.right - x, self.top - y)

    def overlaps(self, other: Box) -> bool:
        """Tell whether two boxes share more than a border."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.bottom < other.top
            and other.bottom < self.top
        )

    def contains(self, other: Box) -> bool:
        """Tell whether another box lies inside."""
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.bottom <= other.bottom
            and other.top <= self.top
        )

    def crossed_by(self, points: Points) -> bool:
        """Tell whether a point lies strictly inside.

        Examples
        --------
        >>> box = Box(0, 0, 2, 2)
        >>> box.crossed_by(np.array([[1.0, 1.0]])), box.crossed_by(np.array([[2.0, 1.0]]))
        (True, False)
        """
        x, y = points[:, 0], points[:, 1]
        return bool(((self.left < x) & (x < self.right) & (self.bottom < y) & (y < self.top)).any())


def is_visible(shape: mn.Mobject) -> bool:
    """Tell whether a shape leaves ink on the picture."""
    if not len(shape.points):
        return False
    if not isinstance(shape, mn.VMobject):
        return True
    drawn = shape.get_stroke_opacity() > 0 and shape.get_stroke_width() > 0
    return bool(drawn or shape.get_fill_opacity() > 0)


def samples_of(shapes: Iterable[mn.Mobject]) -> Points:
    """Return points along all visible curves, shape ``(n, 2)``."""
    found = [_samples(shape) for shape in shapes if is_visible(shape)]
    return np.concatenate(found) if found else np.zeros((0, 2))


def box_of(shapes: Iterable[mn.Mobject]) -> Box | None:
    """Return the box around all visible ink, or nothing if there is none.

    Examples
    --------
    >>> box_of(mn.VGroup(mn.Circle(radius=1), mn.Square(9, stroke_opacity=0)).get_family())
    Box(left=-1.0, bottom=-1.0, right=1.0, top=1.0)
    """
    points = samples_of(shapes)
    if not len(points):
        return None
    # Rounded: two texts that touch shall not overlap by the last digits of their sums.
    (left, bottom), (right, top) = points.min(axis=0).round(6), points.max(axis=0).round(6)
    return Box(float(left), float(bottom), float(right), float(top))


def _samples(shape: mn.Mobject) -> Points:
    points = np.asarray(shape.points, dtype=np.float64)[:, :2]
    if not isinstance(shape, mn.VMobject) or len(points) < 4:
        return points
    curves = points[: len(points) // 4 * 4].reshape(-1, 4, 2)
    longest = float(np.linalg.norm(np.diff(curves, axis=1), axis=2).sum(axis=1).max())
    count = min(max(_FEWEST, math.ceil(longest / _APART) + 1), _MOST)
    return np.asarray(np.einsum("sk,nkd->nsd", _bernstein(count), curves)).reshape(-1, 2)


@lru_cache(maxsize=_MOST)
def _bernstein(count: int) -> Points:
    """Weights of the control points of a cubic at points along it, shape ``(count, 4)``."""
    t = np.linspace(0, 1, count)
    return np.stack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], axis=1)
