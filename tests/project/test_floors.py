"""Imports go down only, and each floor can be used without what is above it."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from documented import modules

PACKAGE = "manim_metaflow"

# From the ground up. A module imports from floors below its own, and from its own part of its floor.
FLOORS = (
    ("errors",),
    ("utils",),
    ("manim_internals",),
    ("theme", "facts.records", "facts.metaflow_internals", "render.drawing", "testing"),
    ("facts.metaflow_mutators",),
    ("facts.store", "facts.flow", "render.jobs"),
    ("facts.run", "render"),
    ("facts.recording",),
    ("facts",),
    ("layout",),
    ("mobjects.animated",),
    ("mobjects.shapes", "mobjects.parts", "mobjects.still"),
    ("mobjects.text",),
    ("mobjects.code", "mobjects.storage"),
    ("mobjects.graph",),
    ("mobjects.runs",),
    ("mobjects",),
    ("animations.motion",),
    ("animations.graph", "animations.storage"),
    ("animations.code",),
    ("animations.runs",),
    ("animations",),
    ("scene",),
    ("code", "graph", "runs", "storage"),
    ("films",),
    ("cli", "render_flow"),
    ("__main__",),
)
LEVELS = {part: level for level, parts in enumerate(FLOORS) for part in parts}

# What parts may not import from other packages, here or inside a function.
FOREIGN = {
    "errors": {"manim", "metaflow"},
    "utils": {"manim", "metaflow"},
    "manim_internals": {"metaflow"},
    "theme": {"manim", "metaflow"},
    "facts": {"manim"},
    "layout": {"manim", "metaflow"},
    "mobjects": {"metaflow"},
    "animations": {"metaflow"},
    "scene": {"metaflow"},
    "render": {"metaflow"},
    "testing": {"metaflow"},
    "films": {"metaflow"},
    "render_flow": {"manim"},
}


# These know nothing of Metaflow, so nothing of the records, pictures and films either.
ALONE = {"render", "testing"}
NEEDED_BY_ALL = {"errors", "utils", "manim_internals"}


@cache
def imported(source: str, module: str) -> frozenset[str]:
    """Return the full names of all that a module imports, in functions and for type checking, too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def part_of(name: str) -> str:
    """Return the longest known part of the package that a full name belongs to."""
    path = name.split(".")[1:]
    while path and ".".join(path) not in LEVELS:
        path.pop()
    return ".".join(path)


def upward(module: str, source: str) -> list[str]:
    """List what a module imports from its own level or from above."""
    own = part_of(module)
    wrong = []
    for name in sorted(imported(source, module)):
        if not name.startswith(f"{PACKAGE}."):
            continue
        other = part_of(name)
        top = own.partition(".")[0]
        if top in ALONE and other.partition(".")[0] not in NEEDED_BY_ALL | {top}:
            wrong.append(name)
            continue
        allowed = name == f"{PACKAGE}.__version__" or other == own or LEVELS.get(other, 99) < LEVELS[own]
        if not allowed:
            wrong.append(name)
    return wrong


MODULES = [name for name in modules() if name != PACKAGE]


def test_no_module_imports_from_above() -> None:
    found = {module: upward(module, modules()[module].read_text()) for module in MODULES}
    assert {module: names for module, names in found.items() if names} == {}


def test_parts_do_without_packages_that_are_not_theirs() -> None:
    found = {}
    for module in MODULES:
        names = imported(modules()[module].read_text(), module)
        wrong = {name.partition(".")[0] for name in names} & FOREIGN.get(module.split(".")[1], set())
        found[module] = sorted(wrong)
    assert {module: names for module, names in found.items() if names} == {}


def test_every_module_stands_on_a_known_floor() -> None:
    assert [name for name in MODULES if not part_of(name)] == []


def test_no_module_imports_itself_in_a_circle() -> None:
    import networkx

    graph = networkx.DiGraph()
    for module, path in modules().items():
        for name in imported(path.read_text(), module):
            target = name if name in modules() else name.rpartition(".")[0]
            if target in modules() and target != PACKAGE:
                graph.add_edge(module, target)
    assert [sorted(circle) for circle in networkx.simple_cycles(graph)] == []


@pytest.mark.parametrize(
    ("module", "source", "expected"),
    [
        ("layout.fit", "from manim_metaflow.mobjects.graph.dag import FlowDAG", 1),
        ("layout.fit", "def f():\n    from manim_metaflow.theme import Theme", 0),
        ("layout.fit", "def f():\n    from manim_metaflow import scene", 1),
        ("facts.store.files", "from manim_metaflow.facts.run.load import load_run", 1),
        ("facts.store.files", "from manim_metaflow.facts.store import folders", 0),
        ("facts.store.files", "from manim_metaflow.facts.flow.load import load_flow", 1),
        ("render.jobs.pool", "import manim_metaflow.facts.records", 1),
        ("cli.draw", "from manim_metaflow import __version__, errors", 0),
    ],
)
def test_imports_from_above_are_found_wherever_they_stand(module: str, source: str, expected: int) -> None:
    assert len(upward(f"{PACKAGE}.{module}", source)) == expected


def loaded(code: str, names: tuple[str, ...]) -> list[str]:
    """Return which of the named modules are loaded after code has run in a fresh interpreter."""
    probe = f"import sys\n{code}\nprint([name for name in {names!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    answer: list[str] = ast.literal_eval(done.stdout.splitlines()[-1])
    return answer


def imports_of(part: str) -> str:
    """Return code that imports every module of one part of the package."""
    return "\n".join(f"import {name}" for name in MODULES if name.split(".")[1] == part)


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


def private_names_of_manim() -> set[str]:
    """Return the private methods and attributes of the classes of Manim that ours derive from or use."""
    import manim
    from manim.scene.scene_file_writer import SceneFileWriter
    from manim.scene.video_segment_encoder import VideoSegmentEncoder

    used = (
        manim.Animation,
        manim.Camera,
        manim.CairoRenderer,
        manim.Manager,
        manim.Mobject,
        manim.MovingCameraScene,
        manim.VMobject,
        SceneFileWriter,
        VideoSegmentEncoder,
    )
    names = {name for kind in used for name in (*dir(kind), *getattr(kind, "__annotations__", ()))}
    return {name for name in names if name.startswith("_") and not name.endswith("__")}


def test_private_names_of_manim_are_used_in_one_module_only() -> None:
    private = private_names_of_manim()
    assert "_setup_scene" in private
    found = {}
    for module, path in modules().items():
        if module == f"{PACKAGE}.manim_internals":
            continue
        tree = ast.parse(path.read_text())
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        used |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        hidden = {name for name in imported(path.read_text(), module) if name.startswith("manim.")}
        hidden = {name for name in hidden if any(part.startswith("_") for part in name.split("."))}
        found[module] = sorted(used & private | hidden)
    assert {module: names for module, names in found.items() if names} == {}


def test_no_module_uses_a_private_name_of_another() -> None:
    found = {}
    for module, path in modules().items():
        names = imported(path.read_text(), module)
        ours = {name for name in names if name.startswith(f"{PACKAGE}.") and "._" in name}
        found[module] = sorted(ours - {f"{PACKAGE}.__version__"})
    assert {module: names for module, names in found.items() if names} == {}
