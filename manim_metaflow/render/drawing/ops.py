"""The shapes that are drawn one after another; each is complete in itself and never changes.

That a thing is the same object in two frames means that it is drawn alike in both.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import cairo
import numpy as np
import numpy.typing as npt
from PIL import Image

from manim_metaflow.render.drawing.dirty import Box

__all__ = ["Paint", "Picture", "Shape", "Surface"]

Pixels = npt.NDArray[Any]


class Surface:
    """Pixels that Cairo draws on, as Manim's camera lets it: RGBA where Cairo believes BGRA."""

    def __init__(self, height: int, width: int) -> None:
        self.pixels: Pixels = np.zeros((height, width, 4), dtype=np.uint8)
        surface = cairo.ImageSurface.create_for_data(
            self.pixels.data,
            cairo.Format.ARGB32,
            width,
            height,
        )
        self.ctx: cairo.Context[Any] = cairo.Context(surface)


class Paint(NamedTuple):
    """One fill (no width) or stroke of a path."""

    source: tuple[float, float, float, float] | cairo.Pattern
    width: float | None = None
    join: cairo.LineJoin = cairo.LineJoin.MITER
    cap: cairo.LineCap = cairo.LineCap.BUTT


class Shape:
    """A path with its fills and strokes."""

    __slots__ = ("box", "paints", "path", "view")

    def __init__(self, path: cairo.Path, view: cairo.Matrix, paints: list[Paint], box: Box) -> None:
        self.path = path
        self.view = view
        self.paints = paints
        self.box = box

    def draw(self, surface: Surface) -> None:
        """Draw it whole.

        It is never clipped: Cairo simplifies a clipped outline, and then rounds the pixels inside the clip
        another way.
        """
        ctx = surface.ctx
        # The path is in pixels already; the pen is not: line widths are in the scene's units, so that the
        # view is set between the two.
        ctx.identity_matrix()
        ctx.new_path()
        ctx.append_path(self.path)
        ctx.set_matrix(self.view)
        for source, width, join, cap in self.paints:
            if isinstance(source, tuple):
                ctx.set_source_rgba(*source)
            else:
                ctx.set_source(source)
            if width is None:
                ctx.fill_preserve()
            else:
                ctx.set_line_width(width)
                ctx.set_line_join(join)
                ctx.set_line_cap(cap)
                ctx.stroke_preserve()


class Picture:
    """Pixels blended over the surface, or replacing it where a mask is given."""

    __slots__ = ("box", "mask", "over")

    def __init__(self, over: Pixels, box: Box, mask: npt.NDArray[np.bool_] | None = None) -> None:
        self.over = over
        self.box = box
        self.mask = mask

    def draw(self, surface: Surface) -> None:
        """Lay it over."""
        left, top, right, bottom = self.box
        under = surface.pixels[top:bottom, left:right]
        if self.mask is not None:
            under[self.mask] = self.over[self.mask]
        else:
            both = Image.alpha_composite(
                Image.fromarray(np.ascontiguousarray(under)), Image.fromarray(self.over)
            )
            under[:] = np.asarray(both)
