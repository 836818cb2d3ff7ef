"""A run over time: a lane for each task, with its waiting and its attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import VGroup

from manim_metaflow.facts.records import RunRecord, TaskRecord
from manim_metaflow.facts.records.states import ENDED, WORKING
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.mobjects.animated import animated
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, polyline, rounded_rectangle
from manim_metaflow.mobjects.text.label import TextLabel, cut_to_width
from manim_metaflow.theme import Theme, current_theme, mix
from manim_metaflow.utils.units import readable_time

__all__ = ["RunTimeline", "TaskLane"]

ROW, BAR, LEAST = 0.36, 0.17, 0.05
"""Height of a lane, of a bar, and width of the shortest attempt that can be seen (units)."""

NAMES, NAME_GAP = 0.34, 0.25
"""Share of the width that names may take before they are cut, and their distance from the bars (units)."""

AXIS, TICK_GAP = 0.32, 0.3
"""Height of the times below the lanes, and the least distance of two of them (units)."""

TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 18000, 43200, 86400)
NOTHING = np.zeros((1, 4, 2))


@dataclass(frozen=True)
class Span:
    """A stretch of a task's life: its state, and from when to when; ``None`` is up to now."""

    state: str
    start: float
    end: float | None


def spans_of(history: RunHistory, task: TaskRecord) -> list[Span]:
    """Cut a task's life into waiting and attempts, each attempt with the state it came to."""
    changes = history.changes(task.path)
    if task.cloned:
        return [Span("cloned", changes[0][0], changes[0][0])]
    spans = []
    if changes[0][1] == "queued":
        spans.append(Span("queued", changes[0][0], changes[1][0] if len(changes) > 1 else None))
    begun = None
    for index, (moment, state) in enumerate(changes):
        if state in ENDED:
            spans.append(Span(state, moment if begun is None else begun, moment))
        elif state == "retrying" and begun is not None:
            spans.append(Span("failed", begun, moment))
            begun = None
        elif state in WORKING:
            begun = moment
            if index + 1 == len(changes):
                spans.append(Span("running", moment, None))
    return spans


class TaskLane(Drawing):
    """One task's lane: its name, a thin line while it waits, a bar for each attempt."""

    def __init__(self, name: str, text: str, spans: Sequence[Span], theme: Theme) -> None:
        self.state = "pending"
        """What the task was at the moment that is drawn."""
        self.spans, self.theme = tuple(spans), theme
        self.label = TextLabel(text, font_size=theme.small_size, color=theme.muted)
        self.bars: Parts[Shape] = Parts(*[Shape(NOTHING, fill=theme.edge) for _ in spans])
        super().__init__(self.bars, self.label, name=name)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "lane", "name": self.name, "state": self.state}

    def draw(self, moment: float, left: float, scale: float, begin: float, y: float, zoom: float) -> None:
        """Draw what had happened by a moment; ``scale`` is units a second."""
        for bar, span in zip(self.bars, self.spans, strict=True):
            if span.start > moment:
                # A point, and no empty path: that would change the bar's family when it is transformed.
                bar.set_curves(NOTHING + np.array([left, y]))
                continue
            until = span.end if span.end is not None and span.end <= moment else None
            x0 = left + (span.start - begin) * scale
            x1 = left + ((moment if until is None else until) - begin) * scale
            waits = span.state == "queued"
            thick = (0.03 if waits else BAR) * zoom
            # An attempt of a millisecond happened as well: it must be seen.
            wide = max(x1 - x0, 1e-3 if waits else LEAST * zoom)
            shape = rounded_rectangle(wide, thick, thick * 0.3) + np.array([x0 + wide / 2, y])
            state = span.state if waits or until is not None else "running"
            bar.set_curves(shape).paint(fill=self.theme.state_color(state))


