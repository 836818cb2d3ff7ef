"""Cells move into steps: at the end the panel is the flow's, with the cells' lines gone from the notebook."""

from __future__ import annotations

from pathlib import Path

import pytest
from playing import play_out

from manim_metaflow import CodePanel
from manim_metaflow.code import CellsToSteps, NotebookPanel
from manim_metaflow.errors import UsageError
from manim_metaflow.testing import structure_of
from manim_metaflow.testing.structure import same_structure

COFFEE = Path("scenes/flows/coffee")


def source(number):
    return (COFFEE / str(number) / "coffee.py").read_text()


@pytest.mark.parametrize("number", [1, 2])
def test_each_cell_goes_to_the_step_that_holds_it_with_self_or_without(number):
    notebook, panel = NotebookPanel(COFFEE / "coffee.ipynb"), CodePanel(source(number), font_size=15)
    assert CellsToSteps(notebook, panel).homes == {1: "start", 2: "fit", 3: "end"}


def test_the_end_is_a_fresh_panel_and_an_empty_notebook():
    notebook, panel = NotebookPanel(COFFEE / "coffee.ipynb"), CodePanel(source(1), font_size=15)
    fresh = structure_of(panel)
    play_out(CellsToSteps(notebook, panel), 0.1, 0.4, 0.7)
    assert same_structure(structure_of(panel), fresh)
    assert {ink.get_fill_opacity() for box in notebook.cells for line in box.lines for ink in line.inks} == {
        0
    }


def test_frames_between_leave_no_trace():
    ends = []
    for moments in ((), (0.15, 0.35, 0.55, 0.9)):
        notebook, panel = NotebookPanel(COFFEE / "coffee.ipynb"), CodePanel(source(2), font_size=15)
        play_out(CellsToSteps(notebook, panel), *moments)
        family = [*notebook.get_family(), *panel.get_family()]
        ends.append([(part.points.tobytes(), part.fill_rgbas.tobytes()) for part in family])
    assert ends[0] == ends[1]


def test_a_word_is_on_its_way_in_the_middle():
    notebook, panel = (
        NotebookPanel(COFFEE / "coffee.ipynb").shift([-4, 0, 0]),
        CodePanel(source(1), font_size=15),
    )
    panel.shift([4, 0, 0])
    move = CellsToSteps(notebook, panel)
    move.interpolate(1.3 / move.length)
    [pieces] = [piece for piece in move.overlay if len(piece) > 4][:1]
    assert notebook.cells[0].get_left()[0] < pieces.get_center()[0] < panel.get_right()[0]


def test_a_cell_the_flow_does_not_have_stays_where_it_is():
    notebook, panel = NotebookPanel(COFFEE / "coffee.ipynb"), CodePanel("x = 1", font_size=15)
    assert CellsToSteps(notebook, panel).homes == {}


def test_letters_must_be_of_one_size_and_the_source_must_parse():
    notebook = NotebookPanel(COFFEE / "coffee.ipynb")
    with pytest.raises(UsageError, match="letters have size 15, the panel's 20"):
        CellsToSteps(notebook, CodePanel(source(1), font_size=20))
    with pytest.raises(UsageError, match="does not parse"):
        CellsToSteps(notebook, CodePanel("def (:", font_size=15))
