"""Notebooks: their code cells are read, and what is no notebook is told so in one message."""

from __future__ import annotations

import json

import pytest

from manim_metaflow.code import load_notebook
from manim_metaflow.errors import UsageError

NOTEBOOK = "scenes/flows/coffee/coffee.ipynb"


def written(tmp_path, cells, **more):
    path = tmp_path / "some.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | more))
    return path


def code(source, *outputs, count=1):
    return {"cell_type": "code", "source": source, "outputs": list(outputs), "execution_count": count}


def test_code_cells_are_read_and_text_and_empty_cells_left_out(tmp_path):
    text = {"cell_type": "markdown", "source": "# Title"}
    path = written(tmp_path, [text, code(["a = 1\n", "b = 2\n"]), code("  \n"), code("a", count=None)])
    first, second = load_notebook(path).cells
    assert (first.number, first.source, first.count) == (1, "a = 1\nb = 2", 1)
    assert (second.number, second.source, second.count) == (2, "a", None)


def test_every_kind_of_output_is_text(tmp_path):
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["one\n", "two\n"]},
        {"output_type": "execute_result", "data": {"text/plain": ["3"], "text/html": "<b>3</b>"}},
        {"output_type": "error", "ename": "NameError", "evalue": "name 'x' is not defined", "traceback": []},
        {"output_type": "display_data", "data": {"image/png": "AAAA"}},
    ]
    [cell] = load_notebook(written(tmp_path, [code("x", *outputs)])).cells
    assert cell.output == ("one", "two", "3", "NameError: name 'x' is not defined")


def test_the_notebook_of_the_film_prints_what_its_cells_print(capsys):
    space: dict[str, object] = {}
    for number, cell in enumerate(load_notebook(NOTEBOOK).cells, 1):
        exec(cell.source, space)
        assert cell.count == number
        assert tuple(capsys.readouterr().out.splitlines()) == cell.output


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"some\.ipynb: not a notebook: "),
        ("[]", r"some\.ipynb: JSON, but not a notebook"),
        (
            json.dumps({"nbformat": 3, "worksheets": []}),
            r"some\.ipynb: a notebook of format 3\. Open and save",
        ),
        (
            json.dumps({"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "x"}]}),
            r"some\.ipynb: a notebook without code cells: there is nothing to make steps of\.",
        ),
    ],
)
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content, message):
    path = tmp_path / "some.ipynb"
    path.write_text(content)
    with pytest.raises(UsageError, match=message):
        load_notebook(path)


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(UsageError, match=r"nowhere\.ipynb: no such file"):
        load_notebook("nowhere.ipynb")
