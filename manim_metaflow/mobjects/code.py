"""Source code as a panel: every token in its colour, every line in its place."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from manim import VGroup
from pygments.lexers import PythonLexer
from pygments.token import Token, _TokenType

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.glyphs import EM
from manim_metaflow.mobjects.label import TextLabel
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.mobjects.path import Path, rounded_rectangle
from manim_metaflow.theme import Theme, current_theme

__all__ = ["CodeLine", "CodePanel"]

ADVANCE = 0.6
"""Width of a letter of JetBrains Mono, ems."""

LEADING = 1.55
GUTTER = 0.35
NUMBER_SIZE = 0.85
"""Size of a line's number, in sizes of its code."""


class CodeLine(VGroup):
    """One line of code: its number and its tokens, which know their column.

    Attributes
    ----------
    number
        The number's :class:`.TextLabel`.
    tokens
        A :class:`.TextLabel` a token.
    """

    def __init__(self, number: int, text: str, *, font_size: float) -> None:
        theme = current_theme()
        self.line, self.text = number, text
        self._font_size = font_size
        pitch = ADVANCE * EM * font_size
        self.number = _number(number, font_size)
        self.tokens: Parts[TextLabel] = Parts()
        for column, word, color in _colored(text, theme):
            label = TextLabel(word, font_size=font_size, color=color).set_baseline(-0.2 * EM * font_size)
            bearing = label.bearing
            label.set_x(0).shift(np.array([GUTTER + column * pitch + bearing - label.get_left()[0], 0, 0]))
            self.tokens.add(label)
        super().__init__(self.number, self.tokens)

    @property
    def origin(self) -> np.ndarray:
        """Where the number ends, at half the height of a lower-case letter; shape ``(3,)``."""
        x = float(self.number.get_right()[0])
        return np.array([x, self.number.baseline + 0.2 * EM * self._font_size * self._zoom, 0.0])

    @property
    def _zoom(self) -> float:
        return self.number.font_size / max(NUMBER_SIZE * self._font_size, 14.0)

    def renumber(self, number: int) -> CodeLine:
        """Give the line another number."""
        new = _number(number, self._font_size).scale(self._zoom)
        new.right_at(self.origin[0], 0).set_baseline(self.number.baseline)
        self.line = number
        self.number.become(new)
        self.number.text = new.text
        return self

    def fade_to_opacity(self, opacity: float) -> CodeLine:
        """Set how much of number and tokens is seen."""
        for part in (self.number, *self.tokens):
            part.set_fill(opacity=opacity, family=False)
        return self

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "code-line", "line": self.line, "text": self.text}


