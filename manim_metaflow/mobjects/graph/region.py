"""The frame round the steps that a foreach repeats."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from manim_metaflow.facts.records import StepInfo
from manim_metaflow.layout.geometry import Rect
from manim_metaflow.mobjects.animated import animated
from manim_metaflow.mobjects.graph.notes import one_line
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape, dashes, rounded_rectangle
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.units import counted

__all__ = ["ForeachRegion", "region_text"]

LETTERS = 30
"""Of the expression that a foreach iterates over, so that its caption stays shorter than its frame."""

RADIUS = 0.16
"""Of the frame's corners at rest, units."""


class ForeachRegion(Drawing):
    """A dashed frame with the item's name, and the number of tasks where there is a run.

    It stands round the rectangle it is given, as Manim's ``SurroundingRectangle`` round a mobject.

    Parameters
    ----------
    step
        The step that fans out.
    rect
        The frame, units.
    count
        Tasks of the run, 0 when there is no run.
    side
        On which side the caption is.
    caption_at
        Its middle (units), where it is not simply the middle of that side.
    font_size
        Of the caption.

    Attributes
    ----------
    frame, caption
        The dashed outline and the text below or above it.

    Examples
    --------
    .. manim:: ForeachRegionExample
        :save_last_frame:

        class ForeachRegionExample(Scene):
            def construct(self):
                from manim_metaflow.layout import Rect

                step = StepInfo("start", "foreach", foreach_param="stores")
                self.add(ForeachRegion(step, Rect(-2, -1, 2, 1), count=4))
    """

    def __init__(
        self,
        step: StepInfo,
        rect: Rect,
        *,
        count: int = 0,
        side: Literal["below", "above"] = "below",
        caption_at: tuple[float, float] | None = None,
        font_size: float | None = None,
    ) -> None:
        theme = current_theme()
        self.frame = Shape(frame_curves(rect), stroke=theme.edge, stroke_width=theme.thin)
        y = rect.bottom - 0.21 if side == "below" else rect.top + 0.21
        text = region_text(step, count)
        size = theme.small_size if font_size is None else font_size
        at = (rect.center[0], y) if caption_at is None else caption_at
        self.caption = TextLabel(text, font_size=size, color=theme.accent).center_on(*at)
        super().__init__(self.frame, self.caption, name=step.name)

    @animated
    def set_frame(self, rect: Rect) -> None:
        """Draw the outline elsewhere; the caption stays."""
        # The caption is never drawn anew: it tells how much the region was scaled.
        self.frame.set_curves(frame_curves(rect, self.caption.zoom))

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "region", "name": self.name, "text": self.caption.text}


def frame_curves(rect: Rect, zoom: float = 1.0) -> npt.NDArray[np.float64]:
    """Return the dashes of a frame that was scaled by ``zoom``, cubic Béziers of shape ``(n, 4, 2)``."""
    outline = rounded_rectangle(rect.width, rect.height, RADIUS * zoom)
    return np.asarray(dashes(outline, zoom=zoom) + np.array(rect.center))


def region_text(step: StepInfo, count: int) -> str:
    """Name what is repeated and, if known, how often.

    >>> region_text(StepInfo("start", "foreach", foreach_param="stores"), 4)
    'foreach stores · 4 tasks'
    """
    if step.parallel:
        # A run knows how many there were; before it, the source may say only how that is computed.
        many = step.num_parallel or count or one_line(step.parallel_expression, LETTERS)
        return f"num_parallel={many or '?'}"
    tasks = f" · {counted(count, 'task')}" if count else ""
    return f"foreach {one_line(step.foreach_param or '', LETTERS)}{tasks}"
