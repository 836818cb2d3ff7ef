"""Which installed packages a flow's file imports, and in which versions."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from manim_metaflow.facts.recording.child import ask_python
from manim_metaflow.facts.records import PackageRecord

__all__ = ["imported_modules", "installed_packages"]

_ASK = """
import json, sys
from importlib.metadata import packages_distributions, version
provided = packages_distributions()
names = {name for module in sys.argv[1:] for name in provided.get(module, ())}
print(json.dumps({name: version(name) for name in names}))
"""


def installed_packages(text: str, store: Path, environment: Mapping[str, str]) -> tuple[PackageRecord, ...]:
    """Ask the Python that runs the flow for the packages that ``text`` imports, by name.

    Metaflow and the standard library are left out: a run notes their versions itself.
    """
    modules = sorted(imported_modules(text) - sys.stdlib_module_names - {"metaflow"})
    if not modules:
        return ()
    found = json.loads(ask_python(_ASK, modules, store, environment))
    return tuple(PackageRecord(name, found[name]) for name in sorted(found))


def imported_modules(text: str) -> frozenset[str]:
    r"""Name the top-level modules that a source imports, wherever in it.

    >>> sorted(imported_modules("import os.path as p\ndef f():\n    from numpy import linalg"))
    ['numpy', 'os']
    """
    return frozenset(name.partition(".")[0] for name in _imports(ast.parse(text)))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
