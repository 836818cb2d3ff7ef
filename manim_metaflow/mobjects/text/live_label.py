"""Text that changes while a film plays: a clock, a count."""

from __future__ import annotations

from typing import Any

import numpy as np

from manim_metaflow.mobjects.animated import animated
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme, use_theme

__all__ = ["LiveLabel"]

GRID, FINE = 6, 10
"""Decimals that places, and points, are rounded to: a text set a thousand times must end where one set once
does. Points are finer, so that the place read off them is always the one they were put at."""


class LiveLabel(TextLabel):
    """A :class:`.TextLabel` whose text can be replaced where it stands.

    Parameters
    ----------
    text
        The first text.
    **options
        As for :class:`.TextLabel`.

    Examples
    --------
    >>> label = LiveLabel("1 of 9").scale(2)
    >>> left = label.get_left()[0]
    >>> label.set_text("10 of 90").text
    '10 of 90'
    """

    def __init__(self, text: str, **options: Any) -> None:
        self._options, self._theme = options, current_theme()
        super().__init__(text, **options)

    @animated
    def set_text(self, text: str) -> LiveLabel:
        """Write something else: the pen starts where it did, on the same baseline, at the same size."""
        if text == self.text:
            return self
        scale = round(self.zoom, GRID)
        pen = round(float(self.get_left()[0]) - self.bearing * scale, GRID)
        return self.write(text, scale, pen, round(self.baseline, GRID))

    @animated
    def write(self, text: str, scale: float, pen: float, baseline: float) -> LiveLabel:
        """Write a text at a scale, its pen starting at a point (units), whatever was written before."""
        with use_theme(self._theme):
            new = TextLabel(text, **self._options)
        self.show_text_of(new)
        points = new.points * scale
        points[:, 0] += pen + new.bearing * scale - (points[:, 0].min() if len(points) else 0.0)
        points[:, 1] += baseline - new.baseline * scale
        self.points = np.round(points, FINE)
        return self
