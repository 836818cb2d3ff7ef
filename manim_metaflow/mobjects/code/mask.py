"""What hides lines that scroll out of a panel's window: nothing is seen outside of its frame."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle

__all__ = ["INK", "WindowMask"]

INK = 0.8
"""Height of a line's letters with all that stands out above and below them, in distances of lines."""

INSET = 0.02
"""How far the strips keep from the frame (units): over its border they would be seen."""


class WindowMask(Drawing):
    """Two strips in the colour of a panel's ground, above and below its rows, over lines that pass there.

    Neither Manim nor Cairo clips one mobject by another, so what scrolls out goes behind a strip; what would
    stand out beyond the strip is not drawn.

    Parameters
    ----------
    size
        Width and height of the panel (units).
    head, foot
        How high the strips are (units).
    color
        Of the panel's ground.

    Examples
    --------
    .. manim:: WindowMaskExample
        :save_last_frame:

        class WindowMaskExample(Scene):
            def construct(self):
                terminal = TerminalPanel(rows=3).print_lines(["one", "two", "three", "four"])
                self.add(terminal.show_lines(terminal.every_line, scrolled=0.5))
    """

    def __init__(self, size: tuple[float, float], *, head: float, foot: float, color: str) -> None:
        self._heights = head, foot
        # A ground, as the panel's: in a colour of one's own it takes the same tint.
        super().__init__(*[Shape(np.zeros((0, 4, 2)), fill=color, ground=True) for _ in self._heights])
        self.lay(size, np.zeros(2))

    def lay(
        self, size: tuple[float, float], middle: npt.NDArray[np.float64], zoom: float = 1.0
    ) -> WindowMask:
        """Lay the strips into a panel of a size (units, before ``zoom``) whose middle is at a point."""
        width, height = size
        for strip, high, side in zip(self, self._heights, (1, -1), strict=True):
            high_inside = max(high - INSET, 1e-3)
            at = side * (height / 2 - INSET - high_inside / 2)
            # The corners of the frame are round, and so are those of the strips.
            shape = rounded_rectangle(width - 2 * INSET, high_inside, min(0.1, high_inside / 2))
            strip.set_curves((shape + np.array([0.0, at])) * zoom + middle[:2])
        return self
