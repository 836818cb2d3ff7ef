"""The marks at the corners of a task's box, by which its state can be read without colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from manim_metaflow.mobjects.shapes import polyline

__all__ = ["Badge", "badge_mark"]

Badge = Literal["", "tick", "cross", "bang", "clock", "bar"]
"""Done, failed, caught, timed out, killed."""

_LINES: dict[str, list[list[tuple[float, float]]]] = {
    "tick": [[(-0.42, 0.02), (-0.12, -0.32), (0.45, 0.36)]],
    "cross": [[(-0.36, -0.36), (0.36, 0.36)], [(-0.36, 0.36), (0.36, -0.36)]],
    "bang": [[(0.0, 0.52), (0.0, -0.08)], [(0.0, -0.38), (0.0, -0.5)]],
    "clock": [[(0.0, 0.52), (0.0, -0.04), (0.4, -0.3)]],
    "bar": [[(-0.42, 0.0), (0.42, 0.0)]],
}


def badge_mark(badge: Badge, radius: float) -> npt.NDArray[np.float64]:
    """Return the strokes of a mark in a disc round the origin; shape ``(n, 4, 2)``.

    >>> badge_mark("cross", 0.1).shape
    (2, 4, 2)
    """
    assert badge in get_args(Badge)
    strokes: Sequence[Sequence[tuple[float, float]]] = _LINES[badge]
    return np.concatenate([polyline(*[(x * radius, y * radius) for x, y in line]) for line in strokes])
