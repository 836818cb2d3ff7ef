"""The cells of a notebook move into the steps of a flow."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from manim import VGroup

from manim_metaflow.animations.code.evolve_clips import change_line, fade_in_line
from manim_metaflow.animations.code.match import match_cells
from manim_metaflow.animations.motion.clips import call, leave
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.flow.source_lines import parsed, step_lines
from manim_metaflow.mobjects.code.notebook import CellBox, NotebookPanel
from manim_metaflow.mobjects.code.panel import CodeLine, CodePanel

__all__ = ["CellsToSteps"]

COME, MOVE, EACH = 0.7, 1.3, 1.5
"""Seconds a line takes to appear, a cell's lines to move, and from one cell to the next."""

LEFT_OVER = 0.25
"""How much is left of a cell's frame when its lines have gone."""


class CellsToSteps(Timeline):
    r"""Move the lines of each cell into the step that holds them.

    Which step that is, is found by the lines: those of a cell and of a step's body are the same but for
    their indentation and for ``self.``. The step's other lines appear as the cell arrives; a cell whose
    lines are outside of every step, its imports, goes there. What is left of a cell fades.

    Parameters
    ----------
    notebook
        The notebook.
    panel
        The code of the flow. Its lines come in the course of the play.

    Attributes
    ----------
    homes
        Where each cell goes, by its number: the name of a step, or ``""`` for outside of all steps. A
        cell none of whose lines the flow has is not among them.

    Raises
    ------
    UsageError
        The letters of the two differ in size, or the panel's source does not parse.

    Examples
    --------
    .. manim:: CellsToStepsExample

        class CellsToStepsExample(Scene):
            def construct(self):
                notebook = NotebookPanel("my_notebook.ipynb").to_edge(LEFT, buff=0.6)
                source = (
                    "@step\ndef start(self):\n"
                    "    days = [(4, 302), (15, 183), (22, 127)]\n"
                    "    self.temps, self.cups = zip(*days)\n    self.next(self.end)\n\n"
                    "@step\ndef end(self):\n    print(sum(self.cups) / len(self.cups))"
                )
                flow = CodePanel(source, font_size=15).to_edge(RIGHT)
                self.add(notebook)
                self.play(CellsToSteps(notebook, flow))
    """

    def __init__(
        self, notebook: NotebookPanel, panel: CodePanel, *, run_time: float | None = None, **kwargs: Any
    ) -> None:
        _check(notebook, panel)
        self.notebook, self.panel = notebook, panel
        tree = parsed(panel.source)
        steps = step_lines(tree) if tree is not None else {}
        first = panel.first_line
        regions = {
            name: [i for i, row in enumerate(panel.all_rows) if a <= row.number - first + 1 <= b]
            for name, (a, b) in steps.items()
        }
        inside = {index for rows in regions.values() for index in rows}
        regions = {"": [i for i in range(len(panel.all_rows)) if i not in inside], **regions}
        source = panel.source.splitlines()
        texts = ["" if row.part else source[row.number - first] for row in panel.all_rows]
        self._matches = match_cells([box.cell.source.splitlines() for box in notebook.cells], texts, regions)
        self.homes = {
            notebook.cells[index].cell.number: home
            for index, (home, pairs) in enumerate(self._matches)
            if pairs
        }
        self._lines = dict(enumerate(panel.rows, panel.top))
        self._overlay = VGroup()
        clips: list[Clip] = [call(0.0, lambda: self._fill([]), panel), *self._clips(regions)]
        end = max(clip.end for clip in clips)
        clips.append(call(end, lambda: self._fill(list(self._lines.values())), panel))
        super().__init__([notebook, panel], clips, overlay=self._overlay, run_time=run_time, **kwargs)

    def _clips(self, regions: dict[str, list[int]]) -> Iterator[Clip]:
        arrives = {row for _, pairs in self._matches for row in pairs}
        written: set[str] = set()
        yield from self._coming([i for i in regions[""] if i not in arrives], 0.0)
        at = COME
        for box, (home, pairs) in zip(self.notebook.cells, self._matches, strict=True):
            if not pairs:
                continue
            if home and home not in written:
                yield from self._coming([i for i in regions[home] if i not in arrives], at)
            written.add(home)
            for row, index in pairs.items():
                if row in self._lines:
                    times = (at, at + 0.3, at + MOVE, at + MOVE + 0.4)
                    yield change_line(
                        times, self.panel, box.lines[index], self._lines[row], None, self._overlay
                    )
            yield leave(at, at + MOVE, _without(box, pairs.values()), left=LEFT_OVER)
            at += EACH
        for name, rows in regions.items():
            if name and name not in written:
                yield from self._coming([i for i in rows if i not in arrives], at)

    def _coming(self, rows: list[int], at: float) -> Iterator[Clip]:
        for row in rows:
            if row in self._lines:
                yield fade_in_line(at, at + COME, self.panel, self._lines[row], None)

    def _fill(self, lines: list[CodeLine]) -> None:
        """Let the panel have these lines, each where it belongs."""
        for place, line in enumerate(lines):
            line.place(self.panel.home(place), self.panel.zoom).fade_to_opacity(1.0)
        self.panel.rows.submobjects = list(lines)


def _without(box: CellBox, moved: Collection[int]) -> VGroup:
    """Return what is left of a cell whose lines have moved: frame, prompt, output and other lines."""
    rest = [line.inks for index, line in enumerate(box.lines) if index not in moved]
    return VGroup(box.frame, box.prompt, box.output, *rest)


def _check(notebook: NotebookPanel, panel: CodePanel) -> None:
    one = next(line for box in notebook.cells for line in box.lines)
    other = next(iter(panel.rows))
    sizes = one.font_size * one.zoom, other.font_size * other.zoom
    if abs(sizes[0] - sizes[1]) > 1e-3:
        raise UsageError(
            f"The notebook's letters have size {sizes[0]:.3g}, the panel's {sizes[1]:.3g}: "
            "give both the same, so that words can move from one into the other."
        )
    if parsed(panel.source) is None:
        raise UsageError("The panel's source does not parse as Python: it has no steps for cells to go to.")
