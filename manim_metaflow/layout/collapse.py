"""A flow with some of its regions drawn as one step each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import EdgeInfo, FlowInfo, StepInfo
from manim_metaflow.layout.nesting import loose_splits

__all__ = ["check_collapsed", "collapse_flow", "folded_name", "inside", "region_names"]


def region_names(flow: FlowInfo) -> list[str]:
    """Return the steps that fan out up to a join of their own: each names the region in between."""
    loose = loose_splits(flow)
    return [step.name for step in flow.steps if step.matching_join is not None and step.name not in loose]


def inside(flow: FlowInfo, region: str) -> list[str]:
    """Return the steps between the one that fans out and its join, in the author's order.

    Raises
    ------
    UsageError
        The step does not fan out, or not up to one join of its own.
    """
    regions = region_names(flow)
    if region not in regions:
        known = ", ".join(regions) or "none"
        raise UsageError(
            f"{flow.name} has no region {region!r}. Regions have the name of the step that fans out: {known}."
        )
    join = flow[region].matching_join
    return [step.name for step in flow.steps if region in step.split_parents and step.name != join]


def folded_name(region: str) -> str:
    """Return the name of the box drawn for a collapsed region: no step can have it.

    >>> folded_name("start")
    'start…'
    """
    return f"{region}…"


def collapse_flow(flow: FlowInfo, regions: Sequence[str]) -> FlowInfo:
    """Put one step in the place of all that a region holds.

    Parameters
    ----------
    flow
        The flow.
    regions
        Names of steps that fan out. One inside of another has no effect.

    Raises
    ------
    UsageError
        A step does not fan out.
    """
    hidden = {region: inside(flow, region) for region in dict.fromkeys(regions)}
    outer = {
        region: names
        for region, names in hidden.items()
        # Its steps are gone when the outer region is folded: it would not be found any more.
        if names and not any(region in others for others in hidden.values())
    }
    for region, names in outer.items():
        flow = _fold(flow, region, set(names))
    return flow


def check_collapsed(flow: FlowInfo, regions: Sequence[str]) -> None:
    """Refuse regions that look the same collapsed: a user who asks for one expects to see a difference.

    Raises
    ------
    UsageError
        A step does not fan out, its region is one step, or another region that is collapsed holds it.
    """
    hidden = {region: inside(flow, region) for region in dict.fromkeys(regions)}
    for region, names in hidden.items():
        if len(names) < 2:
            held = f"one step, {names[0]}" if names else "no step"
            raise UsageError(
                f"{flow.name}: the region {region!r} holds {held}: collapsed, it would look the same. "
                "Leave it out."
            )
        outer = next((other for other, others in hidden.items() if region in others), None)
        if outer is not None:
            raise UsageError(
                f"{flow.name}: the region {region!r} is inside of {outer!r}, which is collapsed, too. "
                "Leave one of them out."
            )


def _fold(flow: FlowInfo, region: str, names: set[str]) -> FlowInfo:
    split = flow[region]
    join = split.matching_join
    assert join is not None
    name = folded_name(region)
    # A plain step, not a foreach: the box stands for all that happens inside, and nothing fans out of it.
    fold = StepInfo(name, "linear", targets=(join,), split_parents=(*split.enclosing_splits, region))
    steps: list[StepInfo] = []
    for step in flow.steps:
        if step.name == region:
            steps += [replace(step, targets=(name,)), fold]
        elif step.name not in names:
            steps.append(step)
    edges: list[EdgeInfo] = []
    for edge in flow.edges:
        if edge.source == region:
            # All that leaves the step goes into the one box. A step's edges follow each other.
            if not edges or edges[-1].source != name:
                edges += [EdgeInfo(region, name, edge.kind), EdgeInfo(name, join, "next")]
        elif edge.source not in names:
            edges.append(edge)
    return replace(flow, steps=tuple(steps), edges=tuple(edges))
