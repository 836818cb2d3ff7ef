"""How opaque a mobject is at rest, so that a fade can be set from its progress alone."""

from __future__ import annotations

from typing import Any

from manim import VMobject

__all__ = ["Veil"]


class Veil:
    """The opacities of a mobject and of all its parts at one moment.

    Parameters
    ----------
    *mobjects
        What is going to appear or vanish.

    Examples
    --------
    >>> from manim import Square
    >>> square = Square(stroke_opacity=0.5)
    >>> veil = Veil(square)
    >>> veil.show(0.0)
    >>> float(square.get_stroke_opacity())
    0.0
    >>> veil.show(1.0)
    >>> float(square.get_stroke_opacity())
    0.5
    """

    def __init__(self, *mobjects: VMobject) -> None:
        parts: list[Any] = [part for each in mobjects for part in each.family_members_with_points()]
        self._parts = [(part, part.fill_rgbas.copy(), part.stroke_rgbas.copy()) for part in parts]

    def show(self, opacity: float) -> None:
        """Set what is seen of it: 0 is nothing, 1 is as it was."""
        for part, fill, stroke in self._parts:
            part.fill_rgbas, part.stroke_rgbas = fill.copy(), stroke.copy()
            if opacity < 1:
                part.fill_rgbas[:, 3] *= opacity
                part.stroke_rgbas[:, 3] *= opacity
