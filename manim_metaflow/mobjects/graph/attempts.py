"""A task's attempts at the edge of its box: a cross for each that failed, and the mark of how it ended."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from manim_metaflow.mobjects.graph.badges import Badge, badge_mark
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape, circle
from manim_metaflow.theme import Theme

__all__ = ["AttemptRow"]

RADIUS, PITCH = 0.085, 0.2
"""Of a disc, and the distance of two (units): a cross in a smaller one could not be told from a tick."""
NOTHING = np.zeros((1, 4, 2))


class AttemptRow(Drawing):
    """A row of crosses, and behind them a tick or what else the last attempt came to.

    Parameters
    ----------
    theme
        Whose colours it has.

    Examples
    --------
    .. manim:: AttemptRowExample
        :save_last_frame:

        class AttemptRowExample(Scene):
            def construct(self):
                self.add(StepNode("fetch", state="done").show_attempts(2).scale(2))
    """

    def __init__(self, theme: Theme) -> None:
        self._failed = Shape(NOTHING, fill=theme.failed)
        self._crosses = Shape(NOTHING, stroke=theme.background, stroke_width=1.8)
        self._last = Shape(NOTHING, fill=theme.edge)
        self._mark = Shape(NOTHING, stroke=theme.background, stroke_width=1.8)
        super().__init__(self._failed, self._crosses, self._last, self._mark)

    def hide(self, point: npt.NDArray[np.float64]) -> None:
        """Shrink all to a point, where it leaves no ink."""
        for part in self.submobjects:
            part.set_curves(np.tile(point, (1, 4, 1)))

    def draw(
        self, failed: int, badge: Badge, color: str, at: npt.NDArray[np.float64], zoom: float, most: float
    ) -> None:
        """Draw how many attempts failed, and how the last one ended.

        Parameters
        ----------
        failed
            Attempts that another one followed.
        badge, color
            Of the state that the task has come to; without a badge it has come to no end yet.
        at
            The middle of the first disc (units, shape ``(2,)``).
        zoom
            How much the box has been scaled.
        most
            How wide the row may be (units): discs of many attempts move together.
        """
        count = failed + bool(badge)
        pitch = min(PITCH * zoom, most / max(1, count - 1))
        places = [at + np.array([index * pitch, 0.0]) for index in range(count)]
        radius = RADIUS * zoom
        self._failed.set_curves(np.concatenate([circle(radius) + place for place in places[:failed]]))
        cross = badge_mark("cross", radius)
        self._crosses.set_curves(np.concatenate([cross + place for place in places[:failed]]))
        if badge:
            self._last.set_curves(circle(radius) + places[-1]).paint(fill=color)
            self._mark.set_curves(badge_mark(badge, radius) + places[-1])
        else:
            for part in (self._last, self._mark):
                part.set_curves(np.tile(at, (1, 4, 1)))
