"""The panel of a place where artifacts are kept."""

from __future__ import annotations

from typing import Any

from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["StoragePanel"]


class StoragePanel(Drawing):
    """A place where artifacts are: a task's memory, a datastore, a metadata service.

    Parameters
    ----------
    title
        Written in its corner.
    width, height
        Units.

    Attributes
    ----------
    panel, title
        The background with its border, and the heading.

    Examples
    --------
    .. manim:: StoragePanelExample
        :save_last_frame:

        class StoragePanelExample(Scene):
            def construct(self):
                self.add(StoragePanel("task memory", width=8, height=2))
    """

    def __init__(self, title: str, *, width: float, height: float) -> None:
        theme = current_theme()
        self.panel = Shape(
            rounded_rectangle(width, height, theme.radius),
            fill=theme.panel,
            stroke=theme.edge,
            stroke_width=1.0,
        )
        self.title = TextLabel(title, font="prose", font_size=theme.small_size + 1, color=theme.muted)
        self.title.left_at(-width / 2 + 0.2, height / 2 - 0.24)
        super().__init__(self.panel, self.title)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "panel", "title": self.title.text}
