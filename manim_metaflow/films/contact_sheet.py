"""Many frames on one picture, numbered and labelled: a scene at a glance."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import fontpkg
from PIL import Image, ImageDraw, ImageFont

from manim_metaflow.testing.render import Frame
from manim_metaflow.utils.text import wrap

__all__ = ["contact_sheet"]

_GROUND = "#0E1117"
_TEXT = "#E9EDF5"
_MUTED = "#8C97AB"
_BORDER = "#5F6C87"
_MARGIN = 24
_FONT_SIZE = 20
_LINE = 28


def contact_sheet(
    frames: Iterable[tuple[str, Frame]], *, columns: int = 3, thumbnail: tuple[int, int] = (640, 360)
) -> Image.Image:
    """Lay frames out in a grid, row by row, each above its number and label.

    Parameters
    ----------
    frames
        Labels and frames, in order. They are drawn as they come, so an iterator is not kept in memory.
    columns
        Frames in a row.
    thumbnail
        Largest width and height of one frame, in pixels; its proportions are kept.

    Returns
    -------
    PIL.Image.Image
        RGB, as large as the frames need.

    Raises
    ------
    ValueError
        If there are no frames.

    Examples
    --------
    >>> import numpy as np
    >>> frame = np.zeros((480, 854, 4), np.uint8)
    >>> contact_sheet([("Draw the graph", frame), ("Run it", frame)], thumbnail=(320, 180)).size
    (1056, 264)
    """
    cells = [_cell(number, label, frame, thumbnail) for number, (label, frame) in enumerate(frames, 1)]
    if not cells:
        raise ValueError("a contact sheet needs at least one frame; the scene has no beat")
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    heights = [max(cell.height for cell in row) for row in rows]
    width = columns * (thumbnail[0] + _MARGIN) + _MARGIN
    sheet = Image.new("RGB", (width, sum(heights) + _MARGIN * (len(rows) + 1)), _GROUND)
    top = _MARGIN
    for row, height in zip(rows, heights, strict=True):
        for column, cell in enumerate(row):
            sheet.paste(cell, (_MARGIN + column * (thumbnail[0] + _MARGIN), top))
        top += height + _MARGIN
    return sheet


def _cell(number: int, label: str, frame: Frame, thumbnail: tuple[int, int]) -> Image.Image:
    picture = Image.fromarray(frame).convert("RGB")
    picture.thumbnail(thumbnail, Image.Resampling.LANCZOS)
    head = f"{number}  "
    indent = _font(600).getlength(head)
    lines = wrap(label, thumbnail[0] - indent, _font(400).getlength) or [""]
    cell = Image.new("RGB", (thumbnail[0], thumbnail[1] + 8 + _LINE * len(lines)), _GROUND)
    left = (thumbnail[0] - picture.width) // 2
    cell.paste(picture, (left, 0))
    draw = ImageDraw.Draw(cell)
    draw.rectangle((left, 0, left + picture.width - 1, picture.height - 1), outline=_BORDER)
    draw.text((0, thumbnail[1] + 8), head, _MUTED, _font(600))
    for row, line in enumerate(lines):
        draw.text((indent, thumbnail[1] + 8 + row * _LINE), line, _TEXT, _font(400))
    return cell


@cache
def _font(weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(
        str(fontpkg.path("Inter", weight)), _FONT_SIZE, layout_engine=ImageFont.Layout.BASIC
    )
    # The file holds all weights; its axes are optical size and weight.
    font.set_variation_by_axes([_FONT_SIZE, weight])
    return font
