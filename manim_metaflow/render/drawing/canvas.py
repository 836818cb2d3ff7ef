"""Draw one frame after another, each only where the list of drawn shapes has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from manim_metaflow.render.drawing.dirty import Box, changed_boxes, merge, overlaps
from manim_metaflow.render.drawing.ops import Picture, Shape, Surface

__all__ = ["Canvas", "whole_pixels"]

Pixels = npt.NDArray[Any]

Things = Sequence[Shape | Picture]


class Below(NamedTuple):
    """A picture of the first ``size`` shapes over the background."""

    size: int
    pixels: Pixels


WHOLE = 0.6
"""If more than this share of the frame has changed, the whole frame is drawn."""

LARGE = 2**16
"""Pixels from which on a box is searched for what did change in it."""

MOST = 0.5
"""If the shapes below the first that changes are at least this share, they are kept as a picture."""

MORE = 16
"""So many more of them have to stay as they are before a picture of more is made."""

WAIT = 3
"""Frames in which those shapes have to stay the same before a picture of them is made."""


class Canvas:
    """A frame and what it shows.

    Parameters
    ----------
    height, width
        Size in pixels.
    """

    def __init__(self, height: int, width: int) -> None:
        self.pixels: Pixels = np.zeros((height, width, 4), dtype=np.uint8)
        self._whole: Box = (0, 0, width, height)
        # Shapes are drawn here without clipping, and only the changed rectangles are copied to the frame:
        # outside of them this surface shows no particular frame.
        self._sketch = Surface(height, width)
        self._background: Pixels | None = None
        self._shown: Things = ()
        self._below: Below | None = None
        self._steady = 0, 0

    def show(self, background: Pixels, things: Things) -> list[Box]:
        """Draw shapes over a background, and return the rectangles that may differ from before.

        The background is made of whole pixels, and taken for the same as long as it is the same object.
        """
        if background is not self._background:
            boxes = [self._whole]
            self._below, self._steady = None, (0, 0)
        else:
            boxes = merge(changed_boxes(self._shown, things))
            if sum(map(_area, boxes)) > WHOLE * _area(self._whole):
                boxes = [self._whole]
        if boxes:
            self._keep_below(background, things)
            self._draw(background, things, boxes)
            # Over a new background nearly every pixel differs: a search would not find any to spare.
            if background is self._background:
                boxes = [tight for box in boxes if (tight := self._tightened(box)) is not None]
            _copy(whole_pixels(self._sketch.pixels), whole_pixels(self.pixels), boxes)
        self._background, self._shown = background, things
        return boxes

    def take(self, pixels: Pixels) -> None:
        """Show a frame that was drawn elsewhere."""
        # Nothing is known of how these pixels came about, so that the next frame is drawn whole.
        self._background = None
        self.pixels[:] = pixels

    def _keep_below(self, background: Pixels, things: Things) -> None:
        """Draw what lies below all that changes to a picture of its own, once it stays the same."""
        same = _common(self._shown, things)
        if self._below is not None and same < self._below.size:
            self._below = None
        steady, frames = self._steady
        # When fewer shapes stay the same, counting starts again; a larger number has to prove itself first.
        self._steady = (same, 1) if same < steady or not frames else (steady, frames + 1)
        steady, frames = self._steady
        if frames < WAIT:
            return
        known = 0 if self._below is None else self._below.size
        if steady >= max(known + MORE, MOST * len(things)):
            self._draw(background, things[:steady], [self._whole])
            self._below = Below(steady, whole_pixels(self._sketch.pixels).copy())
        self._steady = 0, 0

    def _draw(self, background: Pixels, things: Things, boxes: list[Box]) -> None:
        sketch = self._sketch
        if self._below is not None:
            background, things = self._below.pixels, things[self._below.size :]
        _copy(background, whole_pixels(sketch.pixels), boxes)
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
        for thing in things:
            x0, y0, x1, y1 = box = thing.box
            # One test against the rectangle round all boxes first: most shapes are nowhere near.
            near = x0 < right and left < x1 and y0 < bottom and top < y1
            if near and (len(boxes) == 1 or any(overlaps(box, each) for each in boxes)):
                thing.draw(sketch)

    def _tightened(self, box: Box) -> Box | None:
        """Shrink a box to the pixels that did change, where that takes less than handing them on."""
        if _area(box) < LARGE:
            return box
        left, top, right, bottom = box
        old, new = whole_pixels(self.pixels), whole_pixels(self._sketch.pixels)
        rows = np.flatnonzero((old[top:bottom, left:right] != new[top:bottom, left:right]).any(axis=1))
        return (left, top + int(rows[0]), right, top + int(rows[-1]) + 1) if len(rows) else None


def whole_pixels(pixels: Pixels) -> Pixels:
    """Look at RGBA pixels as at one number each."""
    return pixels.view(np.uint32)[..., 0]


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _common(one: Things, other: Things) -> int:
    """Count the shapes with which two lists begin alike."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a is not b:
            break
        count += 1
    return count


def _copy(source: Any, target: Any, boxes: list[Box]) -> None:
    for left, top, right, bottom in boxes:
        target[top:bottom, left:right] = source[top:bottom, left:right]
