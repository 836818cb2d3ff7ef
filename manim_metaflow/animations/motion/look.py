"""How a mobject looks at rest, so that it can be moved and faded, strokes and all, from a progress alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from manim import VMobject

__all__ = ["Look"]


class Look:
    """Points and opacities of a mobject and of all its parts at one moment.

    Parameters
    ----------
    mobject
        What is going to move or fade.

    Examples
    --------
    >>> from manim import Square
    >>> square = Square(fill_opacity=0.5)
    >>> look = Look(square)
    >>> look.show(opacity=0.2, shift=[1, 0, 0])
    >>> look.show()
    >>> float(square.get_fill_opacity()), bool((square.points == Square().points).all())
    (0.5, True)
    """

    def __init__(self, mobject: VMobject) -> None:
        family: list[Any] = mobject.family_members_with_points()
        self._parts = [
            (part, part.points.copy(), part.fill_rgbas.copy(), part.stroke_rgbas.copy()) for part in family
        ]
        self.center = np.array(mobject.get_center())

    def show(
        self,
        *,
        shift: npt.ArrayLike = (0.0, 0.0, 0.0),
        scale: float = 1.0,
        about: npt.ArrayLike | None = None,
        opacity: float = 1.0,
    ) -> None:
        """Set the mobject as it was, moved, scaled about a point, and so much of its opacity."""
        pivot = self.center if about is None else np.asarray(about, dtype=float)
        move = np.asarray(shift, dtype=float)
        for part, points, fills, strokes in self._parts:
            scaled = points if scale == 1.0 else pivot + (points - pivot) * scale
            part.points = scaled + move if np.any(move) else scaled.copy()
            part.fill_rgbas = _faded(fills, opacity)
            part.stroke_rgbas = _faded(strokes, opacity)


def _faded(rgbas: npt.NDArray[np.float64], opacity: float) -> npt.NDArray[np.float64]:
    faded = rgbas.copy()
    faded[:, 3] *= opacity
    return faded
