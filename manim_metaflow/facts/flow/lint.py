"""Ask Metaflow whether a graph is legal, before anything walks it."""

from __future__ import annotations

import linecache
from pathlib import Path
from typing import Any

from manim_metaflow.errors import FlowError
from manim_metaflow.facts.metaflow_internals import graph_of, with_newer_features
from manim_metaflow.facts.records.kinds import kind_traits

__all__ = ["check_graph"]


def check_graph(cls: Any) -> None:
    """Raise a :class:`.FlowError` with Metaflow's own message, file and line if the graph is not legal."""
    from metaflow import lint

    graph = graph_of(cls)
    if not graph.nodes:
        raise FlowError(f"{cls.__name__}: a flow without steps. Mark its methods with @step.")
    try:
        lint.linter.run_checks(graph)  # type: ignore[no-untyped-call]
    except lint.LintWarn as warning:
        where = _location(_file_of(warning, graph), warning.line_no) or _location_of_start(graph)
        # Metaflow marks names in bold by asterisks, and breaks lines for a terminal.
        message = " ".join(str(warning.message).replace("*", "").split())
        message = with_newer_features(message, _source_of(graph))
        raise FlowError(f"{where}: Metaflow rejects the graph of {cls.__name__}: {message}") from warning
    except Exception as error:
        # The checks themselves fail on some graphs, with an IndexError on a foreach straight into a join.
        node = _suspect(graph)
        where = _location(node.source_file, node.tail_next_lineno or node.func_lineno)
        message = f"the graph of {cls.__name__} is not valid at step {node.name}{_hint(graph, node)}."
        raise FlowError(f"{where}: {with_newer_features(message, _source_of(graph))}") from error


def _suspect(graph: Any) -> Any:
    """Find the step the checks most likely failed at: a fan-out that goes straight into a join."""
    nodes = sorted(graph, key=lambda node: node.func_lineno)
    straight = [node for node in nodes if _goes_into_join(graph, node)]
    return (straight or nodes)[0]


def _goes_into_join(graph: Any, node: Any) -> bool:
    targets = [graph[name] for name in node.out_funcs if name in graph]
    return kind_traits(node.type).opens_split and any(kind_traits(target.type).joins for target in targets)


def _hint(graph: Any, node: Any) -> str:
    if not _goes_into_join(graph, node):
        return " (Metaflow's checks fail on it without a message)"
    joins = ", ".join(
        name for name in node.out_funcs if name in graph and kind_traits(graph[name].type).joins
    )
    return f": it fans out straight into the join {joins}; put a step between them"


def _source_of(graph: Any) -> str:
    """Return the text of the file that the first step stands in."""
    return "".join(linecache.getlines(next(iter(graph)).source_file or ""))


def _file_of(warning: Any, graph: Any) -> str | None:
    """Return the file that a warning is about; before 2.13, when a flow had one file, it does not say."""
    file: str | None = getattr(warning, "source_file", next(iter(graph)).source_file)
    return file


def _location(file: str | None, line: int | None) -> str:
    if not file:
        return ""
    return f"{Path(file).name}:{line}" if line else Path(file).name


def _location_of_start(graph: Any) -> str:
    first = min(graph, key=lambda node: node.func_lineno)
    return _location(first.source_file, first.func_lineno)
