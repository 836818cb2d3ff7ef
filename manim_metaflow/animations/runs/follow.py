"""Code that goes along with a run: the lines of the step that runs light up, and the line that raised."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from manim_metaflow.animations.code.focus import FOCUS, Seen, drawn_lines, focus_clips
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.flow.source_lines import parsed, step_lines
from manim_metaflow.facts.records import ExceptionRecord, RunRecord
from manim_metaflow.mobjects.code.panel import CodePanel
from manim_metaflow.theme import current_theme

__all__ = ["follow_clips", "raised_lines"]

Moment = tuple[float, tuple[int, ...], str]
"""When lines light up (seconds on screen), which, and in what colour."""


def follow_clips(
    panel: CodePanel,
    record: RunRecord,
    screen_time: Callable[[float], float],
    steps: Collection[str] | None = None,
) -> Iterator[Clip]:
    """Build what lights, in a panel, the step that runs, as :class:`.ReplayRun` shows a run.

    The light goes to the step whose task began last. Where a task raised it goes to the line that did,
    and stays there; else it goes out with the last task.
    """
    moments = list(_moments(panel, record, screen_time, steps))
    seen, drawn = Seen(panel.top, panel.lit), drawn_lines(panel)
    for index, (start, lines, color) in enumerate(moments):
        after = Seen(panel.top_for(lines, seen.top), lines)
        room = moments[index + 1][0] - start if index + 1 < len(moments) else FOCUS
        yield from focus_clips(
            start, start + min(FOCUS / 2, room), panel, seen, after, color=color, drawn=drawn
        )
        seen = after


def _moments(
    panel: CodePanel,
    record: RunRecord,
    screen_time: Callable[[float], float],
    steps: Collection[str] | None,
) -> Iterator[Moment]:
    tree = parsed(panel.source)
    if tree is None:
        raise UsageError("The panel's source does not parse as Python: no step of it can be followed.")
    theme = current_theme()
    named = step_lines(tree)
    tasks = [
        task
        for task in record.tasks
        if task.step in named and not task.cloned and (steps is None or task.step in steps)
    ]
    events: list[tuple[float, str, ExceptionRecord | None]] = []
    for task in tasks:
        if task.started is not None:
            events.append((task.started, task.step, None))
        if task.exception is not None and task.finished is not None:
            events.append((task.finished, task.step, task.exception))
    shown: tuple[tuple[int, ...], str] = (), ""
    raised = False
    for moment, step, exception in sorted(events, key=lambda event: event[0]):
        lines = raised_lines(panel, exception) if exception else ()
        lit = (lines, theme.failed) if lines else (panel.step(step), theme.running)
        if raised or lit == shown:
            continue
        raised, shown = bool(lines), lit
        yield (screen_time(moment), *lit)
    ends = [task.finished for task in tasks if task.finished is not None]
    if shown[0] and not raised and ends:
        yield screen_time(max(ends)), (), theme.running


def raised_lines(panel: CodePanel, exception: ExceptionRecord) -> tuple[int, ...]:
    """Find the line that raised, if it is the panel's: an exception may come from another file."""
    for row in panel.all_rows:
        if row.number == exception.line and not row.part:
            texts = panel.source.splitlines()
            text = texts[row.number - panel.first_line].strip()
            return (row.number,) if text == (exception.code or "").strip() else ()
    return ()
