"""What is private to Manim is used in one module only."""

from __future__ import annotations

import ast

import manim
import pytest
from documented import modules

from manim_metaflow.manim_internals import TESTED

SEAM = "manim_metaflow.manim_internals"


OF_PYTHON = {"_asdict", "_getframe"}
"""Documented names of Python's own modules that begin with an underscore."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in OF_PYTHON


def defined(tree: ast.Module) -> set[str]:
    """Return the private names that a module defines: functions, variables and attributes."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.id if isinstance(node, ast.Name) else node.attr)
    return {name for name in names if is_private(name)}


def foreign(tree: ast.Module, ours: set[str]) -> set[str]:
    """Return imported private names of Manim, and private attributes that the package does not define."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == "manim":
            paths = [f"{node.module}.{alias.name}" for alias in node.names]
            names |= {path for path in paths if any(map(is_private, path.split(".")))}
        elif isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in ours:
            names.add(node.attr)
    return names


def drawing_trees() -> dict[str, ast.Module]:
    """Return every module that may use Manim, without the seam."""
    found = {name: path for name, path in modules().items() if ".facts" not in name and name != SEAM}
    return {name: ast.parse(path.read_text()) for name, path in found.items()}


def test_private_names_of_manim_are_used_in_one_module() -> None:
    trees = drawing_trees()
    ours = {name for tree in trees.values() for name in defined(tree)}
    found = {module: sorted(foreign(tree, ours)) for module, tree in trees.items()}
    assert {module: names for module, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from manim._config.output_plan import OutputPlan",
        "from manim.scene.scene import _Private",
        "def f(renderer):\n    return renderer._original_skipping_status",
    ],
)
def test_private_name_of_manim_is_found(source: str) -> None:
    assert foreign(ast.parse(source), {"_own"})


def test_installed_manim_is_one_that_was_tested() -> None:
    assert manim.__version__ in TESTED
