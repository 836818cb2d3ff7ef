"""How mobjects are at rest, so that a motion can be set from its progress alone.

Manim's ``shift`` and ``scale`` add to what is there: a play that is skipped, because it is cached or
because only the last frame is wanted, would then end a rounding error away from one that is drawn, and
every later play would miss the cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject

__all__ = ["Rest"]


class Rest:
    """The points and paints of mobjects and of all their parts at one moment.

    Parameters
    ----------
    *mobjects
        What is going to move, to appear or to vanish, together.

    Attributes
    ----------
    mobject
        The mobject; a group of them if there are several.
    center
        Its middle; shape ``(3,)``, units.

    Examples
    --------
    >>> from manim import Square
    >>> square = Square(fill_opacity=0.5)
    >>> rest = Rest(square)
    >>> for progress in (0.1, 0.2, 0.3, 0.0):
    ...     rest.show(shift=[progress, 0, 0], opacity=0.2)
    >>> bool((square.points == Square().points).all()), float(square.get_fill_opacity())
    (True, 0.1)
    >>> rest.restore()
    >>> float(square.get_fill_opacity())
    0.5
    """

    def __init__(self, *mobjects: VMobject) -> None:
        self.mobject = mobjects[0] if len(mobjects) == 1 else VGroup(*mobjects)
        self.center = np.array(self.mobject.get_center())
        family: list[Any] = self.mobject.family_members_with_points()
        self._parts = [
            (part, part.points.copy(), part.fill_rgbas.copy(), part.stroke_rgbas.copy()) for part in family
        ]

    def show(
        self,
        *,
        shift: npt.ArrayLike | None = None,
        scale: float | None = None,
        about: npt.ArrayLike | None = None,
        opacity: float | None = None,
    ) -> None:
        """Set how far the mobject is from its rest; what is not given stays as it is now.

        A motion and a change of colour can therefore be played on the same mobject together.

        Parameters
        ----------
        shift, scale
            Where it is and how large, seen from its rest.
        about
            The point that scaling leaves where it is; the middle by default.
        opacity
            How much is seen of each fill and stroke: 0 is nothing, 1 is as much as at rest.
        """
        if shift is not None or scale is not None:
            self._move(shift, 1.0 if scale is None else scale, about)
        if opacity is not None:
            for part, _, fills, strokes in self._parts:
                part.fill_rgbas, part.stroke_rgbas = _faded(fills, opacity), _faded(strokes, opacity)

    def restore(self) -> None:
        """Set everything as it was at rest."""
        self.show(scale=1.0, opacity=1.0)

    def _move(self, shift: npt.ArrayLike | None, scale: float, about: npt.ArrayLike | None) -> None:
        pivot = self.center if about is None else np.asarray(about, dtype=float)
        move = np.zeros(3) if shift is None else np.asarray(shift, dtype=float)
        for part, points, _, _ in self._parts:
            # Nothing is computed where nothing moves: rounding would leave the mobject beside its rest.
            scaled = points if scale == 1.0 else pivot + (points - pivot) * scale
            part.points = scaled + move if np.any(move) else scaled.copy()


def _faded(rgbas: npt.NDArray[np.float64], opacity: float) -> npt.NDArray[np.float64]:
    faded = rgbas.copy()
    faded[:, 3] *= opacity
    return faded
