"""Runs side by side in numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from manim import LEFT, VGroup

from manim_metaflow.facts.records import RunRecord
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["RunTally"]


class RunTally(Drawing):
    """Runs side by side in numbers: tasks executed and cloned, seconds spent, artifacts new to the store.

    Parameters
    ----------
    runs
        Title to run, in the order of the columns.

    Attributes
    ----------
    heads, rows
        The titles, and a group a row.

    Examples
    --------
    .. manim:: RunTallyExample
        :save_last_frame:

        class RunTallyExample(Scene):
            def construct(self):
                first = record_run("my_flow.py")
                self.add(RunTally({"run": first, "resume": record_resume(first, "my_flow.py", step="join")}))
    """

    def __init__(self, runs: Mapping[str, RunRecord]) -> None:
        theme = current_theme()
        facts: list[tuple[str, Callable[[RunRecord], float], str, str]] = [
            ("tasks executed", lambda run: len(run.executed), "{:.0f}", theme.done),
            ("tasks cloned", lambda run: len(run.cloned), "{:.0f}", theme.cloned),
            ("seconds in tasks", lambda run: run.seconds, "{:.1f}", theme.running),
            ("new artifacts stored", lambda run: len(run.new_blobs or ()), "{:.0f}", theme.accent),
        ]
        columns = [3.4 + 3.1 * index for index in range(len(runs))]
        self.heads = VGroup(
            *[
                TextLabel(title, font="prose", weight=600, font_size=theme.heading_size).left_at(x, 0)
                for title, x in zip(runs, columns, strict=True)
            ]
        )
        self.rows = VGroup()
        for index, (name, count, form, color) in enumerate(facts):
            y = -1.0 - 1.0 * index
            row = VGroup(
                TextLabel(name, font="prose", font_size=theme.label_size + 2, color=theme.muted).left_at(0, y)
            )
            # A number that is 0 in every run has no bar, and nothing is divided by 0.
            most = max(count(run) for run in runs.values()) or 1
            for run, x in zip(runs.values(), columns, strict=True):
                value = count(run)
                row.add(TextLabel(form.format(value), font_size=theme.heading_size).left_at(x, y))
                if value:
                    bar = Shape(rounded_rectangle(2.3 * value / most, 0.09, 0.04), fill=color)
                    row.add(bar.move_to((x, y - 0.36, 0.0), aligned_edge=LEFT))
            self.rows.add(row)
        super().__init__(self.heads, self.rows)
        self.center()

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "tally"}
