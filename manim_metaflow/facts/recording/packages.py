"""Which installed packages a flow's file imports, and in which versions."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions, version
from pathlib import Path

from manim_metaflow.facts.records import PackageRecord

__all__ = ["imported_modules", "installed_packages", "modules_beside"]


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


def modules_beside(file: Path, text: str) -> dict[str, str]:
    """Read the modules beside a flow's file that it imports, and what those import: text by name.

    Parameters
    ----------
    file
        The flow's file.
    text
        Its source.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     count = Path(folder, "beside.py").write_text("VALUE = 7")
    ...     modules_beside(Path(folder, "flow.py"), "import beside, os")
    {'beside.py': 'VALUE = 7'}
    """
    found: dict[str, str] = {}
    unread = [text]
    while unread:
        for name in sorted(imported_modules(unread.pop())):
            package = file.parent / name
            sources = [package.with_suffix(".py"), *sorted(package.rglob("*.py") if package.is_dir() else ())]
            for source in sources:
                known = str(source.relative_to(file.parent))
                if known not in found and source != file and source.is_file():
                    found[known] = source.read_text(encoding="utf-8", errors="replace")
                    unread.append(found[known])
    return found


def imported_modules(text: str) -> frozenset[str]:
    r"""Name the top-level modules that a source imports, wherever in it.

    >>> sorted(imported_modules("import os.path as p\ndef f():\n    from numpy import linalg"))
    ['numpy', 'os']
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):  # it imports nothing: who runs it is told where it is wrong
        return frozenset()
    return frozenset(name.partition(".")[0] for name in _imports(tree))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
