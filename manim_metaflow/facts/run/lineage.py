"""Which task came from which, and from which parent each of its artifacts came, by what the datastore holds.

Metaflow's own client answers by graph and index, which is wrong around recursion and for clones; the
rule here compares the recorded foreach stacks, iterations and transitions instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from manim_metaflow.facts.records import FlowInfo

__all__ = ["Parents", "Position", "Stack", "closing_foreach", "parent_key", "parents_of"]

Stack = tuple[tuple[str, int], ...]

Parents = Sequence[tuple[str, Mapping[str, str]]]
"""Path and key map of each parent of a task."""


@dataclass(frozen=True)
class Position:
    """Where in the graph a task is: its step, foreach stack and iterations, and where it went on to."""

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


def parents_of(positions: Iterable[Position], flow: FlowInfo) -> dict[str, tuple[str, ...]]:
    """Find the parents of every task, by foreach index and then in the order of ``positions``."""
    positions = tuple(positions)
    fan_outs = {step.name for step in flow.steps if step.is_foreach}
    loops = {step.name for step in flow.steps if step.name in step.targets}
    joins = closing_foreach(flow)
    # A task finds its parents by its step and its place: those that went on at one level of foreaches, and
    # the one above that fanned out to it. Looked up, not searched: a foreach may have thousands of tasks.
    level: dict[tuple[str, Stack], list[Position]] = defaultdict(list)
    above: dict[tuple[str, Stack], list[Position]] = defaultdict(list)
    for position in positions:
        for target in position.to:
            if position.step in fan_outs:
                above[target, position.stack].append(position)
            else:
                # A join closes the foreach: its own place has one index less than those of its parents.
                level[target, position.stack[:-1] if target in joins else position.stack].append(position)
    found = {}
    for position in positions:
        candidates = level[position.step, position.stack] + above[position.step, position.stack[:-1]]
        if position.step in loops:
            candidates = [parent for parent in candidates if _precedes(parent, position)]
        # Metaflow gives a join its inputs in the order of the foreach's index, whichever ended first.
        candidates.sort(key=lambda parent: [index for _, index in parent.stack])
        found[position.path] = tuple(parent.path for parent in candidates)
    return found


def _precedes(parent: Position, position: Position) -> bool:
    """Return whether ``parent`` led to this very round of a recursive step."""
    round_ = position.iteration[-1] if position.iteration else 0
    # Whatever is not the step itself leads to its first round only.
    if parent.step != position.step:
        return round_ == 0
    return bool(parent.iteration) and parent.iteration[-1] + 1 == round_


def parent_key(name: str, key: str, parents: Parents) -> tuple[str | None, str | None]:
    """Find the parent from which a task has an artifact: its path, and its key there if that was another.

    A parent with the very same key goes before one with another: a join may have several of that name.

    >>> parents = [("a/2", {"x": "1f"}), ("b/3", {"x": "9c", "y": "77"})]
    >>> parent_key("x", "9c", parents), parent_key("x", "00", parents), parent_key("z", "00", parents)
    (('b/3', None), ('a/2', '1f'), (None, None))
    """
    source = before = None
    for path, keys in parents:
        found = keys.get(name)
        if found == key:
            return path, None
        if found is not None and before is None:
            source, before = path, found
    return source, before
