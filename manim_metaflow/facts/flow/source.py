"""What the author wrote: decorators, lines and text of steps and classes, taken from the source."""

from __future__ import annotations

import ast
import inspect
import io
import linecache
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from manim_metaflow.facts.records import DecoratorInfo

__all__ = ["Excerpt", "class_excerpt", "own_steps", "plain_source", "step_excerpt"]


@dataclass(frozen=True)
class Excerpt:
    """A definition's lines and text, with the decorators above it."""

    file: str
    source: str
    first_line: int
    last_line: int
    decorators: tuple[DecoratorInfo, ...]


def step_excerpt(function: Any) -> Excerpt | None:
    """Find the step's definition; ``None`` where its source cannot be had."""
    function = inspect.unwrap(function)
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    node = _definitions(code.co_filename).get(code.co_firstlineno)
    return _excerpt(node, code.co_filename, function.__globals__) if node else None


def class_excerpt(cls: type) -> Excerpt | None:
    """Find the class statement; ``None`` where its source cannot be had."""
    for code in filter(None, (_code(getattr(cls, name, None)) for name in vars(cls))):
        for node in _definitions(code.co_filename).values():
            if isinstance(node, ast.ClassDef) and _is_definition(node, cls.__name__, code.co_firstlineno):
                return _excerpt(node, code.co_filename, _globals(cls))
    return None


def own_steps(cls: type) -> list[str]:
    """Name the steps the class statement itself defines, from the top of the source down.

    Both the order and the values of the class's own dictionary will not do: a user's decorator leaves
    an object there that only hands out the step when it is asked for by attribute.
    """
    values = {name: getattr(cls, name, None) for name in vars(cls)}
    steps = {name: value for name, value in values.items() if callable(value) and hasattr(value, "is_step")}
    return sorted(steps, key=lambda name: getattr(_code(steps[name]), "co_firstlineno", 0))


def _code(value: Any) -> Any:
    return getattr(inspect.unwrap(value), "__code__", None) if callable(value) else None


def _globals(cls: type) -> Mapping[str, Any]:
    for value in vars(cls).values():
        if _code(value):
            names: Mapping[str, Any] = inspect.unwrap(value).__globals__
            return names
    return {}


def _is_definition(node: ast.ClassDef, name: str, line: int) -> bool:
    return node.name == name and any(_first_line(child) == line for child in node.body)


_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(filename: str) -> dict[int, _Definition]:
    return _parsed("".join(linecache.getlines(filename)))


@lru_cache(maxsize=16)
def _parsed(text: str) -> dict[int, _Definition]:
    """Index classes and functions by their first line, decorators included."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return {}
    return {_first_line(node): node for node in ast.walk(tree) if isinstance(node, _Definition)}


def _first_line(node: ast.AST) -> int:
    decorators = getattr(node, "decorator_list", [])
    first: int = decorators[0].lineno if decorators else getattr(node, "lineno", 0)
    return first


def _excerpt(node: _Definition, filename: str, names: Mapping[str, Any]) -> Excerpt:
    lines = linecache.getlines(filename)
    first, last = _first_line(node), node.end_lineno or node.lineno
    decorators = (_decorator(expression, lines, names) for expression in node.decorator_list)
    return Excerpt(
        file=Path(filename).name if Path(filename).is_file() else "",
        source=plain_source(lines[first - 1 : last]),
        first_line=first,
        last_line=last,
        decorators=tuple(decorator for decorator in decorators if decorator is not None),
    )


def plain_source(lines: list[str]) -> str:
    """Take the indentation off the lines of a definition."""
    return inspect.cleandoc("\n" + "".join(lines)) + "\n"


def _decorator(expression: ast.expr, lines: list[str], names: Mapping[str, Any]) -> DecoratorInfo | None:
    called = expression.func if isinstance(expression, ast.Call) else expression
    dotted = ast.unparse(called)
    target = _lookup(dotted, names)
    if _is_step(target, dotted):
        return None
    written = _one_line(_segment(expression, lines))
    return DecoratorInfo(name=_metaflow_name(target) or dotted.rpartition(".")[2], text=f"@{written}")


def _segment(expression: ast.expr, lines: list[str]) -> str:
    # The offsets that ast gives count bytes, not letters.
    own = [line.encode() for line in lines[expression.lineno - 1 : expression.end_lineno]]
    own[-1] = own[-1][: expression.end_col_offset]
    own[0] = own[0][expression.col_offset :]
    return b"".join(own).decode()


def _lookup(dotted: str, names: Mapping[str, Any]) -> Any:
    first, *rest = dotted.split(".")
    found = names.get(first)
    for attribute in rest:
        found = getattr(found, attribute, None)
    return found


def _is_step(target: Any, dotted: str) -> bool:
    from metaflow.decorators import step

    return target is step or (target is None and dotted == "step")


def _metaflow_name(target: Any) -> str | None:
    """Metaflow's own decorators are partials over their class, which knows its name."""
    arguments = getattr(target, "args", ())
    name = getattr(arguments[0], "name", None) if arguments else None
    return name if isinstance(name, str) else None


def _one_line(text: str) -> str:
    """Join a decorator that spans lines, without touching what is inside its strings."""
    if "\n" not in text:
        return text
    joined = ""
    end, previous = (1, 0), ""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER):
            continue
        if token.start[0] == end[0]:
            gap = " " * (token.start[1] - end[1])
        else:
            gap = "" if previous in "([{" or token.string in ")]}" else " "
        joined += gap + token.string
        end, previous = token.end, token.string
    return joined
