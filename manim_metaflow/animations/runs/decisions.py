"""Choices in a replay: what a switch went by takes the place of the name of what it looks at."""

from __future__ import annotations

from collections.abc import Iterator

from manim import linear

from manim_metaflow.animations.motion.clips import enter, leave
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.runs.schedule import GraphSchedule, ScreenTime
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.run.history import Decision
from manim_metaflow.mobjects.graph.notes import one_line
from manim_metaflow.mobjects.text.label import TextLabel

__all__ = ["decision_clips", "decision_text"]

LONGEST = 34
"""Letters of what a switch went by."""

LENGTH = 0.35
"""Seconds one text takes to give way to the next."""


def decision_text(record: RunRecord, decision: Decision) -> str:
    """Write what a switch went by."""
    return one_line(f"self.{record.flow[decision.step].condition} = {', '.join(decision.values)}", LONGEST)


def decision_clips(schedule: GraphSchedule, screen: ScreenTime) -> Iterator[Clip]:
    """Let the caption of each switch change to what it went by, each time that it decides."""
    shown: dict[str, TextLabel] = {}
    for decision in schedule.history.decisions():
        notes = schedule.dag.notes.get(decision.step)
        if notes is None or not notes.captions or (schedule.steps and decision.step not in schedule.steps):
            continue
        before = shown.get(decision.step, notes.captions[0])
        text = decision_text(schedule.record, decision)
        if text != before.text:
            after = shown[decision.step] = TextLabel(text, font_size=before.font_size)
            after.paint(fill=schedule.dag.theme.text)
            after.move_to(before.get_center()).set_baseline(before.baseline)
            after.owner = before.owner
            start = screen(decision.moment)
            middle = start + LENGTH / 2
            yield leave(start, middle, before, home=notes, pace=linear)
            yield enter(middle, start + LENGTH, after, home=notes, pace=linear)
