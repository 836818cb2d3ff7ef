"""A notebook: its code cells one under the other, with what they printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from manim_metaflow.facts.flow.notebook import NotebookCell, NotebookRecord, load_notebook
from manim_metaflow.mobjects.code.line import ADVANCE, GUTTER, CodeLine
from manim_metaflow.mobjects.code.rows import code_rows, columns_of
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.text.glyphs import EM
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["CellBox", "NotebookPanel"]

LEADING, PAD, GAP, PROMPT = 1.55, 0.16, 0.14, 0.62
"""Distance of two baselines, ems; inside a cell, between two cells, and left of them, units."""


class CellBox(Drawing):
    """A code cell.

    Attributes
    ----------
    frame
        Its frame.
    prompt
        The kernel's count before it, as Jupyter writes it.
    lines
        A :class:`.CodeLine` for each line, without its number.
    output
        What it printed.
    """

    def __init__(self, cell: NotebookCell, *, width: float, font_size: float, output: bool) -> None:
        theme = current_theme()
        self.cell = cell
        room = int((width - 2 * PAD) / (ADVANCE * EM * font_size))
        rows = code_rows(cell.source, columns=room)
        printed = [row.text for row in code_rows("\n".join(cell.output), columns=room, language="text")]
        printed = printed if output and cell.output else []
        pitch = LEADING * EM * font_size
        inner = pitch * len(rows)
        below = pitch * len(printed) + 0.1 if printed else 0.0
        self.height_at_rest = inner + 2 * PAD + below
        top, left = self.height_at_rest / 2, -width / 2
        shape = rounded_rectangle(width, inner + 2 * PAD, theme.radius * 0.6)
        self.frame = Shape(shape, fill=theme.panel, stroke=theme.edge, stroke_width=1.0)
        self.frame.shift((0, top - inner / 2 - PAD, 0))
        count = " " if cell.count is None else str(cell.count)
        self.prompt = TextLabel(f"[{count}]:", font_size=max(font_size - 1, 14), color=theme.comment)
        self.lines: Parts[CodeLine] = Parts()
        for index, row in enumerate(rows):
            line = CodeLine(row, font_size=font_size)
            line.place((left + PAD - GUTTER, top - PAD - (index + 0.5) * pitch, 0.0))
            # Cells of a notebook have no line numbers.
            line.number.set_fill(opacity=0.0)
            self.lines.add(line)
        self.prompt.right_at(left - 0.1, top - PAD - 0.5 * pitch)
        self.output: Parts[TextLabel] = Parts()
        for index, text in enumerate(printed):
            label = TextLabel(text, font_size=max(font_size - 1, 14), color=theme.muted)
            y = top - inner - 2 * PAD - 0.1 - (index + 0.5) * pitch
            self.output.add(label.left_at(left + PAD, y))
        super().__init__(self.frame, self.prompt, self.lines, self.output)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "cell", "number": self.cell.number, "count": self.cell.count}


class NotebookPanel(Drawing):
    """A notebook's code cells, as they were saved.

    Parameters
    ----------
    notebook
        An ``.ipynb`` file, or what :func:`.load_notebook` returned.
    width
        Of a cell, units; what the longest line needs by default. Longer lines end with an ellipsis.
    font_size
        Manim font size.
    title
        Above the cells; the file's name by default.
    output
        Whether to show what the cells printed.

    Attributes
    ----------
    title
        The heading.
    cells
        A :class:`.CellBox` for each code cell.

    Raises
    ------
    UsageError
        It is not a notebook, or has no code cell.

    Examples
    --------
    .. manim:: NotebookPanelExample
        :save_last_frame:

        class NotebookPanelExample(Scene):
            def construct(self):
                self.add(NotebookPanel("my_notebook.ipynb"))
    """

    def __init__(
        self,
        notebook: str | Path | NotebookRecord,
        *,
        width: float | None = None,
        font_size: float = 15,
        title: str | None = None,
        output: bool = True,
    ) -> None:
        theme = current_theme()
        record = notebook if isinstance(notebook, NotebookRecord) else load_notebook(notebook)
        self.notebook = record
        texts = [line for cell in record.cells for line in (*cell.source.splitlines(), *cell.output)]
        longest = max(columns_of(text.expandtabs(4)) for text in texts) * ADVANCE * EM * font_size
        wide = longest + 2 * PAD + 0.1 if width is None else width
        self.cells: Parts[CellBox] = Parts()
        y = 0.0
        for cell in record.cells:
            box = CellBox(cell, width=wide, font_size=font_size, output=output)
            self.cells.add(box.shift((0, y - box.height_at_rest / 2, 0)))
            y -= box.height_at_rest + GAP
        self.title = TextLabel(title or record.name, font="prose", font_size=theme.label_size)
        self.title.left_at(-wide / 2, 0.3)
        super().__init__(self.title, self.cells)
        self.center()

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "notebook", "name": self.notebook.name, "cells": len(self.cells)}
