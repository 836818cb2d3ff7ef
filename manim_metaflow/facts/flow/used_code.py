"""The code that a step uses besides its own lines: functions, classes and constants of its file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import copy
from functools import lru_cache

from manim_metaflow.facts.records import FlowInfo

__all__ = ["used_code"]


def used_code(flow: FlowInfo, step: str) -> dict[str, str]:
    """Return the parts of the flow's file that a step uses, by name, with their source.

    A part is a top-level definition or import, a method of the flow (``self.name``), or the flow's
    decorators and bases (``@FlowName``). What a used part uses counts too. Left out are other steps, each
    compared on its own; class constants and parameters, which are inputs with keys of their own; and what
    is imported from Metaflow, which has a version. Of a file that no longer parses, or that is nested too
    deep to be taken apart, all counts.
    """
    if not flow.source:
        return {}
    try:
        return _used(flow, step)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {flow.file or flow.name: flow.source}


def _used(flow: FlowInfo, step: str) -> dict[str, str]:
    parts = _parts(flow.source, flow.name)
    steps = {f"self.{one.name}" for one in flow.steps}
    own = parts.get(f"self.{step}") or (_tree(flow[step].source),)
    wanted = [f"@{flow.name}", *(name for node in own for name in _names(node))]
    used: dict[str, str] = {}
    while wanted:
        name = wanted.pop()
        if name in parts and name not in used and name not in steps:
            used[name] = "\n".join(_text(node, name) for node in parts[name])
            wanted += [inner for node in parts[name] for inner in _names(node)]
    return dict(sorted(used.items()))


@lru_cache(maxsize=16)
def _parts(source: str, class_name: str) -> dict[str, tuple[ast.AST, ...]]:
    parts: dict[str, list[ast.AST]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name == class_name:
            above: list[ast.AST] = [
                *node.decorator_list,
                *(base for base in node.bases if ast.unparse(base) != "FlowSpec"),
            ]
            parts |= {f"@{class_name}": above} if above else {}
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    parts.setdefault(f"self.{inner.name}", []).append(inner)
        elif not (isinstance(node, ast.ImportFrom) and node.module == "metaflow"):
            for name in _bound(node):
                parts.setdefault(name, []).append(node)
    return {name: tuple(nodes) for name, nodes in parts.items()}


def _tree(source: str) -> ast.AST:
    try:
        return ast.parse(source)
    except SyntaxError:
        # A string in it starts farther left than the code, so that the code could not be dedented.
        return ast.parse(f"if True:\n{source}")


def _text(node: ast.AST, name: str) -> str:
    """Write a part anew, so that neither layout nor comments nor another name's import count."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        node = copy(node)
        node.names = [alias for alias in node.names if name == _bound_by(alias)]
    return ast.unparse(node)


def _bound_by(alias: ast.alias) -> str:
    return (alias.asname or alias.name).partition(".")[0]


def _bound(node: ast.AST) -> Iterator[str]:
    """Name what a statement defines, imports or assigns."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from map(_bound_by, node.names)
    else:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
                yield inner.id
            elif isinstance(inner, ast.Import | ast.ImportFrom):
                yield from _bound(inner)


def _names(node: ast.AST) -> Iterator[str]:
    """Name what a piece of code reads: plain names, and attributes of ``self``."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield inner.id
        elif (
            isinstance(inner, ast.Attribute)
            and isinstance(inner.value, ast.Name)
            and inner.value.id in ("self", "cls")
        ):
            yield f"self.{inner.attr}"