class CodePanel(VGroup):
    r"""A window on source code.

    Parameters
    ----------
    source
        The text, or the part of it to show.
    first_line
        Number of its first line.
    title
        Written above the code, a file's name.
    width
        Units; what the longest line needs by default.
    font_size
        Manim font size.

    Attributes
    ----------
    panel, title
        Ground and heading.
    lines
        A :class:`.CodeLine` a line, blank ones included.

    Examples
    --------
    .. manim:: CodePanelExample
        :save_last_frame:

        class CodePanelExample(Scene):
            def construct(self):
                code = "@step\ndef start(self):\n    self.x = [1, 2]\n    self.next(self.end)"
                self.add(CodePanel(code, first_line=6, title="flow.py"))
    """

    def __init__(
        self,
        source: str,
        *,
        first_line: int = 1,
        title: str = "",
        width: float | None = None,
        font_size: float = 18,
    ) -> None:
        theme = current_theme()
        self._font_size = font_size
        self.pitch = LEADING * EM * font_size
        """Distance of two baselines, units."""
        self.source, self.first_line = source, first_line
        texts = source.expandtabs(4).rstrip("\n").split("\n")
        self.lines = Parts(*[self.make_line(first_line + index, text) for index, text in enumerate(texts)])
        longest = max(len(text) for text in texts) * ADVANCE * EM * font_size
        self._width = longest + GUTTER + 1.0 if width is None else width
        self._head = 0.45 if title else 0.12
        height = len(texts) * self.pitch + self._head + 0.25
        ground = rounded_rectangle(self._width, height, theme.radius)
        self.panel = Path(ground, fill=theme.panel, stroke=theme.edge, stroke_width=1.0)
        self._origin = np.array([-self._width / 2 + 0.62, height / 2 - self._head - self.pitch / 2, 0.0])
        self.title = TextLabel(title, font="prose", font_size=theme.small_size, color=theme.muted)
        self.title.left_at(-self._width / 2 + 0.25, height / 2 - 0.27)
        for index, line in enumerate(self.lines):
            line.shift(self.offset(index))
        super().__init__(self.panel, self.title, self.lines)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "code", "first_line": self.first_line, "lines": len(self.lines)}

    def make_line(self, number: int, text: str) -> CodeLine:
        """Build a line at the origin, in the panel's type."""
        return CodeLine(number, text, font_size=self._font_size)

    def offset(self, index: int) -> np.ndarray:
        """Where the ``index``-th line's origin is, from the panel's centre at rest; shape ``(3,)``."""
        place: np.ndarray = self._origin - np.array([0.0, index * self.pitch, 0.0])
        return place

    def line(self, number: int) -> CodeLine:
        """Return a line by its number.

        Raises
        ------
        UsageError
            The line is not in the window.
        """
        for line in self.lines:
            if line.line == number:
                return line
        last = self.first_line + len(self.lines) - 1
        raise UsageError(f"Line {number} is not shown: the panel shows lines {self.first_line} to {last}.")

    @property
    def zoom(self) -> float:
        """How much the panel has been scaled since it was built."""
        return float(self.panel.width) / self._width

    def home(self, index: int) -> np.ndarray:
        """Where the ``index``-th line's origin belongs now; shape ``(3,)``."""
        return self.panel.get_center() + self.offset(index) * self.zoom

    def place(self, line: CodeLine, index: int) -> CodeLine:
        """Scale and move a line to the ``index``-th place."""
        line.scale(self.zoom, about_point=line.origin)
        line.shift(self.home(index) - line.origin)
        return line

    def stripe(self, index: int, color: str) -> Path:
        """Build a stripe behind the ``index``-th place; give it an opacity to see it."""
        shape = rounded_rectangle(self._width - 0.2, self.pitch, 0.04)
        stripe = Path(shape * self.zoom, fill=color).set_fill(opacity=0.0)
        x = self.panel.get_center()[0]
        return stripe.move_to((x, self.home(index)[1], 0.0))

    def stripe_behind(self, line: CodeLine, color: str) -> Path:
        """Build a stripe behind a line."""
        return self.stripe(list(self.lines).index(line), color)

    def mark(self, numbers: Iterable[int], color: str) -> Parts[Path]:
        """Lay stripes behind some lines, by number, and return them; :meth:`clear` takes them away."""
        shown = [line.line for line in self.lines]
        stripes = Parts(*[self.stripe(shown.index(self.line(n).line), color) for n in numbers])
        stripes.set_fill(opacity=current_theme().stripe)
        self.submobjects[1:1] = list(stripes)
        return stripes

    def clear(self, stripes: VGroup) -> CodePanel:
        """Take stripes away."""
        self.remove(*stripes)
        return self


def _number(number: int, font_size: float) -> TextLabel:
    label = TextLabel(
        str(number), font_size=max(NUMBER_SIZE * font_size, 14.0), color=current_theme().comment
    )
    return label.right_at(0, 0).set_baseline(-0.2 * EM * font_size)


@cache
def _lexer() -> PythonLexer:
    return PythonLexer(stripnl=False, ensurenl=False)


def _colored(text: str, theme: Theme) -> list[tuple[int, str, str]]:
    """Column, text and colour of each token of a line that leaves ink."""
    found, column = [], 0
    for kind, word in _lexer().get_tokens(text):
        inked = word.strip()
        if inked:
            found.append((column + word.index(inked[0]), inked, _color(kind, theme)))
        column += len(word)
    return found


def _color(kind: _TokenType, theme: Theme) -> str:
    table: tuple[tuple[Any, str], ...] = (
        (Token.Comment, theme.comment),
        (Token.Keyword, theme.keyword),
        (Token.Name.Decorator, theme.accent),
        (Token.Name.Function, theme.function),
        (Token.Name.Class, theme.function),
        (Token.Name.Builtin, theme.function),
        (Token.Literal.String, theme.string),
        (Token.Literal.Number, theme.number),
        (Token.Operator.Word, theme.keyword),
        (Token.Operator, theme.operator),
        (Token.Punctuation, theme.operator),
    )
    return next((color for parent, color in table if kind in parent), theme.text)
