"""Content has a face: a hash's own colour and pattern, the same wherever the bytes are."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from manim.utils.color import ParsableManimColor

from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.theme import DARK_THEME, current_theme, mix

__all__ = ["Face", "face_color", "face_pattern", "line_color"]

HUES = (
    "#BBF1FA", "#618EF1", "#CDA0B2", "#FABBFA", "#CD6AB2", "#FAC4A0",
    "#FA8E46", "#FAE861", "#97974F", "#85FAA9", "#85CDB2", "#58A0A9",
)  # fmt: skip
"""Twelve colours, each at least 3 to 1 on a face's own tile, and far from those of states: what is green was
done, not stored. A test measures how far."""

CELLS = 5
MIN_FILLED, MAX_FILLED = 4, 11


def face_color(sha: str) -> str:
    """Return the colour of a hash.

    >>> face_color("198756254c5b4f18cb8af891d55a414724e402c5")
    '#618EF1'
    """
    # Colour and pattern come from different ends of the hash: one does not imply the other.
    return HUES[int(sha[-8:], 16) % len(HUES)]


def line_color(sha: str) -> str:
    """Return the colour of a hash for a line on the ground of the theme in force."""
    theme, color = current_theme(), face_color(sha)
    # The colours of faces are made for dark tiles: on a light ground, a line of them is too faint.
    return color if theme.is_dark else mix(color, theme.text, 0.55)


def face_pattern(sha: str) -> tuple[tuple[bool, ...], ...]:
    """Return the hash's pattern: five rows of five, the left half mirrored on the right.

    The 15 free cells are bits of the hash, from the first window of bits that is neither nearly empty
    nor nearly full.
    """
    bits = int(sha[:32], 16)
    # Fifteen bits: the three left columns of five cells, which the right ones mirror. With few or many
    # cells filled faces look alike, so that the hash is read on until there are enough of both.
    half = bits & 0x7FFF
    for shift in range(0, 113):
        half = bits >> shift & 0x7FFF
        if MIN_FILLED <= half.bit_count() <= MAX_FILLED:
            break
    rows = [[bool(half >> (3 * row + column) & 1) for column in range(3)] for row in range(CELLS)]
    return tuple((*row, row[1], row[0]) for row in rows)


class Face(Drawing):
    """The face of some bytes.

    It brings its own dark tile along, so that it looks the same in every theme.

    Parameters
    ----------
    sha
        The key in the store, hexadecimal.
    size
        Width and height, units.

    Examples
    --------
    .. manim:: FaceExample
        :save_last_frame:

        class FaceExample(Scene):
            def construct(self):
                self.add(Face("198756254c5b4f18cb8af891d55a414724e402c5", size=2))
    """

    def __init__(self, sha: str, *, size: float = 0.3) -> None:
        self.sha = sha
        color = face_color(sha)
        self.tile = Shape(
            rounded_rectangle(size, size, size * 0.16), fill=mix(color, DARK_THEME.background, 0.2)
        )
        self.pattern = Shape(_pattern_curves(sha, size), fill=color)
        super().__init__(self.tile, self.pattern)

    def set_color(  # type: ignore[override] # as VMobject has it, which Mobject has not
        self, color: ParsableManimColor, family: bool = True
    ) -> Face:
        """Keep its own colour: it is computed from the hash, by which the same bytes are known again."""
        return self

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "face", "sha": self.sha}


def _pattern_curves(sha: str, size: float) -> Any:
    """Squares of the pattern as runs along each row, so that neighbours leave no seam."""
    cell = size * 0.8 / CELLS
    curves = []
    for row, cells in enumerate(face_pattern(sha)):
        top = (CELLS / 2 - row) * cell
        column = 0
        while column < CELLS:
            end = column
            while end < CELLS and cells[end]:
                end += 1
            if end > column:
                left, right = ((edge - CELLS / 2) * cell for edge in (column, end))
                corners = [(left, top), (right, top), (right, top - cell), (left, top - cell), (left, top)]
                curves += [np.linspace(a, b, 4) for a, b in pairwise(corners)]
            column = end + 1
    return np.array(curves)
