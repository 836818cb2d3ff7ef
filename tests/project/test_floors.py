"""Imports go down only, and each floor can be used without what stands above it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from documented import modules

PACKAGE = "manim_metaflow"
COMMAND_LINE = ("cli", "commands")
UPSTAIRS = ("mobjects", "animations", "scene", "testing", *COMMAND_LINE)

# What a floor must not import, here or inside a function: our own parts by their bare name.
FORBIDDEN = {
    "errors": {"manim", "metaflow", "facts", "layout", "theme", *UPSTAIRS},
    "theme": {"metaflow", "facts", "layout", *UPSTAIRS},
    "facts": {"manim", "layout", "theme", *UPSTAIRS},
    "layout": {"manim", "metaflow", *UPSTAIRS},
    "mobjects": {"metaflow", "animations", "scene", "testing", *COMMAND_LINE},
    "animations": {"metaflow", "scene", "testing", *COMMAND_LINE},
    "scene": {"metaflow", "testing", *COMMAND_LINE},
    "testing": {"metaflow", *COMMAND_LINE},
    "render": {"metaflow", "render_flow", *COMMAND_LINE},
    "render_flow": {"manim", *COMMAND_LINE},
}


def imported(source: str, module: str) -> set[str]:
    """Return what a module imports: top-level names, and our own parts by their bare name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(module.split(".")[: -node.level]) if node.level else ""
            origin = ".".join(part for part in (base, node.module) if part)
            names |= {f"{origin}.{alias.name}" for alias in node.names}
    return {_part(name) for name in names}


def _part(name: str) -> str:
    first, _, rest = name.partition(".")
    return rest.partition(".")[0] if first == PACKAGE and rest else first


def floor(module: str) -> str:
    """Return the part of the package that a module belongs to."""
    return _part(module)


@pytest.mark.parametrize("module", [name for name in modules() if floor(name) in FORBIDDEN])
def test_module_imports_nothing_from_above(module: str) -> None:
    path = modules()[module]
    # In a package's own file a single dot is the package itself.
    name = f"{module}.__init__" if path.name == "__init__.py" else module
    assert imported(path.read_text(), name) & FORBIDDEN[floor(module)] == set()


def test_every_module_stands_on_a_known_floor() -> None:
    assert {floor(name) for name in modules()} <= {PACKAGE, *COMMAND_LINE, *FORBIDDEN}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import manim.utils", {"manim"}),
        ("def f():\n    from manim import Dot", {"manim"}),
        ("from manim_metaflow.mobjects.dag import FlowDAG", {"mobjects"}),
        ("from manim_metaflow import layout", {"layout"}),
        ("from ..animations import play", {"animations"}),
        ("from .records import FlowInfo", {"facts"}),
    ],
)
def test_imports_are_read_wherever_they_stand(source: str, expected: set[str]) -> None:
    assert imported(source, "manim_metaflow.facts.thing") == expected


def loaded(code: str, names: tuple[str, ...]) -> list[str]:
    """Return which of the named modules are loaded after code has run in a fresh interpreter."""
    probe = f"import sys\n{code}\nprint([name for name in {names!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    answer: list[str] = ast.literal_eval(done.stdout.splitlines()[-1])
    return answer


def imports_of(part: str) -> str:
    """Return code that imports every module of one part of the package."""
    return "\n".join(f"import {name}" for name in modules() if floor(name) == part)


def test_package_alone_loads_neither_manim_nor_metaflow() -> None:
    assert loaded("import manim_metaflow", ("manim", "metaflow", "numpy")) == []


def test_metaflow_is_not_loaded_by_manim_with_the_plugin() -> None:
    assert loaded("import manim, manim_metaflow", ("metaflow",)) == []


def test_facts_load_without_manim() -> None:
    assert loaded(imports_of("facts"), ("manim",)) == []


def test_layout_loads_without_manim_and_metaflow() -> None:
    assert loaded(imports_of("layout"), ("manim", "metaflow")) == []


def test_pytest_plugin_loads_without_manim_and_metaflow() -> None:
    # It is loaded by every pytest run on a machine that has this package, also where nothing is drawn.
    assert loaded("import manim_metaflow.testing.plugin", ("manim", "metaflow")) == []


def test_star_import_gives_everything_public() -> None:
    code = "from manim_metaflow import *\nimport manim_metaflow\n"
    code += (
        "assert set(manim_metaflow.__all__) <= set(globals()), set(manim_metaflow.__all__) - set(globals())"
    )
    assert loaded(code, ()) == []


def test_public_names_hide_nothing_of_manim_or_metaflow() -> None:
    import manim

    import manim_metaflow

    taken = {"Flow", "Run", "Step", "Task", "DataArtifact", "Metaflow", "FlowSpec", "step", "current"}
    names = set(manim_metaflow.__all__) - {"__version__"}
    assert sorted(names & (taken | set(vars(manim)))) == []


def test_package_is_marked_as_typed() -> None:
    assert (Path(modules()[PACKAGE]).parent / "py.typed").exists()
