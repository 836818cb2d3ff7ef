"""A picture of a mobject, as large as the mobject needs."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import Camera, ManimColor, VMobject, tempconfig

from manim_metaflow.errors import ManimMetaflowError
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.own_folders import scratch_folder

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["draw_still", "still_png"]

MARGIN = 0.5
DENSITY = 135
"""Pixels a unit: those of a 1080p frame, 8 units high."""

TILE = 16000
"""Pixels a side that are drawn at once: cairo's limit is 32767."""

LARGEST = 200_000_000
"""Pixels a picture may have: more than a gigabyte of memory is needed beyond."""

LEGIBLE = 90
"""Pixels a unit of a 720p frame. A picture may be made less dense than was asked for, but not less than this:
below, the smallest text cannot be read."""


def draw_still(mobject: VMobject, *, density: float = DENSITY, transparent: bool = False) -> Image:
    """Draw a mobject on a background of its own size.

    The text keeps its size and the picture grows: it is as large as the mobject and a margin.

    Parameters
    ----------
    mobject
        Anything; its ``theme``, if it has one, gives the colour of the background.
    density
        Pixels a unit; fewer where the picture would be too large, but not fewer than can be read.
    transparent
        Leave the background out.

    Raises
    ------
    ManimMetaflowError
        The mobject is so large that its text could not be read on a picture that can be drawn.

    Examples
    --------
    >>> from manim import Square
    >>> draw_still(Square(side_length=3), density=90).size
    (360, 360)
    """
    from PIL import Image

    width, height = float(mobject.width) + 2 * MARGIN, float(mobject.height) + 2 * MARGIN
    least = min(density, LEGIBLE)
    density = min(density, math.sqrt(LARGEST / (width * height)))
    if density < least:
        raise ManimMetaflowError(
            f"The drawing is {width:.0f} by {height:.0f} units, too large for one legible picture: collapse "
            "regions, show less detail, or make a film, in which the camera follows the graph."
        )
    pixels = round(width * density), round(height * density)
    theme = getattr(mobject, "theme", None) or current_theme()
    mode = "RGBA" if transparent else "RGB"
    picture = Image.new(mode, pixels)
    for left, right in _tiles(pixels[0]):
        for top, bottom in _tiles(pixels[1]):
            away = (left + right - pixels[0]) / 2 / density, (pixels[1] - top - bottom) / 2 / density
            # Each tile is seen by a camera of its own, aimed at its part of the mobject.
            camera = Camera(
                pixel_width=right - left,
                pixel_height=bottom - top,
                frame_width=(right - left) / density,
                frame_height=(bottom - top) / density,
                frame_center=np.array(mobject.get_center()) + np.array([*away, 0.0]),
                background_color=ManimColor(theme.background),
                background_opacity=0.0 if transparent else 1.0,
            )
            camera.capture_mobjects([mobject])
            frame: Any = camera.pixel_array
            picture.paste(Image.fromarray(frame if transparent else frame[..., :3].copy(), mode), (left, top))
    return picture


def _tiles(size: int) -> list[tuple[int, int]]:
    return [(start, min(start + TILE, size)) for start in range(0, size, TILE)]


def still_png(mobject: VMobject, *, density: float = DENSITY / 2, transparent: bool = False) -> bytes:
    """Return the bytes of a PNG file with a mobject on it."""
    file = io.BytesIO()
    with scratch_folder() as media, tempconfig({"media_dir": str(media)}):
        draw_still(mobject, density=density, transparent=transparent).save(file, format="PNG")
    return file.getvalue()
