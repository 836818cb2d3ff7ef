"""What time it is in a run while it is replayed."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import config

from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.mobjects.animated import animated
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.runs.run_ids import run_id_label
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.text.label import TextLabel, cut_to_width
from manim_metaflow.mobjects.text.live_label import LiveLabel
from manim_metaflow.theme import current_theme, mix
from manim_metaflow.utils.run_ids import short_run_ids
from manim_metaflow.utils.units import readable_time

__all__ = ["EDGE", "RunClock"]

WIDTH, TRACK = 2.5, 0.05
GAP = 0.35
"""Between the time and how long the run takes."""

EDGE = 0.45
"""Distance of a clock in a corner from the edges of the frame, for which it leaves room."""

LONGEST = (59.9, 3599.9, 86399.0)
"""Seconds at which a time is about to be written in a longer way."""

NOTHING = np.zeros((1, 4, 2))


class RunClock(Drawing):
    """The real time of a run, while a replay stretches and shortens it.

    Parameters
    ----------
    record
        The run.
    width
        Units that flow and run id may be wide, before the flow's name is cut; half of the frame by default.

    Attributes
    ----------
    time
        The text that shows the real time since the run began.

    Examples
    --------
    .. manim:: RunClockExample

        class RunClockExample(Scene):
            def construct(self):
                record = record_run("my_flow.py")
                dag = FlowDAG(record.flow, run=record)
                clock = RunClock(record).to_corner(DR)
                self.add(dag, clock)
                self.play(ReplayRun(dag, record, clock=clock))
    """

    def __init__(self, record: RunRecord, *, width: float | None = None) -> None:
        theme = current_theme()
        history = RunHistory(record)
        most = config.frame_width / 2 - 2 * EDGE if width is None else width
        self._begin, self._end = history.begin, history.end
        self._known = not history.timeless
        first = readable_time(0.0) if self._known else "times not recorded"
        self.time = LiveLabel(first, font_size=theme.heading_size).left_at(0, 0)
        whole = f"of {readable_time(self._end - self._begin)}" if self._known else ""
        if record.status == "running":
            whole = f"{whole}, still going" if whole else "still going"
        name = run_id_label(_name(record, most))
        note = TextLabel(whole, font_size=theme.small_size, color=theme.muted)
        width = max(WIDTH, name.width, self._longest() + (GAP + note.width if whole else 0.0))
        rail = rounded_rectangle(width, TRACK, TRACK / 2) + np.array([width / 2, -0.3])
        self.rail = Shape(rail, fill=mix(theme.edge, theme.background, 0.6))
        self.hand = Shape(NOTHING, fill=theme.accent)
        super().__init__(self.time, self.rail, self.hand, name.left_at(0, -0.54))
        if whole:
            self.add(note.right_at(width, -0.02))
        self.center()

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "clock", "time": self.time.text}

    def _longest(self) -> float:
        """Return how wide the time becomes: a run of two hours also shows 59:59.9."""
        if not self._known:
            return float(self.time.width)
        span, size = self._end - self._begin, self.time.font_size
        # Room for the widest time on the way, or the clock would grow while it runs.
        shown = [span, *(moment for moment in LONGEST if moment < span)]
        return max(float(TextLabel(readable_time(each), font_size=size).width) for each in shown)

    @animated
    def show_time(self, moment: float) -> RunClock:
        """Show a moment, seconds since the epoch."""
        if not self._known:
            return self
        # A replay shows the graph for a moment before and after the run.
        inside = min(max(moment, self._begin), self._end)
        self.time.set_text(readable_time(inside - self._begin))
        span = self._end - self._begin
        share = (inside - self._begin) / span if span > 0 else 1.0
        left, right = self.rail.get_left(), self.rail.get_right()
        width, height = float(right[0] - left[0]) * share, float(self.rail.height)
        bar = rounded_rectangle(width, height, height / 2) if width > 0 else NOTHING
        self.hand.set_curves(bar + np.array([left[0] + width / 2, left[1]]))
        return self


def _name(record: RunRecord, width: float) -> str:
    """Write flow and run; of a long flow's name as much as there is room for: the id must stay whole."""
    theme, run_id = current_theme(), f"/{short_run_ids(record.run_id)}"
    room = width - float(run_id_label(run_id).advance)
    name = cut_to_width(record.flow.name, max(room, 0.0), font_size=theme.small_size)
    return cut_to_width(name + run_id, width, font_size=theme.small_size)
