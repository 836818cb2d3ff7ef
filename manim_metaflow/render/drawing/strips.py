"""What of a frame differs from the one before, and its conversion to the colours that are encoded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

from manim_metaflow.render.drawing.dirty import Box

__all__ = ["Change", "Converter"]

REACH = 4
"""Rows above and below a change whose colour changes with it: a colour sample is made of several rows."""

MARGIN = 8
"""Rows above and below those that are converted with them, for the same reason.

With fewer, a strip at the upper edge can have six rows, and so few are converted another way.
"""

COLUMNS = 32
"""Strips begin and end at multiples of so many columns, or where the frame does.

Columns are converted in blocks, and what is left of a row in another way.
"""

Pixels = npt.NDArray[Any]


class Strip(NamedTuple):
    """Pixels of a box, with some rows more above and below it, from ``first`` on."""

    box: Box
    first: int
    pixels: Pixels


class Change(NamedTuple):
    """Strips of a frame ``height`` and ``width`` pixels large."""

    height: int
    width: int
    strips: list[Strip]

    @classmethod
    def whole(cls, pixels: Pixels) -> Change:
        """Hand over the whole frame."""
        height, width = pixels.shape[:2]
        return cls(height, width, [Strip((0, 0, width, height), 0, pixels.copy())])

    @classmethod
    def inside(cls, pixels: Pixels, boxes: Iterable[Box]) -> Change:
        """Hand over what is in some boxes."""
        height, width = pixels.shape[:2]
        spans: list[list[int]] = []
        for left, top, right, bottom in sorted(map(_spread, boxes), key=lambda box: box[1]):
            # Nearer strips would share rows of their margins, which would be copied and converted twice.
            if spans and top <= spans[-1][3] + 2 * MARGIN:
                span = spans[-1]
                spans[-1] = [min(span[0], left), span[1], max(span[2], right), max(span[3], bottom)]
            else:
                spans.append([left, top, right, bottom])
        strips = []
        for left, top, right, bottom in spans:
            first, last = max(0, top - MARGIN), min(height, bottom + MARGIN)
            box = left, max(0, top), min(right, width), min(bottom, height)
            strips.append(Strip(box, first, pixels[first:last, left : box[2]].copy()))
        return cls(height, width, strips)

    def is_whole(self) -> bool:
        """Tell whether it is all of a frame."""
        return len(self.strips) == 1 and self.strips[0].pixels.shape[:2] == (self.height, self.width)

    def put_into(self, frame: Pixels) -> None:
        """Change a frame."""
        for (left, top, right, bottom), first, strip in self.strips:
            frame[top:bottom, left:right] = strip[top - first : bottom - first]


def _spread(box: Box) -> Box:
    left, top, right, bottom = box
    return (
        left // COLUMNS * COLUMNS,
        # Rows of colour stand for two of brightness each: a strip begins and ends between pairs.
        top // 2 * 2 - REACH,
        -(-right // COLUMNS) * COLUMNS,
        (bottom + 1) // 2 * 2 + REACH,
    )


class Converter:
    """Keeps the frame that was encoded last, and converts what differs from it.

    Parameters
    ----------
    pixel_format
        Of the frames: planes of brightness and of half as many rows and columns of colour.
    """

    def __init__(self, pixel_format: str) -> None:
        self._format = pixel_format
        self._reformatter = VideoReformatter()
        self.frame: av.VideoFrame | None = None

    def take(self, change: Change) -> av.VideoFrame:
        """Return the frame with a change in it; it is the same object, changed in place."""
        for (left, top, right, bottom), first, strip in change.strips:
            # For strips of a few rows, more threads than one take longer to start than to run.
            part = self._reformatter.reformat(
                av.VideoFrame.from_ndarray(strip, format="rgba"), format=self._format, threads=1
            )
            if change.is_whole():
                self.frame = part
                continue
            assert self.frame is not None
            for index, (plane, source) in enumerate(zip(self.frame.planes, part.planes, strict=True)):
                step = 1 if index == 0 else 2
                lines = _lines(source)[(top - first) // step : (bottom - first) // step]
                _lines(plane)[top // step : bottom // step, left // step : -(-right // step)] = lines
        assert self.frame is not None
        return self.frame


def _lines(plane: Any) -> Pixels:
    lines = np.frombuffer(plane, dtype=np.uint8).reshape(plane.height, plane.line_size)
    return lines[:, : plane.width]
