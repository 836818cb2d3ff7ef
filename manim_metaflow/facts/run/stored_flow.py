"""The flow of a run: its graph as every run stores it, its source from the code package if it has one.

The source is read as text, never imported.
"""

from __future__ import annotations

import ast
import io
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from manim_metaflow.errors import RecordingError, RunError
from manim_metaflow.facts.flow.graph_info import flow_from_graph_info
from manim_metaflow.facts.flow.source import plain_source
from manim_metaflow.facts.flow.source_lines import parsed
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.facts.store.attempts import StoredTask
from manim_metaflow.facts.store.checked import is_key, json_object
from manim_metaflow.facts.store.datastore import Datastore
from manim_metaflow.facts.store.files import unpacked
from manim_metaflow.facts.store.internals import Internals

__all__ = ["PARAMETERS", "described_flow", "graph_infos", "packaged_flow"]

PARAMETERS = "_parameters"
"""The pseudo-step that holds what every task starts with."""

_LARGEST = 4 * 1024 * 1024
"""Bytes of source that are read at most: what is larger is no flow that somebody wrote."""
_LARGEST_PACKAGE = 256 * 1024 * 1024
"""Bytes of a package, decompressed, that are searched for the source."""
_MOST_FILES = 100_000
"""Files of a package that are looked at."""


def graph_infos(tasks: Sequence[StoredTask], internals: Internals) -> Iterator[dict[str, Any]]:
    """Yield the descriptions of the graph that tasks stored: each holds the same, but one may be damaged."""
    seen = set()
    # The pseudo-step first: Metaflow stores the graph with it before any task runs.
    for task in sorted(tasks, key=lambda task: task.step != PARAMETERS):
        for attempt in task.attempts:
            key = (attempt.keys or {}).get("_graph_info")
            if key is None or key in seen:
                continue
            seen.add(key)
            info = internals.read(task, attempt, "_graph_info")
            if isinstance(info, dict) and "steps" in info:
                yield info


def described_flow(flow_name: str, run_id: str, infos: Iterable[dict[str, Any]]) -> FlowInfo:
    """Build the flow from the first description that is whole.

    Raises
    ------
    RunError
        If there is none.
    """
    damage: Exception | None = None
    for info in infos:
        try:
            flow = flow_from_graph_info(flow_name, info)
            # Written and read again, every value of it has been checked.
            return FlowInfo.from_json(flow.to_json(), name="it")
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError, RecordingError) as error:
            damage = error
    what = "the run holds no description of its graph"
    if damage is not None:
        what = f"its description of the graph is damaged ({damage!r})"
    raise RunError(f"{flow_name}/{run_id}: {what}. Give the flow's file with flow=.") from damage


def packaged_flow(flow: FlowInfo, tasks: Iterable[StoredTask], store: Datastore) -> FlowInfo:
    """Give a flow that a run described the source that the run kept.

    Metaflow keeps a package with a run only if a task of it ran elsewhere, or if it is told to.
    """
    for sha, script in _packages(tasks):
        text = _member(store.blob(sha, _LARGEST_PACKAGE), flow.file or script)
        if text:
            return _with_source(flow, text)
    return flow


def _packages(tasks: Iterable[StoredTask]) -> list[tuple[str, str]]:
    """Key of each package, with the name of the script that ran; the package may be there late."""
    found: dict[str, str] = {}
    for task in tasks:
        value = task.metadata.newest("code-package")
        noted = json_object(value.encode(errors="replace")) if isinstance(value, str) else None
        sha = (noted or {}).get("sha")
        if isinstance(sha, str) and is_key(sha):
            found.setdefault(sha, str(task.metadata.newest("script-name") or ""))
    return list(found.items())


def _member(package: bytes | None, name: str) -> str:
    """Read one file of a package."""
    if package is None or not name:
        return ""
    # Decompressed before, and only so far: tarfile would go on for as long as there is something.
    plain = unpacked(package, _LARGEST_PACKAGE) or package
    try:
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
            members = islice(archive, _MOST_FILES)
            member = next((member for member in members if member.name == name), None)
            file = archive.extractfile(member) if member is not None else None
            text = file.read(_LARGEST + 1) if file is not None else b""
            return text.decode() if len(text) <= _LARGEST else ""
    # A link that leads to itself is followed until Python gives up.
    except (KeyError, tarfile.TarError, OSError, EOFError, ValueError, OverflowError, RecursionError):
        return ""


def _with_source(flow: FlowInfo, text: str) -> FlowInfo:
    tree = parsed(text)
    if tree is None:
        return flow
    found = {
        step.name: step
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == flow.name
        for step in node.body
        if isinstance(step, ast.FunctionDef)
    }
    # The package may have another flow's file under that name.
    if not found:
        return flow
    lines = text.splitlines(keepends=True)
    steps = []
    for step in flow.steps:
        node = found.get(step.name)
        if node is None:  # it comes from a base class, perhaps in another file
            steps.append(step)
            continue
        first, last = min([node.lineno, *(each.lineno for each in node.decorator_list)]), node.end_lineno
        last = last or node.lineno
        source = plain_source(lines[first - 1 : last])
        steps.append(replace(step, source=source, file=flow.file, first_line=first, last_line=last))
    return replace(flow, source=text, steps=tuple(steps))
