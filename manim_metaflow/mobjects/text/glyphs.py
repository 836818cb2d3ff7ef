"""Text to outlines: HarfBuzz shapes the fonts of the theme straight from their files.

Shaping here instead of through Pango gives what a label needs and Pango's SVG does not tell: where the
baseline is. It makes the outline the same on every machine, and costs a hundredth: a glyph is drawn
once and shared by every label that shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from manim_metaflow.errors import FontError
from manim_metaflow.utils.foreign import drawn_text

__all__ = ["EM", "FontKey", "Outline", "font_file", "shape_text", "text_width"]

EM = 1 / 72
"""Units an em is wide and high, per Manim font size: Manim's ``Text`` draws 72 points to the unit."""

FontKey = tuple[str, int]
"""Family and weight, ``("Inter", 600)``."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outline:
    """A shaped line of text in ems, its baseline's left end at the origin.

    ``curves`` are cubic Béziers, shape ``(n, 4, 2)``, contour after contour; ``advance`` is the
    line's width with its side bearings; ``missing`` holds characters the font does not have.
    """

    curves: Points
    advance: float
    missing: str = ""


@cache
def font_file(family: str) -> Path:
    """Return the file of a family's variable font.

    Raises
    ------
    FontError
        The font's package is not installed.
    """
    import fontpkg

    try:
        return Path(fontpkg.path(family, 400))
    except fontpkg.FontpkgError as error:
        package = "fontpkg-" + family.lower().replace(" ", "-")
        raise FontError(f"The font {family!r} is not installed. Install the package {package!r}.") from error


@cache
def _font(key: FontKey) -> Any:
    import uharfbuzz as hb

    family, weight = key
    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(font_file(family)))))
    # One optical size for all: a label that is scaled looks like one that was built larger.
    font.set_variations({"wght": float(weight), "opsz": 20.0})
    return font


class _Pen:
    """Collects a glyph's contours as cubic curves; closes what is open, as a fill does."""

    def __init__(self) -> None:
        self.curves: list[Points] = []
        self._start = self._at = np.zeros(2)

    # HarfBuzz calls the methods of a pen by these names.
    def moveTo(self, at: tuple[float, float]) -> None:
        self._start = self._at = np.array(at)

    def lineTo(self, to: tuple[float, float]) -> None:
        end = np.array(to)
        if not np.array_equal(end, self._at):
            self.curves.append(np.linspace(self._at, end, 4))
        self._at = end

    def qCurveTo(self, control: tuple[float, float], to: tuple[float, float]) -> None:
        start, middle, end = self._at, np.array(control), np.array(to)
        # The same curve as a cubic, exactly: TrueType fonts have quadratic ones, and Manim's cairo renderer
        # cubic ones.
        self.curves.append(np.array([start, (start + 2 * middle) / 3, (2 * middle + end) / 3, end]))
        self._at = end

    def curveTo(self, *points: tuple[float, float]) -> None:
        self.curves.append(np.array([self._at, *points]))
        self._at = np.array(points[-1])

    def closePath(self) -> None:
        self.lineTo((self._start[0], self._start[1]))

    endPath = closePath


@cache
def _glyph(key: FontKey, glyph: int) -> Points:
    font = _font(key)
    pen = _Pen()
    font.draw_glyph_with_pen(glyph, pen)
    # Fonts have units of their own, mostly 1000 or 2048 to the em.
    curves: Points = np.array(pen.curves, dtype=float).reshape(-1, 4, 2) / font.face.upem
    return curves


@lru_cache(maxsize=8192)
def shape_text(text: str, key: FontKey, *, ligatures: bool = True) -> Outline:
    """Shape one line of text.

    Parameters
    ----------
    text
        The line, drawn as :func:`.drawn_text` returns it.
    key
        Family and weight.
    ligatures
        Whether letters may join; code is shown letter by letter.

    Returns
    -------
    Outline
        In ems. Equal arguments return the same object, whose arrays must not be written to.

    Examples
    --------
    >>> shape_text("ab", ("JetBrains Mono", 400)).advance
    1.2
    """
    import uharfbuzz as hb

    if not text:
        return Outline(np.zeros((0, 4, 2)), 0.0)
    font = _font(key)
    text = drawn_text(text)
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    # JetBrains Mono would draw "!=" as one sign.
    hb.shape(font, buffer, {} if ligatures else {"liga": False, "calt": False})
    upem = font.face.upem
    x, parts, missing = 0.0, [], []
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        if info.codepoint == 0:
            # Glyph 0 is the font's box for what it does not have.
            missing.append(text[info.cluster])
        offset = np.array([x + position.x_offset, position.y_offset]) / upem
        parts.append(_glyph(key, info.codepoint) + offset)
        x += position.x_advance
    curves = np.concatenate(parts) if parts else np.zeros((0, 4, 2))
    curves.setflags(write=False)
    return Outline(curves, x / upem, "".join(missing))


def text_width(key: FontKey) -> Callable[[str], float]:
    """Return a function that measures one line of text in ems, side bearings included.

    >>> text_width(("JetBrains Mono", 400))("abc").__round__(6)
    1.8
    """
    return lambda text: shape_text(text, key).advance
