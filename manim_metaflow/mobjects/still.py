"""A picture of a mobject, as large as the mobject needs."""

from __future__ import annotations

import io
import math
import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import Camera, ManimColor, VMobject, tempconfig

from manim_metaflow.errors import ManimMetaflowError
from manim_metaflow.theme import current_theme

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["draw_still", "still_png"]

MARGIN = 0.5
DENSITY = 135
"""Pixels a unit: those of a 1080p frame, 8 units high."""

LONGEST, LARGEST = 32000, 160_000_000
"""Pixels a side, and in all, that cairo and memory bear."""

SMALLEST_DENSITY = 60
"""Pixels a unit of a 480p frame: below that the smallest text cannot be read."""


def draw_still(mobject: VMobject, *, density: float = DENSITY, transparent: bool = False) -> Image:
    """Draw a mobject on a ground of its own size.

    The text keeps its size and the picture grows: it is as large as the mobject and a margin.

    Parameters
    ----------
    mobject
        Anything; its ``theme``, if it has one, says the colour of the ground.
    density
        Pixels a unit, less where the picture would be too large to draw.
    transparent
        Leave the ground out.

    Raises
    ------
    ManimMetaflowError
        The mobject is so large that its text could not be read on any picture cairo can draw.

    Examples
    --------
    >>> from manim import Square
    >>> draw_still(Square(side_length=3), density=90).size
    (360, 360)
    """
    from PIL import Image

    width, height = float(mobject.width) + 2 * MARGIN, float(mobject.height) + 2 * MARGIN
    density = min(density, LONGEST / max(width, height), math.sqrt(LARGEST / (width * height)))
    if density < SMALLEST_DENSITY / 2:
        raise ManimMetaflowError(
            f"The drawing is {width:.0f} by {height:.0f} units, too large for one legible picture."
        )
    pixels = round(width * density), round(height * density)
    theme = getattr(mobject, "theme", None) or current_theme()
    camera = Camera(
        pixel_width=pixels[0],
        pixel_height=pixels[1],
        frame_width=pixels[0] / density,
        frame_height=pixels[1] / density,
        frame_center=np.array(mobject.get_center()),
        background_color=ManimColor(theme.background),
        background_opacity=0.0 if transparent else 1.0,
    )
    camera.capture_mobjects([mobject])
    frame: Any = camera.pixel_array
    return Image.fromarray(frame, "RGBA") if transparent else Image.fromarray(frame[..., :3].copy(), "RGB")


def still_png(mobject: VMobject, *, density: float = DENSITY / 2, transparent: bool = False) -> bytes:
    """Return the bytes of a PNG file with a mobject on it."""
    file = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="manim-metaflow-") as media, tempconfig({"media_dir": media}):
        draw_still(mobject, density=density, transparent=transparent).save(file, format="PNG")
    return file.getvalue()
