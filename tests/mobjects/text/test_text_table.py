"""Rows of text and pictures in columns."""

from __future__ import annotations

import pytest
from manim import Square

from manim_metaflow import StepNode, TextLabel
from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects import TextTable


def test_cells_stand_at_their_columns_by_the_edge_asked_for() -> None:
    [row] = TextTable(
        [[TextLabel("one"), TextLabel("two"), TextLabel("three")]], columns=(-3, 0, 3), align="lcr"
    )
    assert row[0].get_left()[0] == pytest.approx(-3)
    assert row[1].get_x() == pytest.approx(0)
    assert row[2].get_right()[0] == pytest.approx(3)


def test_rows_are_a_pitch_apart_and_labels_of_a_row_share_a_baseline() -> None:
    rows = [[TextLabel("deep"), TextLabel("aaa")], [TextLabel("tall"), TextLabel("gap")]]
    first, second = TextTable(rows, columns=(0, 2), top=1.5, pitch=0.9)
    assert first[0].baseline == pytest.approx(first[1].baseline)
    assert first[0].baseline - second[0].baseline == pytest.approx(0.9)


def test_an_empty_cell_leaves_its_column_free() -> None:
    first, second = TextTable([[TextLabel("a"), None, Square()], [None, None, Square()]], columns=(0, 1, 4))
    assert (len(first), len(second)) == (2, 1)
    assert first[1].get_left()[0] == pytest.approx(4)


def test_what_sticks_out_of_a_picture_does_not_push_it_aside() -> None:
    pictures = [StepNode("a", state=state) for state in ("done", "failed")]
    rows = TextTable([[picture] for picture in pictures], columns=(2,), align="c")
    assert [row[0].box.get_x() for row in rows] == pytest.approx([2, 2])


@pytest.mark.parametrize(("cells", "align"), [(1, "ll"), (3, "ll"), (2, "l")])
def test_a_row_has_a_cell_and_a_letter_for_each_column(cells: int, align: str) -> None:
    with pytest.raises(UsageError, match="A table of 2 columns cannot have"):
        TextTable([[TextLabel("a") for _ in range(cells)]], columns=(0, 1), align=align)
