"""How a graph is to be drawn: where it runs, how large its text is, how much is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from manim_metaflow.layout.geometry import Direction
from manim_metaflow.mobjects.graph.notes import Detail
from manim_metaflow.theme import current_theme

__all__ = ["GraphStyle"]


@dataclass(frozen=True)
class GraphStyle:
    """What :class:`.FlowDAG` was asked for, under the same names but for ``side``, its ``captions``."""

    direction: Direction
    font_size: float
    side: Literal["below", "above"]
    detail: Detail
    most_tasks: int
    values: bool = False

    @property
    def small(self) -> float:
        """Font size of everything but the steps' names."""
        return max(current_theme().minimum_size, 0.8 * self.font_size)

    @property
    def sheets_go(self) -> Literal["up", "down"]:
        """Where sheets stand out, so that they do not hide the tips of arrows."""
        return "up" if self.direction == "right" else "down"

    @property
    def node_height(self) -> float:
        """Height of a box with one line (units)."""
        return 0.033 * self.font_size

    @property
    def least_width(self) -> float:
        """Width of the narrowest box (units)."""
        return 0.064 * self.font_size
