"""A flow that stands in the cells of a notebook: what defines it is run, the other cells are not."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from manim_metaflow.errors import FlowError, FlowNotFoundError, ManimMetaflowError
from manim_metaflow.facts.flow.notebook import load_notebook
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.utils.own_folders import scratch_folder

__all__ = ["as_of_notebook", "flow_text", "notebook_as_file"]

_WRITEFILE = re.compile(r"^%%(?:writefile|file)\s+(?:-a\s+|--append\s+)?(\S+)\s*$")
_MAGIC = re.compile(r"^\s*[%!?]|^[^#'\"]*\?\s*$")
"""Lines for IPython, not for Python: ``%matplotlib inline``, ``!pip install x``, ``name?``."""

_BASE = "FlowSpec"


@dataclass(frozen=True)
class _Statement:
    """A statement at the top of a cell: what it binds, and its lines as they are written."""

    node: ast.stmt
    text: str
    binds: frozenset[str]


def flow_text(path: Path, name: str | None) -> tuple[str, str]:
    """Return the source that defines a notebook's flow, and the name of its class.

    A cell that ``%%writefile`` writes is a file of its own, and is taken whole. Of the other cells only those
    statements are taken that the class needs while it is defined: imports, bases, decorators, defaults.

    Parameters
    ----------
    path
        The notebook.
    name
        The flow's class; it can be left out where the notebook has one flow.

    Raises
    ------
    FlowNotFoundError
        The notebook has no such flow, or several and no name was given.
    """
    statements: list[_Statement] = []
    written: dict[str, str] = {}
    for cell in load_notebook(path).cells:
        head, _, body = cell.source.partition("\n")
        if _WRITEFILE.match(head):
            written.update(dict.fromkeys(_flows(_statements(body)), body))
        elif not head.startswith("%%"):  # other cell magics hold other languages, or time a cell
            statements += _statements(cell.source)
    here = _flows(statements)
    known = list(dict.fromkeys([*here, *written]))
    chosen = name or (known[0] if len(known) == 1 else None)
    if chosen in here:
        return _slice(statements, chosen), chosen
    if chosen in written:
        return written[chosen], chosen
    raise _not_found(path, name, known)


def _not_found(path: Path, name: str | None, known: list[str]) -> FlowNotFoundError:
    has = f"It has {', '.join(known)}." if known else "It has no class derived from metaflow.FlowSpec."
    if name is not None:
        return FlowNotFoundError(f"{path}: no flow named {name}. {has}")
    if not known:
        return FlowNotFoundError(f"{path}: no flow in its cells. {has}")
    return FlowNotFoundError(f"{path}: more than one flow. {has} Say which: '{path}:{known[0]}'.")


def _statements(source: str) -> list[_Statement]:
    """Parse a cell; one that is no Python defines nothing."""
    # Emptied and not removed: the lines below keep their numbers.
    lines = ["" if _MAGIC.match(line) else line for line in source.splitlines()]
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError):
        return []
    found = []
    for node in tree.body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        text = "\n".join(lines[first - 1 : node.end_lineno])
        found.append(_Statement(node, text, frozenset(_bound(node))))
    return found


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        names = (child for child in ast.walk(node) if isinstance(child, ast.Name))
        yield from (name.id for name in names if isinstance(name.ctx, ast.Store))


def _flows(statements: list[_Statement]) -> list[str]:
    """Name the classes that derive from ``FlowSpec``, also by way of others in the notebook."""
    found: list[str] = []
    for statement in statements:
        if isinstance(statement.node, ast.ClassDef):
            bases = {ast.unparse(base).rpartition(".")[2] for base in statement.node.bases}
            if bases & {_BASE, *found}:
                found.append(statement.node.name)
    return found


def _slice(statements: list[_Statement], name: str) -> str:
    """Return what defines a class, in the order of the cells; of several definitions the last counts."""
    last = max(index for index, each in enumerate(statements) if name in each.binds)
    flows = frozenset(_flows(statements))
    needed, waiting = {last}, [(last, _needed(statements[last].node, whole=False))]
    while waiting:
        at, names = waiting.pop()
        # A star may bring any name, so every one of them is kept.
        stars = (index for index in range(at) if "*" in statements[index].binds)
        # A name means what was bound last before it is read, as in a notebook that is run from top to
        # bottom.
        found = (max((i for i in range(at) if name in statements[i].binds), default=None) for name in names)
        for index in [*stars, *found]:
            if index is not None and index not in needed:
                needed.add(index)
                flow = flows & statements[index].binds
                # What is called while the class is defined runs, with all that it uses; a base that is a
                # flow only defines its steps.
                waiting.append((index, _needed(statements[index].node, whole=not flow)))
    return "\n\n\n".join(statements[index].text for index in sorted(needed)) + "\n"


def _needed(node: ast.AST, *, whole: bool) -> set[str]:
    """Return the names a statement reads; with ``whole`` also inside functions, which may be called."""
    names: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name):
            names.add(child.id)
        inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if whole or not (inside and child in _body(node)):
            names |= _needed(child, whole=whole)
    return names


def _body(function: ast.AST) -> list[ast.AST]:
    body = getattr(function, "body", [])
    return body if isinstance(body, list) else [body]


@contextmanager
def notebook_as_file(path: Path, name: str | None) -> Iterator[str]:
    """Write a notebook's flow to a file for a while, and yield its source, ``file.py:Class``.

    Modules beside the notebook can be imported by it, and messages name the notebook.
    """
    try:
        text, chosen = flow_text(path, name)
    except ManimMetaflowError as error:
        if isinstance(error, FlowError):
            raise
        raise FlowNotFoundError(str(error)) from error
    with scratch_folder() as folder:
        file = folder / f"{path.stem}.py"
        file.write_text(text, encoding="utf-8")
        before = list(sys.path)
        sys.path.insert(0, str(path.resolve().parent))
        try:
            yield f"{file}:{chosen}"
        except FlowError as error:
            # Its lines are those of the class and what it needs, which nobody sees as a file.
            raise type(error)(str(error).replace(str(file), str(path))) from error
        finally:
            sys.path[:] = before


def as_of_notebook(flow: FlowInfo, path: Path) -> FlowInfo:
    """Let a flow come from a notebook, not from the file it was written to for a while."""
    steps = tuple(replace(step, file=path.name) for step in flow.steps)
    return replace(flow, file=path.name, steps=steps)
