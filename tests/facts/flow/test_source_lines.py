"""Where steps stand in a source: as ``ast`` says, decorators included, for every flow there is."""

from __future__ import annotations

import ast
from pathlib import Path

import metaflow
import pytest

from manim_metaflow import CodePanel, load_flow

TUTORIALS = Path(metaflow.__file__).parent / "tutorials"
FLOWS = sorted(
    {*Path("tests/flows").glob("*.py"), *Path("scenes/flows").rglob("*.py"), *TUTORIALS.rglob("*.py")}
)


def steps_by_ast(source: str) -> dict[str, tuple[int, int]]:
    """First and last line of each method that is decorated with ``step``, the first decorator included."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef):
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and any(
                ast.unparse(each).split("(")[0].split(".")[-1] == "step" for each in method.decorator_list
            ):
                first = min(each.lineno for each in method.decorator_list)
                found[method.name] = (first, method.end_lineno)
    return found


def test_there_are_tutorials() -> None:
    assert len(list(TUTORIALS.rglob("*.py"))) >= 6


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_lines_the_panel_lights_are_the_lines_of_the_step(path: Path) -> None:
    source = path.read_text()
    panel = CodePanel(source, window=4)
    expected = steps_by_ast(source)
    for name, (first, last) in expected.items():
        assert panel.step(name) == tuple(range(first, last + 1)), name
        assert panel.lines(first, last) == panel.step(name)
        lines = source.splitlines()
        assert lines[first - 1].lstrip().startswith("@")
        assert first == 1 or not lines[first - 2].lstrip().startswith("@")
    if path.parent == Path("tests/flows"):
        flow = load_flow(path)
        assert set(expected) == {step.name for step in flow.steps}
        for step in flow.steps:
            assert panel.step(step.name) == tuple(range(step.first_line, step.last_line + 1))
