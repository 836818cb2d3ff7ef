"""One row of code as few shapes: its number, and a path for each colour in it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Text

from manim_metaflow.mobjects.code.rows import WRAPPED, CodeRow, Word, columns_of
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape
from manim_metaflow.mobjects.text.glyphs import EM, shape_text
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme, use_theme
from manim_metaflow.utils.foreign import drawn_text

__all__ = ["ADVANCE", "GUTTER", "CodeLine", "Ink"]

ADVANCE = 0.6
"""Width of a letter of JetBrains Mono, ems."""

GUTTER = 0.35
"""From a line's number to its code, units."""

NUMBER_SIZE = 0.85
"""Size of a line's number, in sizes of its code."""

DROP = 0.2
"""From the middle of a lower-case letter to the line it stands on, ems."""

Curves = npt.NDArray[np.float64]


class Ink(Shape):
    """All letters of a row that have one colour.

    Attributes
    ----------
    role
        Their colour's name in the theme.
    columns, ends
        For each letter in order the column it stands in, and how many points there are up to its end.
    """

    def __init__(self, words: list[Word], role: str, font_size: float) -> None:
        theme = current_theme()
        self.role = role
        pieces: list[Curves] = []
        columns: list[int] = []
        for word in words:
            column = word.column
            for text, curves in _pieces(word.text, theme.mono):
                pieces.append(curves + np.array([column * ADVANCE, 0.0]))
                columns.append(column)
                column += columns_of(text)
        self.columns = np.array(columns)
        self.ends = 4 * np.cumsum([len(piece) for piece in pieces])
        scale = EM * font_size
        curves = np.concatenate(pieces) * scale + np.array([GUTTER, -DROP * scale])
        super().__init__(curves, fill=getattr(theme, role))
        self._rest = curves

    def place(self, at: npt.ArrayLike, zoom: float = 1.0, *, columns: float = np.inf) -> Ink:
        """Draw its letters up to a column for a row whose origin is at a point, shape ``(2,)``."""
        shown = int(np.searchsorted(self.columns, columns, side="left"))
        curves = self._rest[: int(self.ends[shown - 1]) // 4 if shown else 0]
        self.set_curves(curves * zoom + np.asarray(at, dtype=float))
        return self


class CodeLine(Drawing):
    """One row of code, its number's right edge at the origin.

    Parameters
    ----------
    row
        What to draw.
    font_size
        Manim font size of the code.

    Attributes
    ----------
    number
        The number's :class:`.TextLabel`.
    inks
        An :class:`.Ink` a colour.
    """

    def __init__(self, row: CodeRow, *, font_size: float) -> None:
        self.row = row
        self.theme = current_theme()
        self.font_size = font_size
        self.number = _number(row, font_size)
        self.inks: Parts[Ink] = Parts(*_inks(row, font_size))
        super().__init__(self.number, self.inks)

    @property
    def line(self) -> int:
        """Number of the line it shows, or shows a part of."""
        return self.row.number

    @property
    def text(self) -> str:
        """Its letters."""
        return self.row.text

    @property
    def zoom(self) -> float:
        """How much it has been scaled since it was built."""
        return self.number.font_size / _number_size(self.font_size)

    @property
    def origin(self) -> Curves:
        """Where the number ends, at half the height of a lower-case letter; shape ``(3,)``."""
        x = float(self.number.get_right()[0])
        drop = DROP * EM * self.font_size * self.zoom
        return np.array([x, self.number.baseline + drop, 0.0])

    def place(self, at: npt.ArrayLike, zoom: float = 1.0) -> CodeLine:
        """Scale and move it until its origin is at a point."""
        # To scale by one would round every point, and a line that stays would not equal one that is drawn
        # anew.
        if abs(zoom / self.zoom - 1) > 1e-9:
            self.scale(zoom / self.zoom, about_point=self.origin)
        self.shift(np.asarray(at, dtype=float) - self.origin)
        return self

    def show_row(self, row: CodeRow) -> CodeLine:
        """Show another row's number, and its colours where they differ; the place stays."""
        recolored = row.words != self.row.words
        if not recolored and (row.number, row.part) == (self.row.number, self.row.part):
            return self
        with use_theme(self.theme):
            fresh = CodeLine(row, font_size=self.font_size).place(self.origin, self.zoom)
        self.number.set_fill(opacity=0.0)  # what left the scene in mid-play is drawn until its end
        self.row, self.number = row, fresh.number
        if recolored:
            self.inks.set_fill(opacity=0.0)
            self.inks = fresh.inks
        self.submobjects = [self.number, self.inks]
        return self

    def fade_to_opacity(self, opacity: float) -> CodeLine:
        """Set how much of number and code is seen."""
        for part in (self.number, *self.inks):
            part.set_fill(opacity=opacity, family=False)
        return self

    def __snapshot__(self) -> dict[str, Any]:
        words = [[word.column, word.text, word.role] for word in self.row.words]
        size = round(self.font_size * self.zoom, 3)
        return {"role": "text", "line": self.line, "text": self.text, "font_size": size, "words": words}


def _inks(row: CodeRow, font_size: float) -> list[Ink]:
    by_role: dict[str, list[Word]] = {}
    for word in row.words:
        # One shape for each colour and not for each word: what a picture costs in Manim is the number of
        # its mobjects.
        by_role.setdefault(word.role, []).append(word)
    return [Ink(words, role, font_size) for role, words in by_role.items()]


def _number_size(font_size: float) -> float:
    return max(NUMBER_SIZE * font_size, current_theme().minimum_size)


def _number(row: CodeRow, font_size: float) -> TextLabel:
    text = WRAPPED if row.part else str(row.number)
    label = TextLabel(text, font_size=_number_size(font_size), color=current_theme().comment)
    return label.right_at(0, 0).set_baseline(-DROP * EM * font_size)


@lru_cache(maxsize=4096)
def _pieces(word: str, family: str) -> tuple[tuple[str, Curves], ...]:
    """Cut a word into letters, or, where the font lacks some, into runs that are drawn as a whole."""
    if not shape_text(word, (family, 400), ligatures=False).missing and len(word) == columns_of(word):
        return tuple((letter, _letter(letter, family)) for letter in word)
    runs: list[str] = []
    lacks_before = None
    for letter in word:
        lacks = bool(shape_text(letter, (family, 400), ligatures=False).missing)
        # A mark is drawn on the letter before it: the two must not be parted.
        mark = columns_of(letter) == 0
        if runs and (mark or (lacks and lacks_before)):
            runs[-1] += letter
        else:
            runs.append(letter)
        lacks_before = lacks or (mark and lacks_before)
    return tuple((run, _run(run, family)) for run in runs)


def _letter(letter: str, family: str) -> Curves:
    return shape_text(letter, (family, 400), ligatures=False).curves


@lru_cache(maxsize=1024)
def _run(text: str, family: str) -> Curves:
    """Outline of a run in ems, its baseline's left end at the origin, by Pango where the font lacks it."""
    outline = shape_text(text, (family, 400), ligatures=False)
    if not outline.missing:
        return outline.curves
    size = 48.0
    # Pango's outlines come without a baseline: the x in front of them stands on it.
    drawn = Text(
        "x" + drawn_text(text), font=family, font_size=size, warn_missing_font=False, disable_ligatures=True
    )
    glyphs = [glyph.points[: len(glyph.points) // 4 * 4] for glyph in drawn.family_members_with_points()]
    ruler, *parts = [points.reshape(-1, 4, 3)[..., :2] / (EM * size) for points in glyphs]
    if not parts:
        return np.zeros((0, 4, 2))
    own = shape_text("x", (family, 400)).curves
    by = own.reshape(-1, 2).min(axis=0) - ruler.reshape(-1, 2).min(axis=0) - np.array([ADVANCE, 0.0])
    return np.asarray(np.concatenate(parts) + by)
