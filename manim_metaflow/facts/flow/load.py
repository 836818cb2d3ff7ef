"""Read a flow without running it: its steps in the author's order, its edges, decorators and source."""

from __future__ import annotations

import importlib
import inspect
import linecache
from pathlib import Path
from typing import Any

from manim_metaflow.errors import FlowError, FlowNotFoundError
from manim_metaflow.facts.flow.as_run import ClassAsRun, as_run
from manim_metaflow.facts.flow.edges import case_label, edges_of
from manim_metaflow.facts.flow.entry import guarded_calls
from manim_metaflow.facts.flow.importing import FlowModule, imported_file, read_source
from manim_metaflow.facts.flow.lint import check_graph
from manim_metaflow.facts.flow.notebook_flow import as_of_notebook, notebook_as_file
from manim_metaflow.facts.flow.parameters import parameter_infos
from manim_metaflow.facts.flow.source import class_excerpt, class_file, own_steps, step_excerpt
from manim_metaflow.facts.flow.source_lines import next_argument
from manim_metaflow.facts.metaflow_internals import (
    flow_class_behind,
    graph_of,
    need_metaflow,
    start_and_end,
    switch_of,
)
from manim_metaflow.facts.records import DecoratorInfo, FlowInfo, StepInfo

__all__ = ["FlowSource", "load_flow", "split_source"]

FlowSource = FlowInfo | type | str | Path
"""How a flow is given: a record, a ``FlowSpec`` class, ``path.py[:Class]`` or ``pkg.module:Class``."""


def load_flow(source: Any) -> FlowInfo:
    """Read a flow from its class, without running it.

    Parameters
    ----------
    source
        A ``FlowSpec`` class; ``"path.py"`` or a :class:`~pathlib.Path`; ``"path.py:Class"`` where the
        file runs another flow than is meant, or none of several; ``"notebook.ipynb:Class"``, of which only
        what defines the class is run; ``"pkg.module:Class"``. A :class:`.FlowInfo` is returned as is.

    Raises
    ------
    FlowError
        If there is no such flow, its file cannot be imported, or Metaflow rejects its graph.

    Warns
    -----
    FlowWarning
        If a config's default is in a file that is not there, or a mutator cannot be applied.

    Examples
    --------
    >>> from manim_metaflow.facts import load_flow
    >>> flow = load_flow("tests/flows/branch.py")
    >>> [step.name for step in flow.steps]
    ['start', 'a', 'b', 'join', 'end']
    >>> flow["join"].kind
    'join'
    """
    if isinstance(source, FlowInfo):
        return source
    need_metaflow()
    if isinstance(source, str | Path):
        path, name = split_source(source)
        if path is None:
            return _describe(_from_module(str(source)))
        if path.suffix == ".ipynb":
            with notebook_as_file(path, name) as file:
                return as_of_notebook(load_flow(file), path)
        with imported_file(path) as module:
            return _describe(_pick(module, name, path))
    return _describe(_flow_class(source))


def split_source(source: str | Path) -> tuple[Path | None, str | None]:
    """``path.py:Class`` as a path and a name; no path where the text names a module."""
    text = str(source)
    head, colon, name = text.rpartition(":")
    if colon and head and name.isidentifier():
        if head.endswith((".py", ".ipynb")) or "/" in head or "\\" in head or Path(head).exists():
            return Path(head), name
        return None, name
    return Path(text), None


def _from_module(source: str) -> type:
    module_name, _, class_name = source.partition(":")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        # A module that is missing may be one that the named module imports: then the name was right.
        missing = isinstance(error, ModuleNotFoundError) and f"{module_name}.".startswith(f"{error.name}.")
        kind = FlowNotFoundError if missing else FlowError
        raise kind(f"{source}: cannot import {module_name}: {type(error).__name__}: {error}") from error
    value = getattr(module, class_name, None)
    if value is None:
        raise FlowNotFoundError(f"{source}: {module_name} has no {class_name}.")
    return _flow_class(value)


def _flow_class(value: Any) -> type:
    cls = flow_class_behind(value)
    if cls is None:
        what = value.__name__ if isinstance(value, type) else repr(value)
        raise FlowNotFoundError(f"{what}: not a flow. Give a FlowSpec class, 'path.py' or 'path.py:Class'.")
    return cls


