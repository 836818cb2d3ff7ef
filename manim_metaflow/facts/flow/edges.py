"""The labelled edges that leave a step."""

from __future__ import annotations

import json

from manim_metaflow.facts.records.flow import EdgeInfo, EdgeKind, StepInfo

__all__ = ["case_label", "edges_of"]


def case_label(key: object) -> str:
    """Write a switch case as it reads in the source: ``"fast"``, ``True``, ``cfg.mode``."""
    if not isinstance(key, str):
        return repr(key)
    if key.startswith("config:"):
        return key.removeprefix("config:")
    return json.dumps(key, ensure_ascii=False)


def edges_of(step: StepInfo) -> tuple[EdgeInfo, ...]:
    """List the arrows that leave a step, one for each target."""
    edges = []
    for target in step.targets:
        labels = tuple(label for label, case_target in step.cases if case_target == target)
        edges.append(EdgeInfo(step.name, target, _edge_kind(step, target), labels))
    return tuple(edges)


def _edge_kind(step: StepInfo, target: str) -> EdgeKind:
    if step.is_switch:
        return "loop" if target == step.name else "case"
    if step.is_foreach:
        return "foreach"
    return "branch" if len(step.targets) > 1 else "next"
