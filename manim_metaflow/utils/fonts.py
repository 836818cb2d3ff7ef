"""The theme's prose font in pixels, for text that is painted on a picture without Manim."""

from __future__ import annotations

from functools import cache

import fontpkg
from PIL import ImageFont

__all__ = ["pixel_font"]


@cache
def pixel_font(size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    """Return Inter, ``size`` pixels an em, the same on every machine."""
    path = str(fontpkg.path("Inter", 400))
    # The layout engine Raqm is not everywhere, and places letters otherwise.
    font = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    # The file holds all weights; its axes are optical size and weight.
    font.set_variation_by_axes([size, weight])
    return font