def _pick(module: FlowModule, wanted: str | None, path: Path) -> type:
    names = vars(module)
    # By the class's own name: a file may have it under several.
    found = {cls.__name__: cls for cls in map(flow_class_behind, names.values()) if cls is not None}
    if wanted is not None:
        named = flow_class_behind(names.get(wanted))
        if named is not None:
            return named
        known = f"It has {_listed(found)}." if found else "It has no FlowSpec at all."
        raise FlowNotFoundError(f"{path}: no flow named {wanted}. {known}")
    run = module.started or _run_as_script(names, path)
    if run is not None:
        return run
    # A base class that the file imports or defines without steps is not what the user means.
    own = {name: cls for name, cls in found.items() if cls.__module__ == module.__name__}
    own = {name: cls for name, cls in own.items() if graph_of(cls).nodes} or own
    candidates = own or found
    if not candidates:
        raise FlowNotFoundError(
            f"{path}: no FlowSpec in it. A flow is a class derived from metaflow.FlowSpec."
        )
    if len(candidates) > 1:
        first = next(iter(candidates))
        raise FlowNotFoundError(
            f"{path}: more than one flow: {_listed(candidates)}. Say which: '{path}:{first}'."
        )
    return next(iter(candidates.values()))


def _run_as_script(names: dict[str, Any], path: Path) -> type | None:
    """Find the flow that the file runs. Metaflow's command line ends the process, so the first one is it."""
    return next(filter(None, map(flow_class_behind, guarded_calls(read_source(path), names))), None)


def _listed(names: dict[str, type]) -> str:
    return ", ".join(names)


def _describe(cls: Any) -> FlowInfo:
    # First of all: some of what follows never ends on a graph with a cycle.
    check_graph(cls)
    folder = Path(_filename_of(cls)).parent
    with as_run(cls, folder) as now:
        return _describe_as_run(cls, folder, now)


def _describe_as_run(cls: Any, folder: Path, now: ClassAsRun) -> FlowInfo:
    start, end = start_and_end(graph_of(cls))
    steps = tuple(_step(cls, name, now) for name in _author_order(cls))
    file, text = _file_of(cls)
    return FlowInfo(
        name=cls.__name__,
        steps=steps,
        edges=tuple(edge for step in steps for edge in edges_of(step)),
        start=start,
        end=end,
        doc=inspect.cleandoc(cls.__dict__.get("__doc__") or ""),
        parameters=parameter_infos(cls, folder, now),
        decorators=now.of_flow(_flow_decorators(cls)),
        file=file,
        source=text,
    )


def _author_order(cls: Any) -> list[str]:
    """Order base classes before what derives from them, but the class with the start step first."""
    graph = graph_of(cls)
    start, _ = start_and_end(graph)
    classes = [own_steps(base) for base in reversed(cls.__mro__)]
    # `sort` is stable: the others keep their order.
    classes.sort(key=lambda names: start not in names)
    ordered = dict.fromkeys(name for names in classes for name in names if name in graph.nodes)
    return list(ordered | dict.fromkeys(graph.nodes))


def _step(cls: Any, name: str, now: ClassAsRun) -> StepInfo:
    node = graph_of(cls)[name]
    condition, cases = switch_of(node)
    excerpt = step_excerpt(getattr(cls, name))
    if excerpt is None:
        raise FlowError(
            f"{cls.__name__}.{name}: its source cannot be found. Keep the flow in a .py file, give that file."
        )
    return StepInfo(
        name=name,
        kind=node.type,
        doc=node.doc.strip("\n"),
        decorators=now.of_step(name, excerpt.decorators),
        source=excerpt.source,
        file=excerpt.file,
        first_line=excerpt.first_line,
        last_line=excerpt.last_line,
        # Two cases of a switch may lead to the same step, which Metaflow then lists twice.
        targets=tuple(dict.fromkeys(node.out_funcs)),
        foreach_param=node.foreach_param,
        parallel=bool(node.parallel_foreach),
        num_parallel=(node.num_parallel or None) if node.parallel_foreach else None,
        parallel_expression=next_argument(excerpt.source, "num_parallel") if node.parallel_foreach else "",
        parallel_step=bool(node.parallel_step),
        condition=condition,
        cases=tuple((case_label(key), target) for key, target in cases.items()),
        split_parents=tuple(node.split_parents),
        matching_join=node.matching_join,
    )


def _flow_decorators(cls: Any) -> tuple[DecoratorInfo, ...]:
    excerpts = (class_excerpt(base) for base in cls.__mro__ if flow_class_behind(base))
    return tuple(decorator for excerpt in excerpts if excerpt for decorator in excerpt.decorators)


def _file_of(cls: Any) -> tuple[str, str]:
    """Name the file that defines the class, and its text; a notebook's cell has text alone."""
    filename = _filename_of(cls)
    if Path(filename).is_file():
        return Path(filename).name, read_source(Path(filename))
    return "", "".join(linecache.getlines(filename))


def _filename_of(cls: Any) -> str:
    own = class_file(cls)
    if own is not None:
        return own
    # A cell of a notebook is no module: of a class without functions, only those of its bases have a file.
    return str(inspect.unwrap(getattr(cls, next(iter(graph_of(cls).nodes)))).__code__.co_filename)
