"""Which class a file runs as a script: what stands under ``if __name__ == "__main__":``, read but not run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from manim_metaflow.facts.flow.source_lines import parsed

__all__ = ["guarded_calls"]


def guarded_calls(source: str, names: Mapping[str, Any]) -> Iterator[Any]:
    r"""Yield what a file calls when it is run, in the order of the source.

    A function of the file that is called there, usually ``main``, is looked into. What cannot be told
    without running it is left out.

    Parameters
    ----------
    source
        The file's text.
    names
        What its names stand for, once it is imported.

    Examples
    --------
    >>> code = 'def main():\n    int()\n\nif __name__ == "__main__":\n    main()\n    str()'
    >>> list(guarded_calls(code, {"int": int, "str": str}))
    [<class 'int'>, <class 'str'>]
    """
    tree = parsed(source)
    if tree is None:
        return
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    waiting = [part for statement in tree.body for part in _guarded(statement)][::-1]
    while waiting:
        for call in _calls(waiting.pop()):
            if isinstance(call.func, ast.Name) and call.func.id in functions:
                # Taken out, so that a function that calls itself is looked into once.
                waiting += functions.pop(call.func.id).body[::-1]
                continue
            value = _value(call.func, names)
            if value is not None:
                yield value


def _guarded(statement: ast.stmt) -> list[ast.AST]:
    """Return what a statement does only in a script: people write the guard in three ways."""
    if isinstance(statement, ast.If) and _asks_for_main(statement.test):
        return list(statement.body)
    if isinstance(statement, ast.Expr):
        value = statement.value
        if isinstance(value, ast.IfExp) and _asks_for_main(value.test):
            return [value.body]
        if isinstance(value, ast.BoolOp) and _asks_for_main(value.values[0]):
            return [*value.values[1:]]
    return []


def _asks_for_main(test: ast.expr) -> bool:
    parts = {part.id for part in ast.walk(test) if isinstance(part, ast.Name)}
    texts = {part.value for part in ast.walk(test) if isinstance(part, ast.Constant)}
    return "__name__" in parts and "__main__" in texts


def _calls(node: ast.AST) -> list[ast.Call]:
    calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
    # `ast.walk` goes level by level, and what runs first is what stands first.
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def _value(expression: ast.expr, names: Mapping[str, Any]) -> Any:
    """Look a dotted name up; ``None`` where it is not one, or stands for nothing."""
    if isinstance(expression, ast.Name):
        return names.get(expression.id)
    if isinstance(expression, ast.Attribute):
        return getattr(_value(expression.value, names), expression.attr, None)
    return None
