"""How well text stands out as it is drawn, with all that is painted behind it and over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import manim as mn
import numpy as np
import numpy.typing as npt
from manim.utils.color import ManimColor

from manim_metaflow.testing.structure import facts_of
from manim_metaflow.utils.colors import contrast, mix

__all__ = ["text_contrasts"]

_MANIM_TEXTS = (mn.Text, mn.MarkupText, mn.Paragraph)


def text_contrasts(
    drawn: mn.Mobject | Iterable[mn.Mobject], background: str
) -> Iterator[tuple[mn.VMobject, str, float]]:
    """Yield each piece of text that is seen, and the contrast between its letters and what is behind.

    Parameters
    ----------
    drawn
        A mobject, or several in the order in which they are drawn.
    background
        The colour behind everything, ``#RRGGBB``.

    Yields
    ------
    tuple
        The letters, the text they belong to, and the WCAG contrast ratio, 1 to 21.

    Examples
    --------
    >>> [round(ratio) for _, text, ratio in text_contrasts(mn.Text("l", color="#FFFFFF"), "#000000")]
    [21]
    """
    tops = [drawn] if isinstance(drawn, mn.Mobject) else list(drawn)
    layers = [layer for top in tops for layer in _parts(top)]
    if not layers:
        return
    painted = np.array([not text and part.get_fill_opacity() > 0 for part, text in layers])
    # Most shapes are elsewhere: their boxes tell so at once for all of them.
    low = np.array([part.points[:, :2].min(axis=0) for part, _ in layers])
    high = np.array([part.points[:, :2].max(axis=0) for part, _ in layers])
    for index, (part, text) in enumerate(layers):
        if not text or part.get_fill_opacity() <= 0:
            continue
        # What is behind a letter is looked up at its middle: shapes with borders through a letter are
        # another check's matter.
        at = part.get_center()[:2]
        near = np.flatnonzero(painted & (low < at).all(axis=1) & (at < high).all(axis=1))
        covering = [(number, layers[number][0]) for number in near if _covers(layers[number][0], at)]
        under = _blended(background, [layer for number, layer in covering if number < index])
        letters = mix(_hex(part), under, part.get_fill_opacity())
        over = [layer for number, layer in covering if number > index]
        yield part, text, contrast(_blended(letters, over), _blended(under, over))


def _parts(mobject: mn.Mobject, text: str = "") -> Iterator[tuple[mn.VMobject, str]]:
    """Yield what is drawn, in order, with the text it is a part of."""
    facts = facts_of(mobject)
    if facts.get("role") == "text" or isinstance(mobject, _MANIM_TEXTS):
        text = str(facts.get("text") or getattr(mobject, "text", "")) or "text"
    if isinstance(mobject, mn.VMobject) and len(mobject.points):
        yield mobject, text
    for part in mobject.submobjects:
        yield from _parts(part, text)


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
