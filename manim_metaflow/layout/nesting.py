"""A flow's steps by the split that encloses them, checked against Metaflow's rules of nesting."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain

import networkx as nx

from manim_metaflow.errors import FlowError
from manim_metaflow.facts.records import FlowInfo, StepInfo

__all__ = ["Edge", "Link", "Nesting", "Part", "loose_splits", "read_nesting"]

Edge = tuple[str, str]
Link = tuple[int, int, Edge]
"""Positions of its two ends in a part, -1 for the outer source and ``len(nodes)`` for the outer sink."""

End = tuple[str | None, str | None, Edge]
"""Names of the two ends of an edge in its part, ``None`` for the outer source and sink."""

_BOUNDARY: Edge = ("", "")
"""The edge that leads into a flow's first step, and the one that leaves its last."""


@dataclass(slots=True)
class Part:
    """Steps between one source and one sink, in topological order. A split with its join is one node."""

    nodes: list[str]
    links: list[Link]


@dataclass
class Nesting:
    """The parts of a flow, by the split that encloses them (``None``: the flow itself)."""

    parts: dict[str | None, Part] = field(default_factory=dict)
    join_of: dict[str, str] = field(default_factory=dict)
    """The join of each split and foreach."""


def read_nesting(flow: FlowInfo) -> Nesting:
    """Sort the steps of ``flow`` into parts.

    Raises
    ------
    FlowError
        The steps do not nest as Metaflow demands; the message names the step.
    """
    # First the names: all that follows looks steps up by them, and a record from a file need not be sound.
    _check_names(flow)
    loose = loose_splits(flow)
    join_of = _joins(flow, loose)
    opener_of = {join: opener for opener, join in join_of.items()}
    inside = {step.name: _splits_around(step, opener_of, loose) for step in flow.steps}
    # A join is no node of its own: its split is the node for both, so that what nests shrinks to one node.
    members: dict[str | None, list[str]] = {None: []}
    members.update({opener: [] for opener in join_of})
    for step in flow.steps:
        if step.name not in opener_of:
            members[inside[step.name][-1] if inside[step.name] else None].append(step.name)
    links: dict[str | None, list[End]] = {part: [] for part in members}
    # The two edges that no step has are added, so that the first and the last step have an edge in and one
    # out as all others have.
    links[None] += [(None, opener_of.get(flow.start, flow.start), _BOUNDARY)]
    links[None] += [(opener_of.get(flow.end, flow.end), None, _BOUNDARY)]
    for edge in _edges(flow):
        part, tail, head = _place_edge(edge, inside, join_of, opener_of)
        links[part].append((tail, head, edge))
    # Each step is in one part, and so is each edge: the parts are sorted together, which is faster.
    place = {name: i for i, name in enumerate(_topological(flow, members, links))}
    nesting = Nesting(join_of=join_of)
    for part, nodes in members.items():
        nesting.parts[part] = _part(flow, sorted(nodes, key=place.__getitem__), links[part])
    return nesting


def _check_names(flow: FlowInfo) -> None:
    seen: set[str] = set()
    for step in flow.steps:
        if step.name in seen:
            raise FlowError(f"Flow {flow.name} has two steps named {step.name!r}.")
        seen.add(step.name)
    for role, name in (("start", flow.start), ("end", flow.end)):
        if name not in seen:
            raise FlowError(f"Flow {flow.name} names {name!r} as its {role} step but has no such step.")
    for edge in flow.edges:
        for name in (edge.source, edge.target):
            if name not in seen:
                raise FlowError(f"Edge {edge.source} -> {edge.target} of flow {flow.name}: no step {name!r}.")


def loose_splits(flow: FlowInfo) -> set[str]:
    """Return the splits that share a join, or have several: then switches lead to one or another.

    Metaflow demands that each way through a flow closes what it opens, not that one join belongs to one
    split. Such splits are laid out as switches are.
    """
    openers: dict[str, list[str]] = {}
    closers: dict[str, list[str]] = {}
    for step in flow.steps:
        if step.opens_split and step.matching_join is not None:
            # Metaflow's graph notes one join for each split: the last that it met. The other joins of the
            # split are found from their own side, below.
            openers.setdefault(step.matching_join, []).append(step.name)
        if step.is_join and step.split_parents:
            closers.setdefault(step.split_parents[-1], []).append(step.name)
    loose = {name for names in openers.values() if len(names) > 1 for name in names}
    return loose | {name for name, joins in closers.items() if len(joins) > 1}


