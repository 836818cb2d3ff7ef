"""Two runs of one flow side by side, as a picture and as a film: a row of words for every step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from manim import DOWN, LEFT, UL, UP, FadeIn, LaggedStart, MovingCameraScene, VGroup, VMobject, config

from manim_metaflow.facts.run.compare import RunComparison
from manim_metaflow.facts.run.comparison_words import (
    COLUMNS,
    Cell,
    comparison_rows,
    comparison_summary,
    comparison_title,
)
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.pipeline import STILL_QUALITY, film_settings, make_film, write_picture
from manim_metaflow.films.progress import ProgressLine
from manim_metaflow.mobjects.still import draw_still
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.mobjects.text.table import TextTable
from manim_metaflow.theme import Theme, current_theme
from manim_metaflow.utils.text import ellipsis

__all__ = ["CompareFilm", "compare_film"]

MARGIN, GAP, PITCH = 0.45, 0.5, 0.55
"""Distance from the edges of the frame, between columns and between rows (units)."""

LENGTHS = (42, 30, 22, 16)
"""Letters of a cell at most; in a film as few as let a row fit the frame at a size that can be read."""

LONGEST = 160
"""Letters of the title and of the summary at most."""

ROW_TIME, SUMMARY_TIME, REST = 0.9, 1.0, 2.5
"""Seconds for a row, for the summary, and for which the whole is shown at the end."""


def compare_film(found: RunComparison, output: Path, options: FilmOptions, progress: ProgressLine) -> None:
    """Film the comparison of two runs step by step, or draw it as a still; the suffix of the file says which.

    Parameters
    ----------
    found
        What :func:`.compare_runs` returned.
    output, options, progress
        As for :func:`.make_film`. A still is as large as the table needs.
    """
    if output.suffix.lower() != ".png":
        make_film(lambda: CompareFilm(found), output, options, progress)
        return
    with film_settings(options, ".png"):
        density = options.size(STILL_QUALITY)[1] / config.frame_height
        picture = draw_still(ComparisonSheet(found), density=density, transparent=options.transparent)
    write_picture(picture, output, options)


class ComparisonSheet(VGroup):
    """A title, a table with a row for every step, and what it comes to.

    Parameters
    ----------
    found
        The comparison.
    longest
        Letters of a cell at most; what is longer ends in an ellipsis.

    Attributes
    ----------
    title, table, summary
        Its parts; the first row of the table has the names of the columns.
    """

    def __init__(self, found: RunComparison, longest: int = LENGTHS[0]) -> None:
        theme = current_theme()
        headings = [TextLabel(name, font="prose", color=theme.muted) for name in COLUMNS]
        rows = [headings, *([_label(cell, theme, longest) for cell in row] for row in comparison_rows(found))]
        widths = [max(float(cell.width) for cell in column) for column in zip(*rows, strict=True)]
        edges = [sum(widths[:index]) + GAP * index for index in range(len(widths))]
        self.table = TextTable(rows, columns=edges, pitch=PITCH)
        size = theme.heading_size
        # Cut as the cells are: names of flows and ids of runs come from a record, and have any length.
        title, summary = (
            ellipsis(text, LONGEST) for text in (comparison_title(found), comparison_summary(found))
        )
        self.title = TextLabel(title, font="prose", weight=600, font_size=size)
        self.summary = TextLabel(summary, font="prose")
        super().__init__(self.title, self.table, self.summary)
        self.arrange(DOWN, buff=PITCH, aligned_edge=LEFT)
        self.center()


class CompareFilm(MovingCameraScene):
    """The steps of two runs are compared one after the other.

    Parameters
    ----------
    found
        The comparison.
    """

    def __init__(self, found: RunComparison) -> None:
        super().__init__()
        theme, room = current_theme(), config.frame_width - 2 * MARGIN
        # The longest cells first: the first that can be read at the size at which a row fits the frame.
        for longest in LENGTHS:
            self.sheet = ComparisonSheet(found, longest)
            scale = min(1.0, room / float(self.sheet.width))
            if theme.label_size * scale >= theme.minimum_size:
                break
        self.sheet.scale(scale).to_corner(UL, buff=MARGIN)
        self.length = ROW_TIME * len(self.sheet.table) + SUMMARY_TIME + REST

    def construct(self) -> None:
        """Show the title and the rows; the camera goes down with a table that is taller than the frame."""
        sheet = self.sheet
        first, *rows = sheet.table
        self.play(FadeIn(sheet.title), FadeIn(first), run_time=ROW_TIME)
        for row in rows:
            cells = LaggedStart(*[FadeIn(cell, shift=0.1 * UP) for cell in row], lag_ratio=0.2)
            self.play(cells, *self._down_to(row), run_time=ROW_TIME)
        self.play(FadeIn(sheet.summary), *self._down_to(sheet.summary), run_time=SUMMARY_TIME)
        self.wait(REST)

    def _down_to(self, shown: VMobject) -> list[Any]:
        """Move the camera's lower edge below what is shown next, if that is outside."""
        frame = self.camera.frame  # type: ignore[union-attr]
        below = float(frame.get_bottom()[1]) - (float(shown.get_bottom()[1]) - MARGIN)
        return [frame.animate.shift(below * DOWN)] if below > 0 else []


def _label(cell: Cell, theme: Theme, longest: int) -> TextLabel:
    colors = {"same": theme.right, "changed": theme.changed, "unknown": theme.muted, "": theme.text}
    return TextLabel(ellipsis(cell.text, longest), color=colors[cell.verdict])
