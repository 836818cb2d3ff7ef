"""Rows of text and pictures that share their columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from manim import LEFT, RIGHT, UP, VGroup, VMobject

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.text.label import TextLabel

__all__ = ["TextTable"]

EDGES = {"l": LEFT, "r": RIGHT}


class TextTable(Drawing):
    """Rows one below the other, each a group of its own, so that they can be revealed one by one.

    The labels of a row share a baseline; pictures stand in the middle of its lower-case letters.

    Parameters
    ----------
    rows
        The cells of each row, from left to right; ``None`` for one that stays empty.
    columns
        The x of each column (units).
    align
        A letter a column, as in LaTeX: ``l`` and ``r`` put the cells' left or right edge there, ``c``
        their middle. By default all columns are ``l``. Pictures in a ``c`` column are shifted there from
        the origin, where they were built: what sticks out of a box does not push it aside.
    top
        Height of the first row (units).
    pitch
        Distance of two rows (units).

    Raises
    ------
    UsageError
        A row has not as many cells as there are columns, or ``align`` not as many letters.

    Examples
    --------
    .. manim:: TextTableExample
        :save_last_frame:

        class TextTableExample(Scene):
            def construct(self):
                from manim_metaflow.mobjects import TextTable

                facts = {"steps": "3", "tasks": "12"}
                rows = [[TextLabel(name, font="prose"), TextLabel(count)] for name, count in facts.items()]
                self.add(TextTable(rows, columns=(-1, 1), align="lr", pitch=0.6))
    """

    def __init__(
        self,
        rows: Sequence[Sequence[VMobject | None]],
        *,
        columns: Sequence[float],
        align: str = "",
        top: float = 0.0,
        pitch: float = 1.0,
    ) -> None:
        align = align or "l" * len(columns)
        wrong = [len(row) for row in rows if len(row) != len(columns)]
        if wrong or len(align) != len(columns):
            found = f"a row of {wrong[0]} cells" if wrong else f"align={align!r}"
            raise UsageError(f"A table of {len(columns)} columns cannot have {found}.")
        super().__init__()
        for index, row in enumerate(rows):
            cells = [cell for cell in zip(row, columns, align, strict=True) if cell[0] is not None]
            placed = [_place(cell, x, edge) for cell, x, edge in cells]
            self.add(VGroup(*placed).shift((top - index * pitch) * UP))


def _place(cell: Any, x: float, edge: str) -> VMobject:
    """Put a cell where its column is, at height 0."""
    if isinstance(cell, TextLabel):
        place = {"l": cell.left_at, "c": cell.center_on, "r": cell.right_at}[edge]
        return place(x, 0)
    moved: VMobject = (
        cell.shift(x * RIGHT) if edge == "c" else cell.move_to((x, 0.0, 0.0), aligned_edge=EDGES[edge])
    )
    return moved