class RunTimeline(Drawing):
    """Lanes of a run's tasks over real time: waiting is a line, each attempt a bar in its state's colour.

    Parameters
    ----------
    record
        The run.
    width
        Units, names included.
    most_tasks
        How many lanes to draw at most; the last of them counts the tasks that have none.
    height
        Units, times included; fewer lanes are drawn where ``most_tasks`` do not fit.

    Attributes
    ----------
    lanes
        A :class:`TaskLane` for each task drawn.

    Examples
    --------
    .. manim:: RunTimelineExample

        class RunTimelineExample(Scene):
            def construct(self):
                record = record_run("my_flow.py")
                self.play(ReplayRun(RunTimeline(record), record))
    """

    def __init__(
        self, record: RunRecord, *, width: float = 10.0, most_tasks: int = 12, height: float | None = None
    ) -> None:
        theme = current_theme()
        if height is not None:
            # Drawn smaller instead, names and times would soon be too small to read.
            most_tasks = max(2, min(most_tasks, int((height - AXIS) / ROW)))
        self.record, self.theme = record, theme
        self.history = RunHistory(record)
        tasks = _in_order(record)
        self.shown = tuple(tasks[:most_tasks] if len(tasks) <= most_tasks else tasks[: most_tasks - 1])
        self.rest = len(tasks) - len(self.shown)
        self.lanes: Parts[TaskLane] = Parts(
            *[
                TaskLane(task.path, _name(task, NAMES * width), spans_of(self.history, task), theme)
                for task in self.shown
            ]
        )
        # A run without times has no span, and scales are divided by it.
        self._span = max(self.history.end - self.history.begin, 1e-3)
        names = max((lane.label.width for lane in self.lanes), default=1.0)
        rows = len(self.lanes) + (1 if self.rest else 0)
        more = TextLabel(f"{self.rest} more tasks", font_size=theme.small_size, color=theme.muted)
        names = (max(names, float(more.width)) if self.rest else names) + NAME_GAP
        self.axis = self._make_axis(names, width, rows)
        super().__init__(self.axis, self.lanes)
        for index, lane in enumerate(self.lanes):
            lane.label.left_at(0.0, -index * ROW)
        if self.rest:
            self.add(more.left_at(0.0, -len(self.lanes) * ROW))
        self.center()
        # Before the run: nothing has happened yet.
        self.show_time(self.history.begin - 1)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "run-timeline", "name": self.record.flow.name}

    def moments(self) -> list[float]:
        """Return the real moments at which something changes in a lane."""
        return [moment for task in self.shown for moment, _ in self.history.changes(task.path)]

    def lane(self, path: str) -> TaskLane | None:
        """Return a task's lane, by ``"step/task_id"``; ``None`` if it has none of its own."""
        return next((lane for lane in self.lanes if lane.name == path), None)

    @animated
    def show_time(self, moment: float) -> RunTimeline:
        """Show what had happened by a moment, seconds since the epoch."""
        (left, bottom), (right, top) = self._corners()
        scale = (right - left) / self._span
        for index, lane in enumerate(self.lanes):
            y = top - (index + 0.5) * (top - bottom) / self._rows
            lane.state = self.history.state_at(lane.name, moment)
            lane.draw(moment, left, scale, self.history.begin, y, (top - bottom) / self._rows / ROW)
        inside = min(max(moment, self.history.begin), self.history.end)
        x = left + (inside - self.history.begin) * scale
        self._now.set_curves(polyline((x, bottom), (x, top)))
        return self

    def _corners(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        points = self._field.points[:, :2]
        # Rounded: a timeline that was moved and moved back draws the same bars.
        return np.round(points.min(axis=0), 6), np.round(points.max(axis=0), 6)

    def _make_axis(self, left: float, right: float, rows: int) -> VGroup:
        theme = self.theme
        top, bottom = ROW / 2, ROW / 2 - rows * ROW
        self._rows = rows
        middle = np.array([(left + right) / 2, (top + bottom) / 2])
        outline = rounded_rectangle(right - left, top - bottom, 0.0) + middle
        self._field = Shape(outline, fill=theme.panel)
        self._now = Shape(polyline((left, bottom), (left, top)), stroke=theme.accent, stroke_width=theme.thin)
        axis = VGroup(self._field)
        if not self.history.timeless:
            scale = (right - left) / self._span
            longest = TextLabel(readable_time(self._span), font_size=theme.minimum_size)
            apart = max(1.1, float(longest.width) + TICK_GAP)
            # Round steps of time, the finest of which labels have room.
            step = next((tick for tick in TICKS if tick * scale >= apart), self._span)
            for index in range(int(self._span / step + 1e-6) + 1):
                x = left + index * step * scale
                line = polyline((x, bottom), (x, top))
                axis.add(Shape(line, stroke=mix(theme.edge, theme.panel, 0.35), stroke_width=1.0))
                text = readable_time(index * step)
                label = TextLabel(text, font_size=theme.minimum_size, color=theme.muted)
                # The last label may reach over the edge, but not far.
                if x + label.width / 2 <= right + 0.3:
                    axis.add(label.center_on(x, bottom - 0.2))
        return axis.add(self._now)


def _in_order(record: RunRecord) -> list[TaskRecord]:
    """By the author's order of steps, within a step by foreach index and iteration."""
    return [task for step in record.flow.steps for task in record.tasks_of(step.name)]


def _name(task: TaskRecord, width: float) -> str:
    text = f"{task.step} {task.label}" if task.foreach or task.iteration or task.control else task.step
    return cut_to_width(text, width, font_size=current_theme().small_size)
