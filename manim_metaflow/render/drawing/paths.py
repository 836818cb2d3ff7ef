"""Cairo paths that are built once for a geometry and kept."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cairo
import numpy as np
import numpy.typing as npt
from manim.mobject.types.vectorized_mobject import VMobject

__all__ = ["device_path", "trace"]

RTOL = 1e-5
"""How far apart points may be that Manim takes for one, in shares of their coordinates: NumPy's default."""

Points = npt.NDArray[np.float64]


def trace(ctx: cairo.Context[Any], vmobject: VMobject) -> None:
    """Lay a mobject's outline into a context, by the same calls with the same numbers as Manim's camera."""
    points = vmobject.points
    if not np.isfinite(points).all():
        # As in Manim's camera, which draws nothing for an outline with a NaN in it, and does not fail.
        points = np.zeros((1, 3))
    ctx.new_path()
    per_curve = vmobject.n_points_per_cubic_curve
    if len(points) < per_curve:
        return
    whole = len(points) // per_curve
    # Subpaths begin at whole curves; all of them become Python's numbers at once.
    corners = points[: whole * per_curve, :2].reshape(whole, per_curve, 2)
    starts = corners[:, 0].tolist()
    curves = corners[:, 1:].reshape(whole, 2 * (per_curve - 1)).tolist()
    move_to, curve_to = ctx.move_to, ctx.curve_to
    for start, end in _subpaths(vmobject, points, per_curve):
        if end - start < per_curve:
            continue
        ctx.new_sub_path()
        first, last = starts[start // per_curve], points[end - 1, :2].tolist()
        move_to(*first)
        for curve in curves[start // per_curve : end // per_curve]:
            curve_to(*curve)
        # The exact comparison first: it is true of nearly every closed outline, and Manim's method is slow.
        if first == last or vmobject.consider_points_equals_2d(first, last):
            ctx.close_path()


def _subpaths(vmobject: VMobject, points: Points, per_curve: int) -> list[tuple[int, int]]:
    """Return where contours begin and end; a curve that begins near the last one's end goes on with it."""
    ends = points[per_curve - 1 : -1 : per_curve, :2]
    starts = points[per_curve::per_curve, :2]
    # The inequality of `numpy.isclose`, as in Manim's `consider_points_equals_2d`, for all curves at once.
    apart = np.abs(ends - starts) > vmobject.tolerance_for_point_equality + RTOL * np.abs(starts)
    splits = ((np.flatnonzero(apart.any(axis=1)) + 1) * per_curve).tolist()
    return list(pairwise([0, *splits, len(points)]))


def device_path(ctx: cairo.Context[Any], vmobject: VMobject, view: cairo.Matrix) -> cairo.Path:
    """Return a mobject's outline in pixels, as the context keeps it.

    Cairo rounds what it is given to 256ths of a pixel. Taken out and put back in pixels, these come back
    as they are, which they would not have to do in the scene's units.
    """
    ctx.set_matrix(view)
    trace(ctx, vmobject)
    ctx.identity_matrix()
    return ctx.copy_path()
