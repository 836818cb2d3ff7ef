"""A flow in the cells of a notebook is read, and no cell is run that does not define it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from manim_metaflow import FlowDAG
from manim_metaflow.errors import FlowNotFoundError
from manim_metaflow.facts import load_flow

IMPORTS = "%matplotlib inline\nimport pathlib\nfrom metaflow import FlowSpec, Parameter, retry, step"
EFFECT = 'pathlib.Path("was_run").touch()'
FLOW = '''\
COUNT = 3
TABLE = pathlib.Path("was_run").touch()

class BookFlow(FlowSpec):
    """Count pages."""

    pages = Parameter("pages", default=COUNT)

    @retry(times=COUNT)
    @step
    def start(self):
        self.table = TABLE
        self.next(self.end)

    @step
    def end(self):
        pass

pathlib.Path("was_run").touch()
!echo done
'''
WRITTEN = "%%writefile book.py\n" + IMPORTS.partition("\n")[2] + "\n\n" + FLOW.partition("TABLE")[0]
WRITTEN += FLOW[FLOW.index("class BookFlow") : FLOW.rindex("pathlib.Path")].replace("BookFlow", "WrittenFlow")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "book.ipynb"


def save(path: Path, *cells: str) -> None:
    written = [{"cell_type": "code", "metadata": {}, "source": cell, "outputs": []} for cell in cells]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": written}))


def test_a_flow_is_read_and_nothing_else_in_the_notebook_is_run(book: Path) -> None:
    save(book, IMPORTS, EFFECT, "def broken(:", "%%bash\nexit 1", FLOW, EFFECT)
    flow = load_flow(f"{book}:BookFlow")
    assert [step.name for step in flow.steps] == ["start", "end"]
    assert flow.doc == "Count pages."
    assert [(parameter.name, parameter.default) for parameter in flow.parameters] == [("pages", "3")]
    assert [decorator.name for decorator in flow["start"].decorators] == ["retry"]
    assert "self.table = TABLE" in flow["start"].source
    assert {flow.file, *(step.file for step in flow.steps)} == {"book.ipynb"}
    assert not (book.parent / "was_run").exists()
    assert sorted(path.name for path in book.parent.iterdir()) == ["book.ipynb"]


def test_the_only_flow_of_a_notebook_needs_no_name(book: Path) -> None:
    save(book, IMPORTS, FLOW)
    assert load_flow(book).name == FlowDAG(str(book)).flow.name == "BookFlow"


def test_a_flow_that_a_cell_writes_to_a_file_is_read_from_the_cell(book: Path) -> None:
    save(book, EFFECT, WRITTEN)
    assert [step.name for step in load_flow(f"{book}:WrittenFlow").steps] == ["start", "end"]
    assert not (book.parent / "was_run").exists()


def test_what_a_class_is_made_from_may_stand_in_other_cells_and_beside_the_notebook(book: Path) -> None:
    (book.parent / "beside.py").write_text("TIMES = 2\n")
    base = (
        "class Base(FlowSpec):\n    @step\n    def start(self):\n        later()\n        self.next(self.end)"
    )
    child = "class Child(Base):\n    @retry(times=TIMES)\n    @step\n    def end(self):\n        pass"
    save(book, IMPORTS, "from beside import TIMES", base, f"def later():\n    {EFFECT}", child)
    flow = load_flow(f"{book}:Child")
    assert [step.name for step in flow.steps] == ["start", "end"]
    assert not (book.parent / "was_run").exists()


def test_of_several_definitions_the_last_counts(book: Path) -> None:
    save(book, IMPORTS, FLOW.replace("Count pages.", "First try."), FLOW)
    assert load_flow(book).doc == "Count pages."


@pytest.mark.parametrize(
    ("cells", "name", "said"),
    [
        ([IMPORTS, FLOW], "Other", "no flow named Other. It has BookFlow."),
        ([IMPORTS, FLOW, WRITTEN], "", "more than one flow. It has BookFlow, WrittenFlow. Say which: "),
        (["x = 1"], "", "no flow in its cells."),
        ([], "", "a notebook without code cells"),
    ],
)
def test_a_notebook_without_the_flow_says_what_it_has(
    book: Path, cells: list[str], name: str, said: str
) -> None:
    save(book, *cells)
    with pytest.raises(FlowNotFoundError) as caught:
        load_flow(f"{book}:{name}" if name else book)
    assert str(caught.value).startswith(f"{book}: {said}")


def test_a_missing_notebook_is_no_module(tmp_path: Path) -> None:
    with pytest.raises(FlowNotFoundError, match=r"gone\.ipynb: no such file"):
        load_flow("gone.ipynb:Flow")
