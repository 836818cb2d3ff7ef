"""What is known of a film that was watched: its captions, its chapters, and what changed when."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from manim_metaflow.testing.ink import Box

__all__ = ["GRID", "Caption", "Chapter", "FilmLog", "Flaw", "NamedThing", "blocks_in"]

GRID = (18, 32)
"""Rows and columns of the blocks into which a frame is divided: about half a unit, a line of text."""

Blocks = npt.NDArray[np.bool_]
"""Which blocks of a frame are meant, shape :data:`GRID`."""


class Caption(NamedTuple):
    """A caption, and where on the frame its text is drawn."""

    text: str
    start: float
    end: float
    area: Blocks
    """Where the text of this caption, and of the one before it, is."""

    @property
    def seconds(self) -> float:
        """How long it is on screen."""
        return self.end - self.start


class Chapter(NamedTuple):
    """One of Manim's sections."""

    name: str
    kind: str
    """The ``section_type`` that the scene gave it."""
    start: float


class Flaw(NamedTuple):
    """Something wrong with a single frame."""

    second: float
    kind: str
    message: str


class NamedThing(NamedTuple):
    """Something on the frame with a name, such as a step."""

    name: str
    area: Blocks


@dataclass
class FilmLog:
    """A film, watched from beginning to end.

    Each of the arrays has one row for a frame.
    """

    name: str
    frame_rate: float
    captions: list[Caption] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    things: list[tuple[float, list[NamedThing]]] = field(default_factory=list)
    """What has a name, and the second at which it was looked for."""
    changes: list[Blocks] = field(default_factory=list)
    """The blocks in which a frame differs from the one before."""
    jumps: list[tuple[float, float]] = field(default_factory=list)
    """How far a frame is from the one before and from the one before that: mean over pixels, 0 to 255."""
    brightness: list[float] = field(default_factory=list)
    """Mean over the pixels of a frame, 0 to 255."""

    @property
    def seconds(self) -> float:
        """How long the film is."""
        return len(self.changes) / self.frame_rate

    def moving(self, start: float, end: float, ignored: Blocks | None = None) -> list[float]:
        """Return the seconds, from ``start`` to ``end``, of the frames that show a change."""
        first, last = round(start * self.frame_rate), round(end * self.frame_rate)
        seen = ~ignored if ignored is not None else np.ones(GRID, dtype=bool)
        frames = range(max(first, 0), min(last, len(self.changes)))
        return [number / self.frame_rate for number in frames if (self.changes[number] & seen).any()]


def blocks_in(box: Box | None, frame: Box) -> Blocks:
    """Return the blocks that a box on the frame touches.

    Examples
    --------
    >>> blocks_in(Box(-8, -4.5, -7.6, -4.1), Box(-8, -4.5, 8, 4.5)).nonzero()
    (array([17]), array([0]))
    """
    found = np.zeros(GRID, dtype=bool)
    if box is None:
        return found
    rows, columns = GRID
    width, height = frame.right - frame.left, frame.top - frame.bottom
    # Rows count from above, as in an image; y grows upwards.
    left, right = ((x - frame.left) / width * columns for x in (box.left, box.right))
    top, bottom = ((frame.top - y) / height * rows for y in (box.top, box.bottom))
    across, down = slice(max(int(left), 0), int(right) + 1), slice(max(int(top), 0), int(bottom) + 1)
    found[down, across] = True
    return found
