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
    """Read Metaflow's ``_graph_info``: everything but the source, which it does not have.

    Decorators have their names only: Metaflow's defaults cannot be separated from what the author wrote.
    """
    start, end = str(info.get("start_step", "start")), str(info.get("end_step", "end"))
    stored_steps = sorted(info["steps"].values(), key=lambda stored: _source_order(stored, info, start))
    steps = [_step(stored) for stored in stored_steps]
    steps = _with_split_parents(_with_parallel_steps(steps), start)
    return FlowInfo(
        name=name,
        steps=tuple(steps),
        edges=tuple(edge for step in steps for edge in edges_of(step)),
        start=start,
        end=end,
        doc=str(info.get("doc") or "").strip("\n"),
        parameters=tuple(
            ParameterInfo(name=stored["name"], variable=stored["name"], kind=stored["type"])
            for stored in info.get("parameters", ())
        ),
        decorators=_decorators(info.get("decorators", ())),
        file=str(info.get("file", "")),
    )


def constant_names(info: Mapping[str, Any]) -> frozenset[str]:
    """Name the parameters and class constants, which every task carries along unchanged."""
    stored = [each for kind in ("parameters", "constants") for each in _listed(info.get(kind))]
    return frozenset(str(each.get("name")) for each in stored if isinstance(each, dict))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _source_order(stored: Mapping[str, Any], info: Mapping[str, Any], start: str) -> tuple[bool, int]:
    # Lines of different files cannot be compared: inherited steps follow those of the file that starts.
    file = info["steps"].get(start, stored).get("source_file")
    return stored.get("source_file") != file, stored.get("line") or 0


def _step(stored: Mapping[str, Any]) -> StepInfo:
    kind = kind_stored_as(stored["type"])
    cases = stored.get("switch_cases") or {}
    return StepInfo(
        name=stored["name"],
        kind=kind,
        doc=str(stored.get("doc") or "").strip("\n"),
        decorators=_decorators(stored.get("decorators", ())),
        # The path is of the machine that the run was started on: only the name means something here.
        file=Path(stored.get("source_file") or "").name,
        # Two cases of a switch may lead to the same step, which Metaflow then lists twice.
        targets=tuple(dict.fromkeys(stored.get("next", ()))),
        foreach_param=stored.get("foreach_artifact"),
        parallel=stored["type"] == "split-parallel",
        num_parallel=stored.get("num_parallel") or None,
        condition=stored.get("condition"),
        cases=tuple((case_label(key), target) for key, target in cases.items()),
        matching_join=stored.get("matching_join"),
    )


def _decorators(stored: Iterable[Mapping[str, Any]]) -> tuple[DecoratorInfo, ...]:
    names = [str(decorator["name"]).rpartition(".")[2] for decorator in stored]
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
        # Metaflow's own list keeps the split that a join closes; it is taken off only for what follows.
        if step.is_join:
            stack = stack[:-1]
        elif step.opens_split:
            stack = (*stack, step.name)
        for target in step.targets:
            # The first way to a step decides: all ways into it have the same splits open, by Metaflow's
            # rule.
            if target in by_name and target not in opened:
                opened[target] = stack
                waiting.append(target)
    return [replace(step, split_parents=opened.get(step.name, ())) for step in steps]
