"""Text that knows its baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from manim import Text

from manim_metaflow.mobjects.animated import animated
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape
from manim_metaflow.mobjects.text.glyphs import EM, Outline, shape_text, text_width
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.foreign import drawn_text
from manim_metaflow.utils.text import cut, fit_lines, wrap

__all__ = ["TextBlock", "TextLabel", "cut_to_width"]

X_HEIGHT = 0.55
"""Height of a lower-case letter in ems, near enough the same in the theme's fonts."""

LEADING = 1.25
"""Distance of the baselines of a broken line, in ems."""


class TextLabel(Shape):
    """One line of text as one shape, in a font of the theme.

    Parameters
    ----------
    text
        The line.
    font
        ``"mono"`` for code, names and hashes, ``"prose"`` for everything else.
    font_size
        As in Manim's ``Text``; the theme's ``label_size`` by default.
    weight
        100 to 900.
    color
        The theme's text colour by default.
    lines
        The text as it is broken, where it is too long for one line; centred above each other. The
        baseline is then the middle of theirs.

    Notes
    -----
    Characters that the font does not have are drawn with what Pango finds on the machine, the only
    case in which a picture depends on it.

    Examples
    --------
    .. manim:: TextLabelExample
        :save_last_frame:

        class TextLabelExample(Scene):
            def construct(self):
                names = [TextLabel(name).set_baseline(0) for name in ("grid", "train")]
                self.add(VGroup(*names).arrange(RIGHT, aligned_edge=DOWN))
    """

    def __init__(
        self,
        text: str,
        *,
        font: Literal["mono", "prose"] = "mono",
        font_size: float | None = None,
        weight: int = 400,
        color: str | None = None,
        lines: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        theme = current_theme()
        self.text = text
        self.owner = ""
        """Name of the node or edge it belongs to, if any."""
        self._size = theme.label_size if font_size is None else font_size
        family = theme.mono if font == "mono" else theme.prose
        scale = EM * self._size
        outline = _stack([_outline(line, (family, weight), self._size) for line in lines or (text,)])
        curves = outline.curves * scale
        self.advance = outline.advance * scale
        """Width with side bearings at rest, in units."""
        self.bearing = float(curves[..., 0].min()) if len(curves) else 0.0
        """From the pen's position to the first ink at rest, in units."""
        self._rest_height = float(np.ptp(curves[..., 1])) if len(curves) else 0.0
        self._depth = -float(curves[..., 1].min()) if len(curves) else 0.0
        # A mobject of Manim is centred when it is built; the pen's position is kept in bearing and depth.
        super().__init__(_centred(curves), fill=color or theme.text, **kwargs)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "text", "text": self.text, "font_size": round(self.font_size, 3), "owner": self.owner}

    @property
    def zoom(self) -> float:
        """How much it has been scaled since it was built."""
        # Told from its height and not kept: Manim scales points, and asks nobody.
        return float(self.height) / self._rest_height if self._rest_height > 1e-9 else 1.0

    @property
    def font_size(self) -> float:
        """Manim font size as drawn now, after any scaling."""
        return self._size * self.zoom

    @property
    def baseline(self) -> float:
        """Height (y, units) of the line the letters stand on."""
        return float(self.get_bottom()[1]) + self._depth * self.zoom

    @animated
    def show_text_of(self, other: TextLabel) -> TextLabel:
        """Take over the letters of another label, and where they are; the colour stays."""
        for name in ("text", "_size", "advance", "bearing", "_rest_height", "_depth"):
            setattr(self, name, getattr(other, name))
        self.points = other.points.copy()
        return self

    def set_baseline(self, y: float) -> TextLabel:
        """Move up or down until the baseline is at height ``y``."""
        self.shift(np.array([0.0, y - self.baseline, 0.0]))
        return self

    def center_on(self, x: float, y: float) -> TextLabel:
        """Centre on a point so that labels centred at one height share a baseline.

        The middle of a lower-case letter comes to stand on ``y``, whatever reaches below or above.
        """
        self.shift(np.array([x - float(self.get_center()[0]), 0.0, 0.0]))
        return self.set_baseline(y - X_HEIGHT / 2 * EM * self.font_size)

    def left_at(self, x: float, y: float) -> TextLabel:
        """As :meth:`center_on`, but with the left edge at ``x``."""
        self.center_on(x, y)
        self.shift(np.array([x - float(self.get_left()[0]), 0.0, 0.0]))
        return self

    def right_at(self, x: float, y: float) -> TextLabel:
        """As :meth:`center_on`, but with the right edge at ``x``."""
        self.center_on(x, y)
        self.shift(np.array([x - float(self.get_right()[0]), 0.0, 0.0]))
        return self


