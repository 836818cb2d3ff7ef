"""A line of text in the corner of every frame, painted where frames become files.

It is no mobject: a camera that moves, a scene that is cleared, or a test of what is on the scene never
meets it, and frames drawn by Manim and by the fast renderer are marked alike.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from manim_metaflow.errors import UsageError
from manim_metaflow.render.drawing.dirty import Box
from manim_metaflow.render.drawing.strips import Change
from manim_metaflow.utils.fonts import pixel_font

if TYPE_CHECKING:
    from manim.scene.scene import Scene

__all__ = ["Watermark", "mark_frames"]

SIZE, SMALLEST = 0.022, 10
"""Height of the letters (an em) as a share of the frame's shorter side, and in pixels at least."""

MARGIN = 0.018
"""Distance from the frame's edges. The upper edge is where the margins of films are empty: captions are at
the lower one."""

STRENGTH = 0.58
"""How much of white, on dark pixels, or of black, on light ones: muted, with a contrast of at least 5."""

GREY = 120
"""Where nothing is behind the text: it can be read on a dark page and on a light one."""

Pixels = npt.NDArray[Any]


class Watermark:
    """A small, muted line of text in the upper right corner.

    Parameters
    ----------
    text
        The line.

    Raises
    ------
    UsageError
        It is empty, has several lines, or has a character that the font cannot draw.

    Examples
    --------
    >>> frame = np.zeros((180, 320, 3), np.uint8)
    >>> Watermark("draft").paint(frame)
    >>> bool(frame[:20, 280:].any()), bool(frame[20:].any())
    (True, False)
    """

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        if not self.text or not self.text.isprintable():
            raise UsageError("A watermark is one line of text, such as --watermark 'Draft 3'.")
        unknown = next((letter for letter in self.text if not _is_drawable(letter)), None)
        if unknown is not None:
            raise UsageError(f"The watermark's font, Inter, has no character {unknown!r}. Leave it out.")

    def paint(
        self,
        pixels: Pixels,
        *,
        frame: tuple[int, int] | None = None,
        offset: tuple[int, int] = (0, 0),
        scale: int | None = None,
    ) -> None:
        """Paint it on a picture, in place.

        Parameters
        ----------
        pixels
            RGB or RGBA, shape ``(height, width, 3 or 4)``, ``uint8``.
        frame, offset
            If it is a detail of a larger frame: the frame's width and height, and where the detail begins.
        scale
            The height of a frame, in pixels, in which the text has its size, for a picture of any size; by
            default the shorter side of the frame itself.
        """
        height, width = pixels.shape[:2]
        frame = frame or (width, height)
        left, top, cover = _cover(self.text, frame, scale or min(frame))
        left, top = left - offset[0], top - offset[1]
        bottom, right = top + cover.shape[0], left + cover.shape[1]
        detail = pixels[max(0, top) : max(0, bottom), max(0, left) : max(0, right)]
        detail[...] = _mixed(
            detail, cover[max(0, -top) :, max(0, -left) :][: detail.shape[0], : detail.shape[1]]
        )


def mark_frames(
    scene: Scene, watermark: Watermark | None, written: Callable[[int], None] | None = None
) -> None:
    """Mark every frame that a scene hands to its file writer, also a still.

    Call it when the scene has its renderer, after :func:`.accelerate`. What Manim has in its cache of
    partial movie files was marked otherwise or not at all: switch ``config.disable_caching`` on.

    Parameters
    ----------
    scene
        The scene, not yet rendered.
    watermark
        What to paint.
    written
        Called with how many frames have just been handed over.
    """
    writer: Any = scene.renderer.file_writer
    write_frame, save_image = writer.write_frame, writer.save_image

    # How often a frame is shown is called `repeat` since Manim 0.22, and `num_frames` before that.
    def write_marked(pixels: Pixels | Change, **times: int) -> None:
        write_frame(_marked(pixels, watermark), **times)
        if written is not None:
            written(next(iter(times.values()), 1))

    def save_marked(pixels: Pixels) -> None:
        save_image(_marked(pixels, watermark))

    # On the writer itself: a scene may have a writer of any class, and so has the fast renderer.
    writer.write_frame, writer.save_image = write_marked, save_marked


def _marked(pixels: Any, watermark: Watermark | None) -> Any:
    if watermark is None:
        return pixels
    if isinstance(pixels, Image.Image):  # before Manim 0.22 a still is an image
        return Image.fromarray(_marked(np.array(pixels), watermark))
    if isinstance(pixels, Change):
        for box, first, strip in pixels.strips:
            watermark.paint(strip, frame=(pixels.width, pixels.height), offset=(box[0], first))
        return pixels
    # A frame read back from OpenGL may be read-only.
    pixels = np.require(pixels, requirements=["C", "W"])
    watermark.paint(pixels)
    return pixels


@lru_cache(maxsize=16)
def _cover(text: str, frame: tuple[int, int], scale: int) -> tuple[int, int, Pixels]:
    """Return where the text begins, and how much of each pixel from there on it covers."""
    width = frame[0]
    margin = max(2, round(MARGIN * scale))
    size = max(SMALLEST, round(SIZE * scale))
    # A long line gets smaller letters; a mark that is cut off would say something else.
    while size > 1 and pixel_font(size).getlength(text) > width - 2 * margin:
        size -= 1
    font = pixel_font(size)
    box: Box = tuple(map(int, font.getbbox(text)))  # type: ignore[assignment]
    mask = Image.new("L", (box[2], box[3]))
    ImageDraw.Draw(mask).text((0, 0), text, fill=255, font=font)
    return width - margin - box[2], margin, np.asarray(mask, np.float32) / 255


def _mixed(under: Pixels, cover: Pixels) -> Pixels:
    """Mix in a colour that is chosen for every pixel by what is under it: no moment decides for others."""
    colors, cover = under.astype(np.float32), cover[..., None]
    # How bright a pixel looks: the weights of ITU-R BT.601.
    light = colors[..., :3] @ np.array((0.299, 0.587, 0.114), np.float32)
    shade = np.where(light < 128, np.float32(255), np.float32(0))[..., None]
    colors[..., :3] += STRENGTH * cover * (shade - colors[..., :3])
    if under.shape[2] == 4:
        empty = (under[..., 3:] < 128) & (cover > 0)
        grey = np.concatenate([np.full((*under.shape[:2], 3), GREY), 255 * cover], axis=2)
        colors = np.where(empty, grey, colors)
    return np.rint(colors)


@lru_cache(maxsize=512)
def _is_drawable(letter: str) -> bool:
    font = pixel_font(32)
    return letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))