def _joins(flow: FlowInfo, loose: set[str]) -> dict[str, str]:
    """Join of each split that nests, in the author's order."""
    join_of: dict[str, str] = {}
    for step in flow.steps:
        if not step.opens_split or step.name in loose:
            continue
        join = step.matching_join
        if join is None or join not in flow:
            raise FlowError(f"Step {step.name} of flow {flow.name} fans out but no join closes it.")
        # Metaflow counts the split that a join closes among those around the join.
        around = [name for name in step.split_parents if name not in loose]
        if [name for name in flow[join].split_parents if name not in loose] != [*around, step.name]:
            raise FlowError(f"Join {join} of flow {flow.name} is not inside the split {step.name} it closes.")
        join_of[step.name] = join
    return join_of


def _splits_around(step: StepInfo, opener_of: dict[str, str], loose: set[str]) -> tuple[str, ...]:
    # The split that a join closes is the last around it. A join stands beside its split, so that this one
    # is taken off.
    parents = step.split_parents
    if step.name in opener_of or (parents and step.is_join and parents[-1] in loose):
        parents = parents[:-1]
    elif step.is_join:
        raise FlowError(f"Step {step.name} is a join but closes no split.")
    return tuple(name for name in parents if name not in loose)


def _edges(flow: FlowInfo) -> list[Edge]:
    """Edges without self-loops and repeats, those of one step in the author's order."""
    ranks = {step.name: {target: i for i, target in enumerate(step.targets)} for step in flow.steps}
    order = {step.name: i for i, step in enumerate(flow.steps)}
    pairs = dict.fromkeys((edge.source, edge.target) for edge in flow.edges if edge.source != edge.target)
    late = len(flow.steps)
    return sorted(pairs, key=lambda pair: (order[pair[0]], ranks[pair[0]].get(pair[1], late)))


def _place_edge(
    edge: Edge,
    inside: dict[str, tuple[str, ...]],
    join_of: dict[str, str],
    opener_of: dict[str, str],
) -> tuple[str | None, str | None, str | None]:
    """Part of an edge, and its ends there (``None``: the part's boundary)."""
    source, target = edge
    here, there = inside[source], inside[target]
    # What leaves a join leaves the node of its split.
    tail: str | None = opener_of.get(source, source)
    head: str | None = target
    # An edge from a split begins, and one into its join ends, at the boundary of the part in between.
    if source in join_of:
        here, tail = (*here, source), None
    if target in opener_of:
        there, head = (*there, opener_of[target]), None
    if here != there:
        raise FlowError(
            f"Edge {source} -> {target} leads from {_words(here)} to {_words(there)}: "
            "what a split opens, a join must close."
        )
    return (here[-1] if here else None), tail, head


def _words(splits: tuple[str, ...]) -> str:
    return f"inside the split {splits[-1]}" if splits else "outside of any split"


def _part(flow: FlowInfo, nodes: list[str], ends: list[End]) -> Part:
    place = {name: i for i, name in enumerate(nodes)}
    links = [
        (-1 if tail is None else place[tail], len(nodes) if head is None else place[head], edge)
        for tail, head, edge in ends
    ]
    _check_reach(flow, nodes, links)
    return Part(nodes, links)


def _topological(
    flow: FlowInfo, members: dict[str | None, list[str]], links: dict[str | None, list[End]]
) -> list[str]:
    graph = nx.DiGraph()
    graph.add_nodes_from(chain.from_iterable(members.values()))
    ends = chain.from_iterable(links.values())
    graph.add_edges_from((tail, head) for tail, head, _ in ends if tail is not None and head is not None)
    try:
        return list(nx.topological_sort(graph))
    except nx.NetworkXUnfeasible:
        cycle = ", ".join(source for source, _ in nx.find_cycle(graph))
        raise FlowError(
            f"Flow {flow.name} has a cycle through {cycle}: only a switch may lead to itself."
        ) from None


def _check_reach(flow: FlowInfo, nodes: list[str], links: list[Link]) -> None:
    # There is no cycle in a part: if every step has an edge in, all are reached from the source, and if
    # every step has one out, all reach the sink. No path has to be followed.
    entered = {head for _, head, _ in links}
    left = {tail for tail, _, _ in links}
    for i, name in enumerate(nodes):
        if i not in entered:
            raise FlowError(f"Nothing leads to step {name} of flow {flow.name}.")
        if i not in left:
            raise FlowError(f"Step {name} of flow {flow.name} leads neither to the end nor to a join.")
