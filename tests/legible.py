"""Measures contrast of text as it is drawn: with all that is painted behind it and over it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from manim import Mobject, VMobject

from manim_metaflow.mobjects.code.line import Ink
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import contrast, mix

__all__ = ["text_contrasts"]


def text_contrasts(drawn: Mobject, background: str) -> Iterator[tuple[VMobject, float]]:
    """Yield each text that is seen in a mobject, and the contrast between its letters and what is behind."""
    family = drawn.family_members_with_points()
    for index, part in enumerate(family):
        if isinstance(part, TextLabel | Ink) and part.get_fill_opacity() > 0:
            under = _blended(background, family[:index], part)
            letters = mix(part.get_fill_color().to_hex(), under, part.get_fill_opacity())
            over = family[index + 1 :]
            yield part, contrast(_blended(letters, over, part), _blended(under, over, part))


def _blended(color: str, layers: list[VMobject], text: VMobject) -> str:
    for layer in layers:
        if not isinstance(layer, TextLabel | Ink) and layer.get_fill_opacity() > 0 and _covers(layer, text):
            color = mix(layer.get_fill_color().to_hex(), color, layer.get_fill_opacity())
    return color


def _covers(layer: VMobject, text: VMobject) -> bool:
    """Whether one of a shape's contours reaches round the middle of a text."""
    at = text.get_center()[:2]
    # A part that is hidden is a single point: nothing lies within it.
    contours = [np.array(contour)[:, :2] for contour in layer.get_subpaths()]
    return any((path.min(axis=0) < at).all() and (at < path.max(axis=0)).all() for path in contours)
