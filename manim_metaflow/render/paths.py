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
    flat = points[:, :2].tolist()
    move_to, curve_to = ctx.move_to, ctx.curve_to
    for start, end in _subpaths(vmobject, points, per_curve):
        if end - start < per_curve:
            continue
        ctx.new_sub_path()
        move_to(*flat[start])
        for at in range(start, end - per_curve + 1, per_curve):
            curve_to(*flat[at + 1], *flat[at + 2], *flat[at + 3])
        first, last = flat[start], flat[end - 1]
        if first == last or vmobject.consider_points_equals_2d(points[start], points[end - 1]):
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
