"""Choices in a replay: what a switch went by takes the place of the name of what it looks at."""

from __future__ import annotations

from collections.abc import Iterator

from manim import linear

from manim_metaflow.animations.motion.clips import enter, leave
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.runs.schedule import GraphSchedule, ScreenTime
from manim_metaflow.mobjects.graph.notes import decided_text
from manim_metaflow.mobjects.text.label import TextLabel

__all__ = ["decision_clips"]

LENGTH = 0.35
"""Seconds one text takes to give way to the next."""


def decision_clips(schedule: GraphSchedule, screen: ScreenTime) -> Iterator[Clip]:
    """Let the caption of each switch change to what it went by, each time that it decides."""
    shown: dict[str, TextLabel] = {}
    for decision in schedule.history.decisions():
        notes = schedule.dag.notes.get(decision.step)
        if notes is None or not notes.captions or (schedule.steps and decision.step not in schedule.steps):
            continue
        before = shown.get(decision.step, notes.captions[0])
        text = decided_text(schedule.record.flow[decision.step], decision.values)
        if text != before.text:
            after = shown[decision.step] = notes.decided(text, schedule.dag.theme.text)
            start = screen(decision.moment)
            middle = start + LENGTH / 2
            yield leave(start, middle, before, home=notes, pace=linear)
            yield enter(middle, start + LENGTH, after, home=notes, pace=linear)
