"""What a decorator says in the room of its step."""

from __future__ import annotations

import ast

from manim_metaflow.facts.records import DecoratorInfo
from manim_metaflow.utils.text import ellipsis

__all__ = ["short_decorator"]

_TIMES = "\N{MULTIPLICATION SIGN}"


def short_decorator(decorator: DecoratorInfo, most: int) -> str:
    """Write the essence of a decorator on one line; an ellipsis stands for arguments without room.

    Numbers and collections are read by their keyword, so that decorators that nobody here has heard of are
    as short as Metaflow's own.

    Parameters
    ----------
    decorator
        The decorator.
    most
        Letters of the line.

    Examples
    --------
    >>> def short(text):
    ...     return short_decorator(DecoratorInfo("x", text), 22)
    >>> short("@timeout(minutes=5)"), short("@card"), short("@pypi(packages={'a': '1', 'b': '2'})")
    ('@timeout 5 minutes', '@card', '@pypi 2 packages')
    >>> short("@kubernetes(cpu=4, memory=16000, image='registry/image:1')")
    '@kubernetes 4 cpu …'
    """
    mark = "+ " if decorator.added_by else ""
    text = " ".join(decorator.text.split())
    try:
        call = ast.parse(text.removeprefix("@"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        # A record may hold what another tool wrote; it is shown as it stands.
        return ellipsis(mark + text, most)
    if not isinstance(call, ast.Call):
        return ellipsis(mark + text, most)
    line = f"{mark}@{ast.unparse(call.func)}"
    arguments = [_argument("", value) for value in call.args]
    for keyword in call.keywords:
        written = f"**{ast.unparse(keyword.value)}" if keyword.arg is None else None
        arguments.append(written or _argument(keyword.arg or "", keyword.value))
    return _fill(line, arguments, most)


def _fill(line: str, arguments: list[str], most: int) -> str:
    """Append the arguments that have room, in the author's order."""
    left = len(arguments)
    for argument in arguments:
        # The last one needs no room for the ellipsis after it.
        room = most if left == 1 else most - len(" …")
        if len(f"{line} {argument}") <= room:
            line, left = f"{line} {argument}", left - 1
    if left:
        line = f"{line} …" if len(line) + 2 <= most else f"{line}…"
    return ellipsis(line, most)


def _argument(name: str, value: ast.expr) -> str:
    """Write an argument as one would say it: ``4 cpu``, ``2 packages``."""
    count = _count(value)
    if count is not None and name:
        return f"{count} {name.removesuffix('s') if count == 1 else name}"
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return " ".join(value.value.split()) or '""'
    written = ast.unparse(value)
    if isinstance(value, ast.Constant) and isinstance(value.value, int | float):
        if isinstance(value.value, bool):
            return name if value.value and name else f"{name}={written}"
        # How often is what "times" says; "3 times" reads as if the first attempt were not counted.
        return f"{_TIMES}{written}" if name == "times" else f"{written} {name}".strip()
    return f"{name}={written}" if name else written


def _count(value: ast.expr) -> int | None:
    if isinstance(value, ast.Dict):
        return len(value.values)
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        return len(value.elts)
    return None
