"""What the author wrote: decorators, lines and text of steps and classes, taken from the source."""

from __future__ import annotations

import ast
import inspect
import io
import linecache
import sys
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from manim_metaflow.facts.records import DecoratorInfo

__all__ = [
    "Excerpt",
    "class_definition",
    "class_excerpt",
    "class_file",
    "own_steps",
    "parameter_argument",
    "plain_source",
    "step_excerpt",
]


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
    # A user's decorator may have wrapped the step, and `functools.wraps` leads back to it.
    function = inspect.unwrap(function)
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    node = _definitions(code.co_filename).get(code.co_firstlineno)
    return _excerpt(node, code.co_filename, function.__globals__) if node else None


def class_excerpt(cls: type) -> Excerpt | None:
    """Find the class statement; ``None`` where its source cannot be had."""
    file, node = class_file(cls), class_definition(cls)
    return _excerpt(node, file, _globals(cls)) if file and node else None


def class_definition(cls: type) -> ast.ClassDef | None:
    """Find the class statement, by its first function; a class without one by its name, if that is unique."""
    file = class_file(cls)
    nodes = _definitions(file).values() if file else ()
    named = [node for node in nodes if isinstance(node, ast.ClassDef) and node.name == cls.__name__]
    lines = {code.co_firstlineno for code in _own_codes(cls) if code.co_filename == file}
    if not lines:
        return named[0] if len(named) == 1 else None
    return next((node for node in named if lines & {_first_line(child) for child in node.body}), None)


def parameter_argument(cls: type, variable: str, name: str, position: int) -> str:
    """Return an argument of ``variable = Parameter(...)`` as the source has it; empty if it has none."""
    owner = next((base for base in cls.__mro__ if variable in vars(base)), cls)
    file, node = class_file(owner), class_definition(owner)
    if not file or node is None:
        return ""
    found = ""
    for part in ast.walk(node):
        targets = part.targets if isinstance(part, ast.Assign) else [getattr(part, "target", None)]
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        value = getattr(part, "value", None)
        if variable in names and isinstance(value, ast.Call):
            given = dict(enumerate(value.args)) | {keyword.arg: keyword.value for keyword in value.keywords}
            argument = given.get(name, given.get(position))
            # The last assignment counts: a class may decide between several.
            found = _one_line(_segment(argument, linecache.getlines(file))) if argument else ""
    return found


def class_file(cls: type) -> str | None:
    """Name the file, or the notebook's cell, that defines a class."""
    codes = list(_own_codes(cls))
    # A class may hold functions from elsewhere, `helper = tools.helper`; those of its own say its name. They
    # go before the module, which for the cells of a notebook is one without a file.
    own = [code for code in codes if code.co_qualname.startswith(f"{cls.__qualname__}.")]
    file: str | None = (
        own[0].co_filename if own else getattr(sys.modules.get(cls.__module__), "__file__", None)
    )
    return file or (codes[0].co_filename if codes else None)


def _own_codes(cls: type) -> Iterator[CodeType]:
    yield from filter(None, (_code(getattr(cls, name, None)) for name in vars(cls)))


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
    module = sys.modules.get(cls.__module__)
    for value in vars(cls).values():
        if _code(value):
            names: Mapping[str, Any] = inspect.unwrap(value).__globals__
            return names
    return vars(module) if module is not None else {}


_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(filename: str) -> dict[int, _Definition]:
    return _parsed("".join(linecache.getlines(filename)))


@lru_cache(maxsize=16)  # each step and class of a file asks for the same text
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
    # After an empty first line, `cleandoc` takes what all lines share of their indentation off the first
    # one, too.
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

    # By what the name stands for, as it may have been imported under another.
    return target is step or (target is None and dotted == "step")


def _metaflow_name(target: Any) -> str | None:
    """Metaflow's own decorators are partials over their class, which knows its name."""
    arguments = getattr(target, "args", ())
    name = getattr(arguments[0], "name", None) if arguments else None
    return name if isinstance(name, str) else None


def _one_line(text: str) -> str:
    r"""Write a call on one line and spaced alike, without touching what is inside its strings.

    >>> _one_line("pypi(packages={'a':'1',},\n  python = '3.11', # why\n)")
    "pypi(packages={'a':'1'}, python='3.11')"
    """
    joined = previous = ""
    end = (1, 0)
    opened: list[tuple[bool, int]] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.ENDMARKER):
            continue
        if token.string in _OPENING:
            # Only in parentheses that are no call, and in a subscript, does a last comma mean something.
            called = joined[-1:].isidentifier() or joined[-1:] in (")", "]")
            opened.append((token.string == "{" or called == (token.string == "("), 0))
        elif token.string in _CLOSING and opened:
            plain, commas = opened.pop()
            if previous == "," and (plain or commas > 1):
                joined, previous = joined[:-1], ""
        elif token.string == "," and opened:
            opened[-1] = (opened[-1][0], opened[-1][1] + 1)
        joined += _gap(previous, token, end) + token.string
        end, previous = token.end, token.string
    return joined


_OPENING, _CLOSING = ("(", "[", "{"), (")", "]", "}")


def _gap(previous: str, token: tokenize.TokenInfo, end: tuple[int, int]) -> str:
    """Return the space in front of a token; what is said of neither is as the author has it."""
    if previous in _OPENING or token.string in (*_CLOSING, ",", "=") or previous in ("", "="):
        return ""
    if previous == "," or token.start[0] != end[0]:
        return " "
    return " " * (token.start[1] - end[1])