def _centred(curves: Any) -> Any:
    """Move curves until the middle of what they span is at the origin."""
    if not len(curves):
        return curves
    points = curves.reshape(-1, 2)
    return curves - (points.min(axis=0) + points.max(axis=0)) / 2


def _outline(text: str, key: tuple[str, int], size: float) -> Outline:
    """One line in ems; a character our fonts lack is drawn with what Pango finds."""
    # Code is shown as it is typed, letter by letter.
    outline = shape_text(text, key, ligatures=key[0] == current_theme().prose)
    if not outline.missing:
        return outline
    curves = _pango_curves(text, key[0], size) / (EM * size)
    return Outline(curves, float(np.ptp(curves[..., 0])) if len(curves) else 0.0)


def _stack(outlines: list[Outline]) -> Outline:
    """Centre lines above each other, the middle of their baselines at height 0."""
    if len(outlines) == 1:
        return outlines[0]
    widest = max(outline.advance for outline in outlines)
    middle = (len(outlines) - 1) / 2
    curves = [
        outline.curves + np.array([(widest - outline.advance) / 2, (middle - index) * LEADING])
        for index, outline in enumerate(outlines)
    ]
    return Outline(np.concatenate(curves), widest)


def _pango_curves(text: str, family: str, size: float) -> Any:
    """Cubic curves of a text whose characters our font lacks, its baseline at the bottom."""
    drawn = Text(drawn_text(text), font=family, font_size=size, warn_missing_font=False)
    parts = [glyph.points[: len(glyph.points) // 4 * 4] for glyph in drawn.family_members_with_points()]
    if not parts:
        return np.zeros((0, 4, 2))
    curves = np.concatenate(parts).reshape(-1, 4, 3)[..., :2]
    return curves - curves.reshape(-1, 2).min(axis=0)


class TextBlock(Drawing):
    """Prose wrapped to a width.

    Parameters
    ----------
    text
        Words; line breaks are kept.
    width
        Units a line may be wide.
    font, font_size, weight, color
        As for :class:`TextLabel`.
    leading
        Distance of two baselines, in ems.
    max_lines
        How many lines there may be; what is cut then ends with an ellipsis, and no word is broken.

    Examples
    --------
    .. manim:: TextBlockExample
        :save_last_frame:

        class TextBlockExample(Scene):
            def construct(self):
                self.add(TextBlock("What a task assigned to self is stored when it ends.", width=4))
    """

    def __init__(
        self,
        text: str,
        *,
        width: float,
        font: Literal["mono", "prose"] = "prose",
        font_size: float | None = None,
        weight: int = 400,
        color: str | None = None,
        leading: float = 1.35,
        max_lines: int | None = None,
    ) -> None:
        theme = current_theme()
        size = theme.caption_size if font_size is None else font_size
        measure, room = _measure(font, weight), width / (EM * size)
        if max_lines is not None:
            lines = fit_lines(text, room, measure, max_lines=max_lines) or [""]
        else:
            # A blank line stays one: text without words would have no line at all.
            parts = [wrap(part, room, measure) or [""] for part in text.split("\n")]
            lines = [line for part in parts for line in part]
        labels = [TextLabel(line, font=font, font_size=size, weight=weight, color=color) for line in lines]
        for index, label in enumerate(labels):
            label.left_at(0, -index * leading * EM * size)
        super().__init__(*labels)
        self.center()


def cut_to_width(
    text: str, width: float, *, font: Literal["mono", "prose"] = "mono", font_size: float, weight: int = 400
) -> str:
    """Cut a text with an ellipsis until a :class:`TextLabel` of it is no wider than ``width`` (units).

    >>> cut_to_width("a_name_that_is_too_long", 1.0, font_size=20)
    'a_na…'
    """
    return cut(text, width / (EM * font_size), _measure(font, weight))


def _measure(font: str, weight: int) -> Callable[[str], float]:
    """Return what measures a text in ems."""
    theme = current_theme()
    return text_width((theme.mono if font == "mono" else theme.prose, weight))
