"""Which task came from which, and from where each artifact came, by what the datastore holds.

Metaflow's own client answers by graph and index, which is wrong around recursion and for clones; the
rule here compares the recorded foreach stacks, iterations and transitions instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from manim_metaflow.facts.records import FlowInfo

__all__ = ["Place", "closing_foreach", "parents_of"]

Stack = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Place:
    """Where a task stands: its step, foreach stack and iterations, and where it went on to."""

    path: str
    step: str
    stack: Stack = ()
    iteration: tuple[int, ...] = ()
    to: tuple[str, ...] = ()


def closing_foreach(flow: FlowInfo) -> frozenset[str]:
    """Name the joins that close a foreach."""
    named = {step.matching_join for step in flow.steps if step.is_foreach}
    # Where switches lead to several joins of one foreach, it names only one of them.
    named |= {
        step.name
        for step in flow.steps
        if step.is_join and step.split_parents and flow[step.split_parents[-1]].is_foreach
    }
    return frozenset(join for join in named if join is not None)


def parents_of(places: Iterable[Place], flow: FlowInfo) -> dict[str, tuple[str, ...]]:
    """Find the parents of every task, by foreach index and then in the order of ``places``."""
    places = tuple(places)
    fan_outs = {step.name for step in flow.steps if step.is_foreach}
    loops = {step.name for step in flow.steps if step.name in step.targets}
    joins = closing_foreach(flow)
    level: dict[tuple[str, Stack], list[Place]] = defaultdict(list)
    above: dict[tuple[str, Stack], list[Place]] = defaultdict(list)
    for place in places:
        for target in place.to:
            if place.step in fan_outs:
                above[target, place.stack].append(place)
            else:
                level[target, place.stack[:-1] if target in joins else place.stack].append(place)
    found = {}
    for place in places:
        candidates = level[place.step, place.stack] + above[place.step, place.stack[:-1]]
        if place.step in loops:
            candidates = [parent for parent in candidates if _precedes(parent, place)]
        candidates.sort(key=lambda parent: [index for _, index in parent.stack])
        found[place.path] = tuple(parent.path for parent in candidates)
    return found


def _precedes(parent: Place, place: Place) -> bool:
    """Tell whether ``parent`` led to this very round of a recursive step."""
    round_ = place.iteration[-1] if place.iteration else 0
    if parent.step != place.step:
        return round_ == 0
    return bool(parent.iteration) and parent.iteration[-1] + 1 == round_
