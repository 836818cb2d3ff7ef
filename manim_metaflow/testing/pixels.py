"""Compare two frames, and keep them as PNG files."""

from __future__ import annotations

from io import BytesIO
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["TILE", "Difference", "compare_frames", "decode_png", "difference_image", "encode_png"]

TILE = 16
"""Side, in pixels, of the squares a frame is judged by: about the size of a state badge at 480p. A mean
over the whole frame would not notice one."""

Pixels = npt.NDArray[np.uint8]


class Difference(NamedTuple):
    """How far two frames are apart."""

    worst: float
    """Mean difference of the worst tile, in levels of 0 to 255 (``inf``: the sizes differ)."""
    at: tuple[int, int]
    """Upper left corner (x, y) of the worst tile, in pixels."""
    pixels: int
    """Number of pixels that differ at all."""


def compare_frames(expected: Pixels, got: Pixels) -> Difference:
    """Judge two frames by the tile of 16 pixels in which they differ most.

    Examples
    --------
    >>> blank = np.zeros((480, 854, 4), np.uint8)
    >>> badge = blank.copy()
    >>> badge[100:108, 200:208] = 255
    >>> compare_frames(blank, badge)
    Difference(worst=63.75, at=(192, 96), pixels=64)
    >>> compare_frames(blank, blank).worst
    0.0
    """
    if expected.shape != got.shape:
        return Difference(float("inf"), (0, 0), max(expected.size, got.size) // 4)
    if np.array_equal(expected, got):
        return Difference(0.0, (0, 0), 0)
    apart = _apart(expected, got)
    worst, at = _worst_tile(apart)
    return Difference(worst, at, int(np.count_nonzero(apart.any(axis=2))))


def difference_image(expected: Pixels, got: Pixels) -> Pixels:
    """Paint what differs in magenta over a dimmed copy of the frame.

    Examples
    --------
    >>> blank = np.zeros((2, 2, 4), np.uint8)
    >>> difference_image(blank, blank + np.uint8(9))[0, 0].tolist()
    [255, 0, 255, 255]
    """
    shown = got // 4
    if expected.shape == got.shape:
        shown[_apart(expected, got).any(axis=2)] = (255, 0, 255, 255)
    shown[..., 3] = 255
    return shown


def encode_png(frame: Pixels) -> bytes:
    """Pack a frame as PNG."""
    buffer = BytesIO()
    Image.fromarray(frame).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def decode_png(data: bytes) -> Pixels:
    """Unpack a PNG into RGBA pixels.

    Examples
    --------
    >>> frame = np.full((3, 4, 4), 200, np.uint8)
    >>> bool((decode_png(encode_png(frame)) == frame).all())
    True
    """
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("RGBA"))


def _apart(expected: Pixels, got: Pixels) -> npt.NDArray[np.int16]:
    # In unsigned bytes a difference below zero would come out as a large one.
    return np.abs(expected.astype(np.int16) - got.astype(np.int16))


def _worst_tile(apart: npt.NDArray[np.int16]) -> tuple[float, tuple[int, int]]:
    height, width, _ = apart.shape
    rows, columns = range(0, height, TILE), range(0, width, TILE)
    # The channel that differs most counts: a mean over channels would hide a change of hue.
    levels = apart.max(axis=2).astype(np.float64)
    sums = np.add.reduceat(np.add.reduceat(levels, rows, axis=0), columns, axis=1)
    # Tiles at the lower and right edge have fewer pixels.
    tall = np.minimum(TILE, height - np.array(rows))
    wide = np.minimum(TILE, width - np.array(columns))
    means = sums / np.outer(tall, wide)
    row, column = np.unravel_index(int(means.argmax()), means.shape)
    return float(means[row, column]), (int(column) * TILE, int(row) * TILE)
