"""The part of a source that a code panel shows: how large it is, and where each row of it is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import numpy as np
import numpy.typing as npt

from manim_metaflow.mobjects.code.line import ADVANCE, GUTTER
from manim_metaflow.mobjects.code.mask import INK
from manim_metaflow.mobjects.code.queries import CodeQueries
from manim_metaflow.mobjects.code.rows import CodeRow, code_rows, columns_of
from manim_metaflow.mobjects.shapes import Shape
from manim_metaflow.mobjects.text.glyphs import EM

__all__ = ["FOOT", "LEADING", "NUMBERS", "CodeWindow"]

LEADING = 1.55
"""Distance of two baselines, ems."""

NUMBERS, MARGIN = 0.62, 0.38
"""Room left of the numbers' right edge, and right of the longest line, units."""

FOOT = 0.25
"""Room below the last row, units."""


class CodeWindow(CodeQueries):
    """What a :class:`.CodePanel` knows of the room that its rows have."""

    panel: Shape
    size: tuple[float, float]
    pitch: float
    top: int
    language: str
    _font_size: float
    _head: float
    _asked_width: float | None
    _window: int | None
    _long: Literal["clip", "wrap"]

    @property
    def window(self) -> int:
        """How many rows are seen at once."""
        return len(self.all_rows) if self._window is None else self._window

    @property
    def fits(self) -> bool:
        """Whether the window is as high as the source."""
        return self._window is None

    @property
    def zoom(self) -> float:
        """How much the panel has been scaled since it was built."""
        return float(self.panel.width) / self.size[0]

    @property
    def corner(self) -> npt.NDArray[np.float64]:
        """Its upper left corner; shape ``(3,)``."""
        points = self.panel.points
        return np.array([points[:, 0].min(), points[:, 1].max(), 0.0])

    def home(self, index: float) -> npt.NDArray[np.float64]:
        """Where the origin of the ``index``-th row of the window belongs now; shape ``(3,)``."""
        down = self._head + (index + 0.5) * self.pitch
        return self.corner + np.array([NUMBERS, -down, 0.0]) * self.zoom

    def rows_of(self, source: str) -> list[CodeRow]:
        """Split another source into rows as this panel does its own."""
        columns = None
        if self._asked_width is not None:
            room = self._asked_width - NUMBERS - GUTTER - 0.2
            columns = max(8, int(room / (ADVANCE * EM * self._font_size)))
        return code_rows(
            source,
            first_line=self.first_line,
            language=self.language,
            columns=columns,
            long_lines=self._long,
        )

    def size_for(self, rows: list[CodeRow]) -> tuple[float, float]:
        """Width and height (units, at rest) of a panel of this kind with other rows."""
        # Measured in columns: every letter of the font is as wide as the others.
        longest = max(columns_of(row.text) for row in rows) * ADVANCE * EM * self._font_size
        width = longest + NUMBERS + GUTTER + MARGIN
        if self._asked_width is not None:
            width = self._asked_width
        count = len(rows) if self._window is None else self._window
        return width, count * self.pitch + self._head + FOOT

    def has_room(self, place: float) -> bool:
        """Tell whether the letters of a row at the ``place``-th place of the window are on the panel."""
        top = self._head + (place + 0.5 - INK / 2) * self.pitch
        return top >= 0 and top + INK * self.pitch <= self.size[1]

    def top_for(
        self, lines: Iterable[int], top: int | None = None, *, rows: list[CodeRow] | None = None
    ) -> int:
        """Count the rows above a window that shows some lines; as now if it shows them already.

        Parameters
        ----------
        lines
            Their numbers.
        top
            Where the window begins by then, if not where it does now.
        rows
            Those of another source that the panel is going to show.
        """
        top, rows = self.top if top is None else top, self.all_rows if rows is None else rows
        window = len(rows) if self.fits else self.window
        end = max(0, len(rows) - window)
        spans = self.spans(lines, rows)
        if not spans:
            return min(top, end)
        first, last = spans[0][0], spans[-1][1]
        # The window stays where it is if it can: a jump would lose the reader's place.
        if top <= first and last <= top + window and top <= end:
            return top
        wanted = first - max(0.0, (window - (last - first)) // 2)
        return int(min(max(0.0, wanted), end))
