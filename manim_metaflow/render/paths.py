"""Cairo paths that are built once for a geometry and kept."""

from __future__ import annotations

from typing import Any

import cairo
import numpy as np
import numpy.typing as npt
from manim.mobject.types.vectorized_mobject import VMobject

__all__ = ["device_path", "trace"]

Points = npt.NDArray[np.float64]


def trace(ctx: cairo.Context[Any], vmobject: VMobject) -> None:
    """Lay a mobject's outline into a context, by the same calls with the same numbers as Manim's camera."""
    points = vmobject.points
    if not np.isfinite(points).all():
        points = np.zeros((1, 3))
    ctx.new_path()
    per_curve = vmobject.n_points_per_cubic_curve
    if len(points) < per_curve:
        return
    whole = len(points) // per_curve
    # Subpaths begin at whole curves; all of them become Python's numbers at once.
    handles = points[: whole * per_curve].reshape(whole, per_curve, -1)[:, 1:, :2]
    curves = handles.reshape(whole, 2 * (per_curve - 1)).tolist()
    move_to, curve_to = ctx.move_to, ctx.curve_to
    for start, end in _subpaths(vmobject, points, per_curve):
        if end - start < per_curve:
            continue
        ctx.new_sub_path()
        first, last = points[start], points[end - 1]
        move_to(*first[:2].tolist())
        for curve in curves[start // per_curve : end // per_curve]:
            curve_to(*curve)
        if (first[:2] == last[:2]).all() or vmobject.consider_points_equals_2d(first, last):
            ctx.close_path()


def _subpaths(vmobject: VMobject, points: Points, per_curve: int) -> list[list[int]]:
    starts = points[per_curve::per_curve, :2]
    ends = points[per_curve - 1 : -1 : per_curve, :2]
    if (starts == ends[: len(starts)]).all():
        return [[0, len(points)]]
    splits: list[list[int]] = vmobject.get_subpath_split_indices_from_points(points, n_dims=2).tolist()
    return splits


def device_path(ctx: cairo.Context[Any], vmobject: VMobject, view: cairo.Matrix) -> cairo.Path:
    """Return a mobject's outline in pixels, as the context keeps it.

    Cairo rounds what it is given to 256ths of a pixel. Taken out and put back in pixels, these come back
    as they are, which they would not have to do in the scene's units.
    """
    ctx.set_matrix(view)
    trace(ctx, vmobject)
    ctx.identity_matrix()
    return ctx.copy_path()
