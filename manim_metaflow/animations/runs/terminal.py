"""The terminal in a replay: each line comes with what it tells of."""

from __future__ import annotations

from bisect import bisect_right

from manim import smooth

from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.runs.schedule import RunSchedule, ScreenTime
from manim_metaflow.facts.recording.console import console_moments
from manim_metaflow.mobjects.code.terminal import TerminalPanel

__all__ = ["terminal_clip"]

SCROLL = 0.2
"""Seconds the window takes to scroll to new lines."""


def terminal_clip(terminal: TerminalPanel, schedule: RunSchedule, screen: ScreenTime) -> Clip | None:
    """Let a terminal print what the run printed; ``None`` if nothing of it was recorded.

    Lines that come in one moment come in one frame, and the window scrolls to the last of them.
    """
    shown = {task.path for task in schedule.tasks}
    before = terminal.every_line
    times: list[float] = []
    counts: list[int] = []
    lines = list(before)
    for moment, text in console_moments(schedule.record):
        told = schedule.steps is None or any(f"/{path}" in text for path in shown)
        if told:
            lines += terminal.make_lines([text])
            if times and times[-1] == screen(moment):
                counts[-1] = len(lines)
            else:
                times.append(screen(moment))
                counts.append(len(lines))
    if not times:
        return None
    start, end = times[0], times[-1] + SCROLL

    def show(progress: float) -> None:
        now = end if progress >= 1 else start + progress * (end - start)
        # Now is computed from a share of the length: it may be a rounding error before the time of a line.
        at = max(1, bisect_right(times, now + 1e-9))
        elapsed = max(0.0, now - times[at - 1])
        scrolled = 1.0 if progress >= 1 else smooth(min(1.0, elapsed / SCROLL))
        terminal.show_lines(lines[: counts[at - 1]], scrolled=scrolled)

    # Lines that scroll out are no longer the terminal's.
    return Clip(start, end, show, touches=[terminal, *lines])
