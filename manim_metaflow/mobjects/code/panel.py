"""Source code as a panel: a window that scrolls, lines that light up, every word in its colour."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from manim import VGroup

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.animated import animated
from manim_metaflow.mobjects.code.light import CodeLight
from manim_metaflow.mobjects.code.line import CodeLine
from manim_metaflow.mobjects.code.mask import WindowMask
from manim_metaflow.mobjects.code.rows import CodeRow
from manim_metaflow.mobjects.code.window import FOOT, LEADING, NUMBERS, CodeWindow
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.text.glyphs import EM
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme, use_theme

__all__ = ["CodeLine", "CodePanel"]

_PATH = re.compile(r"[^\s'\"()=]+\.(py|ipynb|txt|md|json|ya?ml|toml|sql|sh)")
"""One word with the suffix of a file: no code is that."""


class CodePanel(CodeWindow, Drawing):
    r"""A window on source code.

    Which lines to look at is asked of the panel: :meth:`step`, :meth:`lines`, :meth:`uses` and
    :meth:`matching` return line numbers; :meth:`highlight` and :meth:`scroll_to` take them, and so does
    the animation :class:`.FocusCode`.

    Parameters
    ----------
    source
        The text of a flow, a step, any file, or a diff.
    first_line
        Number of its first line.
    title
        Written above the code, a file's name.
    width
        Units; what the longest line needs by default. Longer lines are clipped or wrapped.
    window
        How many rows are seen at once; all by default. Only those are drawn.
    font_size
        Manim font size.
    language
        As Pygments names it, ``"python"``, ``"diff"``, ``"bash"``.
    long_lines
        ``"clip"`` ends a long line with an ellipsis, ``"wrap"`` continues it on a row without a number.

    Attributes
    ----------
    panel, title
        The background with its border, and the heading.
    rows
        A :class:`.CodeLine` for each row that is seen, blank ones included.
    top
        How many rows have scrolled out above.
    lit
        Numbers of the highlighted lines.

    Raises
    ------
    UsageError
        Pygments does not know the language, the window holds no row, or the source is the path of a file.

    Examples
    --------
    .. manim:: CodePanelExample
        :save_last_frame:

        class CodePanelExample(Scene):
            def construct(self):
                code = "@step\ndef start(self):\n    self.x = [1, 2]\n    self.next(self.end)"
                panel = CodePanel(code, first_line=6, title="flow.py")
                self.add(panel.highlight(panel.uses("x")))
    """

    def __init__(
        self,
        source: str,
        *,
        first_line: int = 1,
        title: str = "",
        width: float | None = None,
        window: int | None = None,
        font_size: float = 18,
        language: str = "python",
        long_lines: Literal["clip", "wrap"] = "clip",
    ) -> None:
        if window is not None and window < 1:
            raise UsageError(f"A code panel's window must hold at least one row, not {window}.")
        if "\n" not in source and _PATH.fullmatch(source):
            raise UsageError(
                f"{source}: a code panel is given the text itself, not a path. "
                f'Give Path("{source}").read_text(), or load_flow("{source}").source.'
            )
        self.theme = theme = current_theme()
        self._font_size = font_size
        self.pitch = LEADING * EM * font_size
        """Distance of two baselines at rest, units."""
        self.first_line, self.language = first_line, language
        self._asked_width, self._window, self._long = width, window, long_lines
        self._head = 0.45 if title else 0.12
        self.source, self.all_rows = source, self.rows_of(source)
        self.size = self.size_for(self.all_rows)
        """Width and height at rest, units."""
        self.top = 0
        self.lit: tuple[int, ...] = ()
        outline = rounded_rectangle(*self.size, theme.radius)
        self.panel = Shape(outline, fill=theme.panel, stroke=theme.edge, stroke_width=1.0)
        left, top = -self.size[0] / 2, self.size[1] / 2
        self.title = TextLabel(title, font="prose", font_size=theme.small_size, color=theme.muted)
        self.title.left_at(left + 0.25, top - 0.27)
        self.rows: Parts[CodeLine] = Parts()
        self.thumb = Shape(np.zeros((0, 4, 2)), fill=theme.edge)
        """Tells which part of a longer source is seen."""
        self.light = CodeLight()
        self.mask: WindowMask | None = None
        """Behind it rows go out of sight that scroll; a panel that shows all of its source has none."""
        if window is not None:
            self.mask = WindowMask(self.size, head=self._head, foot=FOOT, color=theme.panel)
        masks = [] if self.mask is None else [self.mask]
        # The mask lies over the rows and under the title.
        super().__init__(self.panel, self.rows, *masks, self.title, self.thumb, self.light)
        self.show_top(0)

    def __snapshot__(self) -> dict[str, Any]:
        return {
            "role": "code",
            "title": self.title.text,
            "first_line": self.first_line,
            "lines": len(self.rows),
            "of": len(self.all_rows),
            "top": self.top,
            "lit": list(self.lit),
        }

    @animated
    def highlight(self, lines: Iterable[int], color: str | None = None, *, dim: float = 0.62) -> CodePanel:
        """Light some lines up and dim the rest; no lines at all lights everything evenly.

        Parameters
        ----------
        lines
            Their numbers; of those that are scrolled out nothing is seen.
        color
            Of the band, the theme's ``highlight`` by default.
        dim
            How far the rest steps back, 0 to 1.

        Raises
        ------
        UsageError
            The source has no such line.
        """
        self.lit = self.check_lines(lines)
        self.light.tint(color or self.theme.highlight, dim)
        self.show_light(self.spans(self.lit), 1.0 if self.lit else 0.0)
        return self

    @animated
    def scroll_to(self, lines: Iterable[int]) -> CodePanel:
        """Scroll until the lines are in the window, in its middle if there is room.

        Raises
        ------
        UsageError
            The source has no such line.
        """
        self.show_top(self.top_for(self.check_lines(lines)))
        self.show_light(self.spans(self.lit), 1.0 if self.lit else 0.0)
        return self

    def make_line(self, row: CodeRow, index: float) -> CodeLine:
        """Draw a row at the ``index``-th place of the window; it is not part of the panel yet."""
        with use_theme(self.theme):
            return CodeLine(row, font_size=self._font_size).place(self.home(index), self.zoom)

    @animated
    def show_top(self, top: int) -> CodePanel:
        """Show the window that begins at a row of the whole source."""
        drawn = {id(line.row): line for line in self.rows}
        self.top = top
        lines = []
        for index, row in enumerate(self.all_rows[top : top + self.window]):
            # What stays in the window keeps its shapes: drawing letters is what costs.
            line = drawn.get(id(row))
            line = line.place(self.home(index), self.zoom) if line else self.make_line(row, index)
            lines.append(line.fade_to_opacity(1.0))
        self.rows.submobjects = list(lines)
        self.show_thumb(top)
        return self

    @animated
    def show_thumb(self, top: float) -> None:
        """Draw the thumb for a window that begins at a row, whole or not."""
        total, window = len(self.all_rows), self.window
        if total <= window:
            self.thumb.set_curves(np.zeros((0, 4, 2)))
            return
        track = window * self.pitch
        length = max(0.2, track * window / total)
        y = self._head + (track - length) * top / (total - window) + length / 2
        shape = rounded_rectangle(0.05, length, 0.025) + np.array([self.size[0] - 0.09, -y])
        self.thumb.set_curves(shape * self.zoom + self.corner[:2])

    @animated
    def show_light(
        self, spans: list[tuple[float, float]], amount: float, *, top: float | None = None
    ) -> None:
        """Light runs of rows of the whole source, ``amount`` from 0 to 1; the window begins at ``top``."""
        top = self.top if top is None else top
        shown = [
            (max(a - top, 0.0), min(b - top, float(self.window)))
            for a, b in spans
            if b > top and a < top + self.window
        ]
        corner = self.home(-0.5) - np.array([NUMBERS - 0.1, 0.0, 0.0]) * self.zoom
        width = (self.size[0] - 0.2) * self.zoom
        pitch = self.pitch * self.zoom
        self.light.light(shown, amount, corner[:2], width, pitch, self.window, self.zoom)

    def stripe(self, index: float, color: str, *, width: float | None = None) -> Shape:
        """Build a stripe behind the ``index``-th place of the window; give it an opacity to see it.

        ``width`` is that of the panel at rest (units), where it is going to have another one.
        """
        width = self.size[0] if width is None else width
        shape = rounded_rectangle(width - 0.2, self.pitch, 0.04)
        stripe = Shape(shape * self.zoom, fill=color).set_fill(opacity=0.0)
        x = self.corner[0] + width / 2 * self.zoom
        return stripe.move_to((x, self.home(index)[1], 0.0))

    @animated
    def mark(self, numbers: Iterable[int], color: str, *, amount: float | None = None) -> Parts[Shape]:
        """Lay stripes behind some lines and return them; :meth:`clear` takes them away.

        Parameters
        ----------
        numbers
            Of the lines.
        color
            Of the stripes.
        amount
            Their opacity, the theme's ``stripe`` by default: with more, the code may become illegible.
        """
        shown = list(self.rows)
        stripes = Parts(*[self.stripe(shown.index(self.line(number)), color) for number in numbers])
        stripes.set_fill(opacity=self.theme.stripe if amount is None else amount)
        # Over the panel, under the code.
        self.submobjects[1:1] = list(stripes)
        return stripes

    @animated
    def clear(self, stripes: VGroup) -> CodePanel:
        """Take stripes away."""
        self.remove(*stripes)
        return self
