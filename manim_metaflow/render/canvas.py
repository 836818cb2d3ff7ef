"""One frame after another, drawn anew only where the list of what is drawn has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .dirty import Box, changed_boxes, merge, overlaps
from .ops import Picture, Shape, Surface

__all__ = ["Canvas"]

Pixels = npt.NDArray[Any]

WHOLE = 0.6
"""From this share of the frame on, all of it is drawn anew."""


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
        # Things are drawn here whole, and only the rectangles asked for are taken over: the rest is not
        # a picture of anything.
        self._sketch = Surface(height, width)
        self._ground: Pixels | None = None
        self._shown: Sequence[Shape | Picture] = ()

    def show(self, ground: Pixels, things: Sequence[Shape | Picture]) -> list[Box]:
        """Draw things over a background, and return the rectangles that may differ from before."""
        if ground is not self._ground:
            boxes = [self._whole]
        else:
            boxes = merge(changed_boxes(self._shown, things))
            if sum((box[2] - box[0]) * (box[3] - box[1]) for box in boxes) > WHOLE * self._area():
                boxes = [self._whole]
        self._ground, self._shown = ground, things
        if boxes:
            self._draw(ground, things, boxes)
        return boxes

    def take(self, pixels: Pixels) -> None:
        """Show a frame that was drawn elsewhere."""
        self._ground = None
        self.pixels[:] = pixels

    def _area(self) -> int:
        return self._whole[2] * self._whole[3]

    def _draw(self, ground: Pixels, things: Sequence[Shape | Picture], boxes: list[Box]) -> None:
        sketch = self._sketch
        _copy(ground, sketch.pixels, boxes)
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
        for thing in things:
            x0, y0, x1, y1 = box = thing.box
            near = x0 < right and left < x1 and y0 < bottom and top < y1
            if near and (len(boxes) == 1 or any(overlaps(box, each) for each in boxes)):
                thing.draw(sketch)
        _copy(sketch.pixels, self.pixels, boxes)


def _copy(source: Any, target: Any, boxes: list[Box]) -> None:
    for left, top, right, bottom in boxes:
        target[top:bottom, left:right] = source[top:bottom, left:right]
