"""How well texts and shapes stand out as they are drawn, with all that is painted behind and over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import manim as mn
import numpy as np
import numpy.typing as npt
from manim.utils.color import ManimColor

from manim_metaflow.testing.structure import facts_of
from manim_metaflow.utils.colors import contrast, mix

__all__ = ["SHAPE_CONTRAST", "TEXT_CONTRAST", "shape_contrasts", "text_contrasts"]

TEXT_CONTRAST, SHAPE_CONTRAST = 4.5, 3.0
"""Contrast that text and shapes need: WCAG 2, AA, criteria 1.4.3 and 1.4.11."""

DIMMED = 0.5
"""What shows less than this of its own colour was dimmed on purpose, to lead the eye elsewhere."""

_MANIM_TEXTS = (mn.Text, mn.MarkupText, mn.Paragraph)


def text_contrasts(
    drawn: mn.Mobject | Iterable[mn.Mobject], background: str, *, dimmed: bool = True
) -> Iterator[tuple[mn.VMobject, str, float]]:
    """Yield each piece of text that is seen, and the contrast between its letters and what is behind.

    Parameters
    ----------
    drawn
        A mobject, or several in the order in which they are drawn.
    background
        The colour behind everything, ``#RRGGBB``.
    dimmed
        Whether to yield letters, too, of which less than half shows: they are faint, or under a veil.

    Yields
    ------
    tuple
        The letters, the text they belong to, and the WCAG contrast ratio, 1 to 21.

    Examples
    --------
    >>> [round(ratio) for _, text, ratio in text_contrasts(mn.Text("l", color="#FFFFFF"), "#000000")]
    [21]
    """
    layers = _Layers.of(drawn)
    for index, (part, text) in enumerate(layers.parts):
        if not text or part.get_fill_opacity() <= 0:
            continue
        # What is behind a letter is looked up at its middle: shapes with borders through a letter are
        # another check's matter.
        behind, over = layers.around(index, part.get_center()[:2])
        shown = part.get_fill_opacity() * np.prod([1 - layer.get_fill_opacity() for layer in over])
        if not dimmed and shown < DIMMED:
            continue
        under = _blended(background, behind)
        letters = mix(_hex(part), under, part.get_fill_opacity())
        yield part, text, contrast(_blended(letters, over), _blended(under, over))


def shape_contrasts(
    drawn: mn.Mobject | Iterable[mn.Mobject], background: str
) -> Iterator[tuple[mn.VMobject, str, float]]:
    """Yield each line and each fill that is not text, and its contrast with what is behind it.

    What lies on the same colour is a part of one shape with it. What was dimmed is left out, as are washes
    that tint what they lie on: less than half of their colour shows.

    Parameters
    ----------
    drawn, background
        As for :func:`text_contrasts`.

    Yields
    ------
    tuple
        The shape, the colour of its line or fill, ``#RRGGBB``, and the WCAG contrast ratio, 1 to 21.

    Examples
    --------
    >>> square = mn.Square(color="#FFFFFF")
    >>> [(color, round(ratio)) for _, color, ratio in shape_contrasts(square, "#000000")]
    [('#FFFFFF', 21)]
    """
    layers = _Layers.of(drawn)
    for index, (part, text) in enumerate(layers.parts):
        # Parts that are hidden are shrunk to a point.
        if text or not np.ptp(part.points[:, :2], axis=0).any():
            continue
        under = _blended(background, layers.around(index, part.point_from_proportion(0.5)[:2])[0])
        for color, share in _paints(part):
            if share >= DIMMED and color != under:
                yield part, color, contrast(mix(color, under, share), under)


@dataclass
class _Layers:
    """Everything that is drawn, lowest first."""

    parts: list[tuple[mn.VMobject, str]]
    """What is drawn, and the text it is a part of."""
    painted: npt.NDArray[np.bool_]
    """Which of it hides what is below: shapes that are filled."""
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    @classmethod
    def of(cls, drawn: mn.Mobject | Iterable[mn.Mobject]) -> _Layers:
        tops = [drawn] if isinstance(drawn, mn.Mobject) else list(drawn)
        parts = [part for top in tops for part in _parts(top)]
        boxes = [(part.points[:, :2].min(axis=0), part.points[:, :2].max(axis=0)) for part, _ in parts]
        low, high = (np.array([box[end] for box in boxes]).reshape(-1, 2) for end in (0, 1))
        painted = np.array([not text and part.get_fill_opacity() > 0 for part, text in parts], dtype=bool)
        return cls(parts, painted, low, high)

    def around(self, index: int, at: npt.NDArray[np.float64]) -> tuple[list[mn.VMobject], list[mn.VMobject]]:
        """Return what is painted behind and over one part at a point."""
        # Most shapes are elsewhere: their boxes tell so at once for all of them.
        near = np.flatnonzero(self.painted & (self.low < at).all(axis=1) & (at < self.high).all(axis=1))
        covering = [number for number in near if number != index and _covers(self.parts[number][0], at)]
        behind = [self.parts[number][0] for number in covering if number < index]
        return behind, [self.parts[number][0] for number in covering if number > index]


def _parts(mobject: mn.Mobject, text: str = "") -> Iterator[tuple[mn.VMobject, str]]:
    """Yield what is drawn, in order, with the text it is a part of."""
    facts = facts_of(mobject)
    if facts.get("role") == "text" or isinstance(mobject, _MANIM_TEXTS):
        text = str(facts.get("text") or getattr(mobject, "text", "")) or "text"
    if isinstance(mobject, mn.VMobject) and len(mobject.points):
        yield mobject, text
    for part in mobject.submobjects:
        yield from _parts(part, text)


def _paints(part: mn.VMobject) -> Iterator[tuple[str, float]]:
    """Yield the colours of a shape's fill and line, and how opaque they are."""
    yield _hex(part), float(part.get_fill_opacity())
    if part.get_stroke_width() > 0:
        yield ManimColor(part.get_stroke_color()).to_hex(), float(part.get_stroke_opacity())


def _hex(part: mn.VMobject) -> str:
    return ManimColor(part.get_fill_color()).to_hex()


def _blended(color: str, layers: list[mn.VMobject]) -> str:
    for layer in layers:
        color = mix(_hex(layer), color, layer.get_fill_opacity())
    return color


def _covers(layer: mn.VMobject, at: npt.NDArray[np.float64]) -> bool:
    """Whether one of a shape's contours reaches round a point."""
    # A part that is hidden is a single point: nothing lies within it.
    contours = [np.array(contour)[:, :2] for contour in layer.get_subpaths()]
    return any((path.min(axis=0) < at).all() and (at < path.max(axis=0)).all() for path in contours)
