"""Which lines of a source belong to which step, and which touch an artifact: read with ``ast``, not run."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator

__all__ = ["artifact_lines", "artifact_names", "next_argument", "parsed", "step_lines"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def parsed(source: str) -> ast.Module | None:
    """Parse a whole file or an indented part of one; ``None`` where it does not parse."""
    try:
        return ast.parse(textwrap.dedent(source))
    # The last two are how Python's parser refuses what is nested too deep.
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def step_lines(tree: ast.AST) -> dict[str, tuple[int, int]]:
    r"""First line, decorators included, and last line of each step, in the order of the source.

    Examples
    --------
    >>> step_lines(ast.parse("@retry\n@step\ndef train(self):\n    self.next(self.end)"))
    {'train': (1, 4)}
    """
    found: dict[str, tuple[int, int]] = {}
    for function in _steps(tree):
        first = min(decorator.lineno for decorator in function.decorator_list)
        found.setdefault(function.name, (first, function.end_lineno or function.lineno))
    return found


def artifact_lines(tree: ast.AST, name: str) -> list[int]:
    r"""Lines that assign, read or hand on an artifact, parameters and class constants included.

    ``self.model`` counts everywhere in a step; in a join, so does ``.model`` of anything that comes
    from its inputs. A foreach or a switch names its artifact as a string.

    Examples
    --------
    >>> code = "@step\ndef join(self, inputs):\n    self.best = max(i.score for i in inputs)"
    >>> artifact_lines(ast.parse(code), "score")
    [3]
    """
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for statement in node.body:
                if name in _assigned(statement):
                    lines.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    for function in _steps(tree):
        inputs = _from_inputs(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute) and node.attr == name:
                if _is_name(node.value, "self") or _comes_from(node.value, inputs):
                    lines.add(node.end_lineno or node.lineno)
            elif isinstance(node, ast.keyword) and _hands_on(node, name):
                lines.add(node.value.lineno)
    return sorted(lines)


def artifact_names(tree: ast.AST) -> list[str]:
    r"""Names that a flow assigns: parameters and class constants, and what its steps put on ``self``.

    Examples
    --------
    >>> artifact_names(ast.parse("class F:\n    n = 3\n    def start(self):\n        self.x = self.n"))
    ['n', 'x']
    """
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            names += [name for statement in node.body for name in _assigned(statement)]
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names += [node.attr] if _is_name(node.value, "self") else []
    return list(dict.fromkeys(names))


def next_argument(source: str, name: str) -> str:
    r"""Return what a step hands to ``self.next`` by a name, unless it is a plain value.

    >>> next_argument("def start(self):\n    self.next(self.fit, num_parallel=self.size * 2)", "num_parallel")
    'self.size * 2'
    """
    tree = parsed(source)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "next":
            for keyword in node.keywords:
                if keyword.arg == name and not isinstance(keyword.value, ast.Constant):
                    return ast.unparse(keyword.value)
    return ""


def _hands_on(node: ast.keyword, name: str) -> bool:
    if node.arg not in ("foreach", "condition"):
        return False
    return isinstance(node.value, ast.Constant) and node.value.value == name


def _steps(tree: ast.AST) -> Iterator[_Function]:
    functions = [node for node in ast.walk(tree) if isinstance(node, _Function)]
    for function in sorted(functions, key=lambda function: function.lineno):
        if any(_last_name(decorator) == "step" for decorator in function.decorator_list):
            yield function


def _last_name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def _assigned(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _from_inputs(function: _Function) -> set[str]:
    """Names in a join that hold its inputs or one of them."""
    arguments = function.args.args
    if len(arguments) < 2:
        return set()
    # A join has its inputs as its second argument, under any name.
    names = {arguments[1].arg}
    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.comprehension) and _mentions(node.iter, names):
            names |= {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
        elif isinstance(node, ast.Call) and any(_mentions(argument, names) for argument in node.args):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            for function_ in (value for value in given if isinstance(value, ast.Lambda)):
                names |= {argument.arg for argument in function_.args.args}
        elif isinstance(node, ast.Assign) and _picks(node.value, names):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def _picks(value: ast.expr, names: set[str]) -> bool:
    return isinstance(value, ast.Call | ast.Subscript) and _mentions(value, names)


def _mentions(node: ast.AST, names: set[str]) -> bool:
    return any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(node))


def _comes_from(node: ast.expr, names: set[str]) -> bool:
    """Whether it is one of some names, a part of one, or a call's choice among them."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Call):
        return any(_mentions(argument, names) for argument in node.args)
    return isinstance(node, ast.Name) and node.id in names


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
