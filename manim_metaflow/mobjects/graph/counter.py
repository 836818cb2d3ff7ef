"""Many tasks as one row: how many there are, and how far they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from manim_metaflow.facts.records.states import ENDED, STATES, WAITING
from manim_metaflow.mobjects.animated import animated
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.mobjects.text.live_label import LiveLabel
from manim_metaflow.theme import current_theme, mix

__all__ = ["TaskCounter"]

PARTS = ("done", "cloned", "caught", "failed", "running")
"""The parts of the bar from left to right; each counts the states that are counted as it."""

BAR_HEIGHT, MARGIN = 0.07, 0.12

TRACK = 0.35
"""How much of the outline's colour the bar's track has: with more, bars stand out too little in light."""

NOTHING = np.zeros((1, 4, 2))


class TaskCounter(Drawing):
    """A row that stands for the tasks that have none of their own: a count, and a bar of their states.

    Parameters
    ----------
    name
        The step.
    count
        How many tasks it stands for.
    width, height
        Units; the width is at least what the text needs.
    font_size
        Of the text.

    Attributes
    ----------
    counts
        How many tasks are in which state now.

    Examples
    --------
    .. manim:: TaskCounterExample
        :save_last_frame:

        class TaskCounterExample(Scene):
            def construct(self):
                counter = TaskCounter("train", 996, width=3)
                self.add(counter.show_counts({"done": 412, "failed": 20, "running": 16}))
    """

    def __init__(
        self,
        name: str,
        count: int,
        *,
        width: float = 0.0,
        height: float = 0.4,
        font_size: float | None = None,
    ) -> None:
        theme = current_theme()
        self.theme, self.count = theme, count
        self.counts: Mapping[str, int] = {}
        size = theme.small_size if font_size is None else font_size
        self.label = LiveLabel(f"{count} more", font_size=size, color=theme.muted)
        # The longest text that it will have to show, so that it need not grow.
        full = TextLabel(f"{count} / {count}", font_size=size)
        self.width_needed = max(self.label.advance, full.advance) + 2 * MARGIN
        wide = max(width, self.width_needed)
        outline = rounded_rectangle(wide, height, height * 0.24)
        self.box = Shape(outline, fill=theme.panel, stroke=theme.edge, stroke_width=theme.thin)
        track = rounded_rectangle(wide - 2 * MARGIN, BAR_HEIGHT, BAR_HEIGHT / 2)
        y = -height / 2 + 0.1
        self.track = Shape(track + np.array([0.0, y]), fill=mix(theme.edge, theme.panel, TRACK))
        self.bars: Parts[Shape] = Parts(*[Shape(NOTHING, fill=theme.state_color(state)) for state in PARTS])
        self.label.left_at(-wide / 2 + MARGIN, 0.06)
        self._height = height
        self._pen = MARGIN - self.label.bearing, self.label.baseline + height / 2
        super().__init__(self.box, self.track, self.bars, self.label, name=name)

    def __snapshot__(self) -> dict[str, Any]:
        counts = {state: count for state, count in sorted(self.counts.items()) if count}
        return {"role": "counter", "name": self.name, "count": self.count, "counts": counts}

    @property
    def node_box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of the box (units)."""
        (left, bottom), (right, top) = self.box.points[:, :2].min(axis=0), self.box.points[:, :2].max(axis=0)
        return float(left), float(bottom), float(right), float(top)

    @property
    def share(self) -> float:
        """How much of the work has ended, 0 to 1."""
        return sum(self.counts.get(state, 0) for state in ENDED) / self.count

    @animated
    def show_counts(self, counts: Mapping[str, int]) -> TaskCounter:
        """Show how many tasks are in which state."""
        if dict(counts) == dict(self.counts):
            return self
        self.counts = dict(counts)
        begun = any(count for state, count in counts.items() if state not in WAITING)
        ended = sum(counts.get(state, 0) for state in ENDED)
        self._write(f"{ended} / {self.count}" if begun else f"{self.count} more")
        left, right = self.track.get_left(), self.track.get_right()
        at = 0.0
        for bar, part in zip(self.bars, PARTS, strict=True):
            states = (state for state, traits in STATES.items() if traits.counted_as == part)
            share = sum(counts.get(state, 0) for state in states) / self.count
            begin, end = (left + (right - left) * edge for edge in (at, at + share))
            at += share
            width = end[0] - begin[0]
            piece = rounded_rectangle(width, self.track.height, width / 2) if width > 0 else NOTHING
            bar.set_curves(piece + ((begin + end) / 2)[:2])
        return self

    def _write(self, text: str) -> None:
        """Place the text by the box alone: it must not hang on which counts were shown before."""
        left, bottom, _, top = self.node_box
        zoom = (top - bottom) / self._height
        self.label.write(text, zoom, left + self._pen[0] * zoom, bottom + self._pen[1] * zoom)
