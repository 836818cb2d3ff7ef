"""A terminal: commands as they were typed, and what was really printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.animated import animated, animated_by, not_animated
from manim_metaflow.mobjects.code.line import ADVANCE, GUTTER, Ink
from manim_metaflow.mobjects.code.mask import INK, WindowMask
from manim_metaflow.mobjects.code.rows import Word, columns_of
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.text.glyphs import EM
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme, use_theme
from manim_metaflow.utils.foreign import drawn_text
from manim_metaflow.utils.run_ids import short_run_ids
from manim_metaflow.utils.text import break_columns

__all__ = ["TerminalLine", "TerminalPanel"]

LEADING = 1.5
HEAD, FOOT = 0.46, 0.16
"""Above the first line, where the title is, and below the last one (units)."""
PROMPT = "$ "

_ROLES = (
    (re.compile(r"successfully|^\s*Done!|The graph looks good"), "done"),
    (re.compile(r"[Ee]rror|Exception|[Ff]ailed|Traceback|No task found"), "failed"),
    (re.compile(r"Task is starting"), "running"),
)


class TerminalLine(Drawing):
    """One line of a terminal.

    Attributes
    ----------
    inks
        An :class:`.Ink` a colour.
    """

    def __init__(self, text: str, role: str, *, font_size: float, command: bool = False) -> None:
        self.text, self.command = text, command
        self._font_size = font_size
        self.inks: Parts[Ink] = Parts()
        words = _words(text, 0)
        if command and text.startswith(PROMPT):
            self.inks.add(Ink([Word(0, PROMPT.strip(), "accent")], "accent", font_size))
            words = words[1:]
        if words:
            self.inks.add(Ink([Word(column, word, role) for column, word in words], role, font_size))
        super().__init__(self.inks)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "text", "text": self.text, "font_size": self._font_size, "command": self.command}


class TerminalPanel(Drawing):
    """A terminal that holds the last lines of what was typed and printed.

    Lines are broken between words, long ids of runs are shortened, and what scrolls goes out of sight at the
    edge of its window.

    Parameters
    ----------
    width
        Units; longer lines go on in the next row.
    rows
        How many lines it shows.
    title
        Written above them.
    font_size
        Manim font size.

    Attributes
    ----------
    panel, title
        The background with its border, and the heading.
    lines
        A :class:`.TerminalLine` for each line that is seen.
    mask
        The :class:`.WindowMask` behind which lines scroll out.

    Raises
    ------
    UsageError
        It has no room for a line.

    Examples
    --------
    .. manim:: TerminalPanelExample
        :save_last_frame:

        class TerminalPanelExample(Scene):
            def construct(self):
                record = record_run("my_flow.py")
                terminal = TerminalPanel(rows=8)
                self.add(terminal.type_command("python my_flow.py run").print_lines(record.console))
    """

    def __init__(
        self, *, width: float = 9.0, rows: int = 8, title: str = "terminal", font_size: float = 16
    ) -> None:
        self.columns = int((width - 0.4) / (ADVANCE * EM * font_size))
        if rows < 1 or self.columns < 8:
            raise UsageError(f"A terminal {width:g} units wide with {rows} rows has no room for a line.")
        self.theme = theme = current_theme()
        self.rows_shown, self._font_size = rows, font_size
        self._pitch = LEADING * EM * font_size
        self._width, self._height = width, rows * self._pitch + HEAD + FOOT
        outline = rounded_rectangle(width, self._height, theme.radius)
        self.panel = Shape(outline, fill=theme.background, stroke=theme.edge, stroke_width=1.0)
        self.title = TextLabel(title, font="prose", font_size=theme.small_size, color=theme.muted)
        self.title.left_at(-width / 2 + 0.25, self._height / 2 - 0.25)
        self.lines: Parts[TerminalLine] = Parts()
        self._all: list[TerminalLine] = []
        self.mask = WindowMask((width, self._height), head=HEAD, foot=FOOT, color=theme.background)
        super().__init__(self.panel, self.lines, self.mask, self.title)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "terminal", "lines": [line.text for line in self.lines]}

    @property
    def zoom(self) -> float:
        """How much it has been scaled since it was built."""
        return float(self.panel.width) / self._width

    @animated_by("manim_metaflow.animations.code.terminal:RunCommand")
    def type_command(self, command: str) -> TerminalPanel:
        """Add a typed command at once; :class:`.RunCommand` types it."""
        return self.show_lines([*self._all, *self.make_lines([command], command=True)])

    @animated
    def print_lines(self, lines: Iterable[str]) -> TerminalPanel:
        """Add printed lines at once."""
        return self.show_lines([*self._all, *self.make_lines(lines)])

    def make_lines(self, lines: Iterable[str], *, command: bool = False) -> list[TerminalLine]:
        """Draw lines, broken where they are too long; they are not on this one yet."""
        drawn = []
        for line in lines:
            role = "text" if command else _role(line)
            text = drawn_text(short_run_ids(PROMPT + line if command else line.expandtabs(8)))
            pieces = break_columns(text, self.columns, columns_of)
            with use_theme(self.theme):
                drawn += [TerminalLine(t, role, font_size=self._font_size, command=command) for t in pieces]
        return drawn

    @property
    def every_line(self) -> list[TerminalLine]:
        """All lines so far, those that have scrolled out too."""
        return list(self._all)

    @animated
    def show_lines(self, lines: list[TerminalLine], *, scrolled: float = 1.0) -> TerminalPanel:
        """Show the last of some lines; the rest has scrolled out.

        Parameters
        ----------
        lines
            All of them, from :meth:`make_lines`.
        scrolled
            0 to 1: how far the window has scrolled to the last one, if it had to.
        """
        before, self._all = self._all, list(lines)
        late = 1.0 - scrolled if len(lines) > self.rows_shown else 0.0
        # While it scrolls, the line that leaves is seen above the first, behind the mask in part.
        shown = self._all[-(self.rows_shown + bool(late)) :]
        for line in {id(line): line for line in (*before, *lines)}.values():
            # Nothing is left of where a line was: a play that is skipped has never put it there.
            self._place(line, 0, columns=0)
        for index, line in enumerate(shown):
            place = index - bool(late) + late
            self._place(line, place, columns=np.inf if self._has_room(place) else 0)
        self.lines.submobjects = list(shown)
        return self

    def _has_room(self, place: float) -> bool:
        """Tell whether a line's letters are on the panel: those behind its strips are hidden, others not."""
        top = HEAD + (place + 0.5 - INK / 2) * self._pitch
        return top >= 0 and top + INK * self._pitch <= self._height

    @not_animated("it is a moment of typing; play terminal.animate.type_command(command).")
    def cut(self, line: TerminalLine, columns: float) -> TerminalPanel:
        """Show only the first letters of a line that is seen."""
        self._place(line, self.lines.submobjects.index(line), columns)
        return self

    def _place(self, line: TerminalLine, index: float, columns: float = np.inf) -> TerminalLine:
        corner = self.panel.points[:, :2].min(axis=0)[0], self.panel.points[:, :2].max(axis=0)[1]
        x = corner[0] + (0.2 - GUTTER) * self.zoom
        y = corner[1] - (HEAD + (index + 0.5) * self._pitch) * self.zoom
        for ink in line.inks:
            ink.place(np.array([x, y]), self.zoom, columns=columns)
        return line


def _words(text: str, column: int) -> list[tuple[int, str]]:
    return [(column + columns_of(text[: m.start()]), m.group()) for m in re.finditer(r"\S+", text)]


def _role(text: str) -> str:
    return next((role for pattern, role in _ROLES if pattern.search(text)), "muted")
