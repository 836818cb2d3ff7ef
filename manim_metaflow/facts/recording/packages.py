"""Which installed packages a flow's file imports, and in which versions."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version

from manim_metaflow.facts.records import PackageRecord

__all__ = ["imported_modules", "installed_packages"]


def installed_packages(text: str) -> tuple[PackageRecord, ...]:
    """List the installed packages that ``text`` imports, by name.

    Metaflow and the standard library are left out: a run notes their versions itself.

    >>> [package.name for package in installed_packages("import numpy, os")]
    ['numpy']
    """
    modules = imported_modules(text) - sys.stdlib_module_names - {"metaflow"}
    if not modules:
        return ()
    provided = packages_distributions()
    names = {name for module in modules for name in provided.get(module, ())}
    return tuple(PackageRecord(name, version(name)) for name in sorted(names))


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
