"""Code in a replay: the lines of the step that runs light up, and the line that raised."""

from __future__ import annotations

from collections.abc import Iterator

from manim_metaflow.animations.code.focus import FOCUS, View, drawn_lines, focus_clips
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.runs.schedule import RunSchedule, ScreenTime
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.flow.source_lines import parsed, step_lines
from manim_metaflow.facts.records import ExceptionRecord
from manim_metaflow.facts.records.states import FAILED
from manim_metaflow.mobjects.code.panel import CodePanel
from manim_metaflow.theme import current_theme

__all__ = ["code_clips", "raised_lines"]

Light = tuple[tuple[int, ...], str]
"""Which lines light up, and in what colour."""


def code_clips(panel: CodePanel, schedule: RunSchedule, screen: ScreenTime) -> Iterator[Clip]:
    """Let a panel show the step that runs.

    The light goes to the step whose attempt began last. Where an attempt raised it goes to the line that
    did, until another one begins; it stays there if that failed the run, else it goes out with the last task.
    """
    lights = list(_lights(panel, schedule))
    seen, drawn = View(panel.top, panel.lit), drawn_lines(panel)
    for index, (moment, (lines, color)) in enumerate(lights):
        start = screen(moment)
        after = View(panel.top_for(lines, seen.top), lines)
        room = screen(lights[index + 1][0]) - start if index + 1 < len(lights) else FOCUS
        yield from focus_clips(
            start, start + min(FOCUS / 2, room), panel, seen, after, color=color, drawn=drawn
        )
        seen = after


def _lights(panel: CodePanel, schedule: RunSchedule) -> Iterator[tuple[float, Light]]:
    tree = parsed(panel.source)
    if tree is None:
        raise UsageError("The panel's source does not parse as Python: no step of it can be followed.")
    theme, steps = current_theme(), step_lines(tree)
    tasks = [task for task in schedule.tasks if task.step in steps and not task.cloned]
    events: list[tuple[float, str, ExceptionRecord | None, bool]] = []
    for task in tasks:
        for attempt in task.attempts:
            if attempt.started is not None:
                events.append((attempt.started, task.step, None, False))
            if attempt.finished is not None and attempt.exception is not None:
                fatal = attempt is task.attempts[-1] and task.state in FAILED
                events.append((attempt.finished, task.step, attempt.exception, fatal))
    last = max((each.finished for task in tasks for each in task.attempts if each.finished), default=None)
    shown: Light = (), ""
    for moment, step, exception, fatal in sorted(events, key=lambda event: event[0]):
        raised = raised_lines(panel, exception) if exception else ()
        light = (raised, theme.failed) if raised else (panel.step(step), theme.running)
        if light != shown:
            shown = light
            yield moment, light
        if raised and fatal:
            # Other tasks of a foreach may begin yet, but this is what the run failed at.
            return
    if shown[0] and last is not None:
        yield last, ((), theme.running)


def raised_lines(panel: CodePanel, exception: ExceptionRecord) -> tuple[int, ...]:
    """Find the line that raised, if it is the panel's: an exception may come from another file."""
    for row in panel.all_rows:
        if row.number == exception.line and not row.part:
            texts = panel.source.splitlines()
            text = texts[row.number - panel.first_line].strip()
            return (row.number,) if text == (exception.code or "").strip() else ()
    return ()
