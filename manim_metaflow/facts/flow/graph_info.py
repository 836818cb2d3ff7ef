"""Rebuild a flow from the description Metaflow stores with each run, for when its source is not at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from manim_metaflow.facts.flow.edges import case_label, edges_of
from manim_metaflow.facts.records import DecoratorInfo, FlowInfo, ParameterInfo, StepInfo
from manim_metaflow.facts.records.kinds import kind_stored_as

__all__ = ["constant_names", "flow_from_graph_info"]


def flow_from_graph_info(name: str, info: Mapping[str, Any]) -> FlowInfo:
    """Read Metaflow's ``_graph_info``: everything but the source, which it does not hold.

    Decorators are named only: what the author wrote in them and what Metaflow filled in cannot be told
    apart any more.
    """
    start, end = str(info.get("start_step", "start")), str(info.get("end_step", "end"))
    steps = [
        _step(held) for held in sorted(info["steps"].values(), key=lambda held: _place(held, info, start))
    ]
    steps = _with_split_parents(_with_parallel_steps(steps), start)
    return FlowInfo(
        name=name,
        steps=tuple(steps),
        edges=tuple(edge for step in steps for edge in edges_of(step)),
        start=start,
        end=end,
        doc=str(info.get("doc") or "").strip("\n"),
        parameters=tuple(
            ParameterInfo(name=held["name"], variable=held["name"], kind=held["type"])
            for held in info.get("parameters", ())
        ),
        decorators=_decorators(info.get("decorators", ())),
        file=str(info.get("file", "")),
    )


def constant_names(info: Mapping[str, Any]) -> frozenset[str]:
    """Name the parameters and class constants, which every task carries along unchanged."""
    return frozenset(held["name"] for kind in ("parameters", "constants") for held in info.get(kind, ()))


def _place(held: Mapping[str, Any], info: Mapping[str, Any], start: str) -> tuple[bool, int]:
    file = info["steps"].get(start, held).get("source_file")
    return held.get("source_file") != file, held.get("line") or 0


def _step(held: Mapping[str, Any]) -> StepInfo:
    kind = kind_stored_as(held["type"])
    cases = held.get("switch_cases") or {}
    return StepInfo(
        name=held["name"],
        kind=kind,
        doc=str(held.get("doc") or "").strip("\n"),
        decorators=_decorators(held.get("decorators", ())),
        file=Path(held.get("source_file") or "").name,
        targets=tuple(dict.fromkeys(held.get("next", ()))),
        foreach_param=held.get("foreach_artifact"),
        parallel=held["type"] == "split-parallel",
        num_parallel=held.get("num_parallel") or None,
        condition=held.get("condition"),
        cases=tuple((case_label(key), target) for key, target in cases.items()),
        matching_join=held.get("matching_join"),
    )


def _decorators(held: Iterable[Mapping[str, Any]]) -> tuple[DecoratorInfo, ...]:
    names = [str(decorator["name"]).rpartition(".")[2] for decorator in held]
    return tuple(DecoratorInfo(name=name, text=f"@{name}") for name in names)


def _with_parallel_steps(steps: list[StepInfo]) -> list[StepInfo]:
    bodies = {target for step in steps if step.parallel for target in step.targets}
    return [replace(step, parallel_step=step.name in bodies) for step in steps]


def _with_split_parents(steps: list[StepInfo], start: str) -> list[StepInfo]:
    """Walk from the start and keep the stack of open splits, as Metaflow does while it reads a flow."""
    by_name = {step.name: step for step in steps}
    opened: dict[str, tuple[str, ...]] = {start: ()}
    waiting = [start]
    while waiting:
        step = by_name[waiting.pop()]
        stack = opened[step.name]
        if step.is_join:
            stack = stack[:-1]
        elif step.opens_split:
            stack = (*stack, step.name)
        for target in step.targets:
            if target in by_name and target not in opened:
                opened[target] = stack
                waiting.append(target)
    return [replace(step, split_parents=opened.get(step.name, ())) for step in steps]
