"""The source of a run's flow from its code package, where it has one: read as text, never imported."""

from __future__ import annotations

import ast
import io
import json
import tarfile
from collections.abc import Iterable
from dataclasses import replace

from manim_metaflow.facts.flow.source import plain_source
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.facts.store.stored import RunStore, StoredTask

__all__ = ["packaged_flow"]

_LARGEST = 4 * 1024 * 1024
"""Bytes of source that are read at most: what is larger is no flow that somebody wrote."""


def packaged_flow(flow: FlowInfo, tasks: Iterable[StoredTask], store: RunStore) -> FlowInfo:
    """Give a flow that a run described the source that the run kept.

    Metaflow keeps a package with a run only if a task of it ran elsewhere, or if it is told to.
    """
    for sha, script in _packages(tasks):
        text = _member(store.blob(sha), flow.file or script)
        if text:
            return _with_source(flow, text)
    return flow


def _packages(tasks: Iterable[StoredTask]) -> list[tuple[str, str]]:
    """Key of each package, with the name of the script that ran; the package may be there late."""
    found: dict[str, str] = {}
    for task in tasks:
        held = task.metadatum("code-package")
        try:
            sha = json.loads(held).get("sha") if isinstance(held, str) else None
        except (ValueError, AttributeError):
            continue
        if isinstance(sha, str):
            found.setdefault(sha, str(task.metadatum("script-name") or ""))
    return list(found.items())


def _member(package: bytes | None, name: str) -> str:
    """Read one file of a package."""
    if package is None or not name:
        return ""
    try:
        with tarfile.open(fileobj=io.BytesIO(package)) as archive:
            member = archive.getmember(name)
            file = archive.extractfile(member) if member.size <= _LARGEST else None
            return file.read().decode() if file is not None else ""
    except (KeyError, tarfile.TarError, OSError, EOFError, UnicodeDecodeError):
        return ""


def _with_source(flow: FlowInfo, text: str) -> FlowInfo:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return flow
    found = {
        step.name: step
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name == flow.name
        for step in node.body
        if isinstance(step, ast.FunctionDef)
    }
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
