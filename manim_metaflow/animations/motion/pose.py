"""Where a mobject's points rest, so that a motion can be set from its progress alone.

Manim's ``shift`` and ``scale`` add to what is there: a play that is skipped, because it is cached or
because only the last frame is wanted, would then end a rounding error away from one that is drawn, and
every later play would miss the cache.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim import VMobject

__all__ = ["Pose"]


class Pose:
    """The points of a mobject and of all its parts at one moment.

    Parameters
    ----------
    mobject
        What is going to move.

    Examples
    --------
    >>> from manim import Square
    >>> square = Square()
    >>> pose = Pose(square)
    >>> for shift in (0.1, 0.2, 0.3, 0.0):
    ...     pose.show(shift=[shift, 0, 0])
    >>> bool((square.points == Square().points).all())
    True
    """

    def __init__(self, mobject: VMobject) -> None:
        self.mobject = mobject
        self._parts = [(part, part.points.copy()) for part in mobject.family_members_with_points()]
        self._center = np.array(mobject.get_center())

    def show(
        self,
        *,
        shift: npt.ArrayLike = (0.0, 0.0, 0.0),
        scale: float = 1.0,
        about: npt.ArrayLike | None = None,
        opacity: float | None = None,
    ) -> None:
        """Set the mobject to its pose, moved, scaled about a point, and as opaque as said.

        ``opacity`` is that of fills; what the library fades has no stroke.
        """
        pivot = self._center if about is None else np.asarray(about, dtype=float)
        move = np.asarray(shift, dtype=float)
        for part, points in self._parts:
            scaled = points if scale == 1.0 else pivot + (points - pivot) * scale
            part.points = scaled + move if np.any(move) else scaled.copy()
            if opacity is not None:
                part.set_fill(opacity=opacity, family=False)
