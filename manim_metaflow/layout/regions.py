"""The nested regions of a flow: what may be framed, collapsed, or laid out on its own.

Splits and foreaches nest by Metaflow's rule, each with the join that closes it. Switches need no join: where
their arms nest all the same they are regions too, and where arms skip ahead or share targets the steps
concerned are one :class:`Tangle`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import networkx as nx

from manim_metaflow.errors import FlowError
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.facts.records.kinds import FanOut
from manim_metaflow.layout.nesting import Edge, Link, Nesting, Part, read_nesting

__all__ = ["Fan", "Lane", "Region", "Series", "Tangle", "region_tree", "walk"]


@dataclass(slots=True)
class Lane:
    """A branch without a step: the edge that goes past the others."""

    edge: Edge


@dataclass(slots=True)
class Series:
    """Steps and regions one after the other. A split's region is between the split and its join."""

    items: list[str | Fan | Tangle] = field(default_factory=list)


@dataclass(slots=True)
class Fan:
    """Branches side by side, in the author's order, between the step ``source`` and where they meet."""

    kind: FanOut
    source: str
    branches: list[Series | Lane] = field(default_factory=list)


@dataclass(slots=True)
class Tangle:
    """Steps between a switch and where its arms meet that form neither a series nor branches.

    ``links`` are edges between ``members`` by index, -1 for the step before and ``len(members)`` for the
    step after the tangle.
    """

    members: list[Series]
    links: list[Link]


Region = Series | Fan | Tangle | Lane


def region_tree(flow: FlowInfo) -> Series:
    """Return the regions of a flow.

    Parameters
    ----------
    flow
        The flow; only its steps' order, splits, joins and edges matter.

    Returns
    -------
    Series
        The flow from its start to its end.

    Raises
    ------
    FlowError
        If the steps do not nest as Metaflow demands.

    Examples
    --------
    >>> from manim_metaflow.facts.records import EdgeInfo, FlowInfo, StepInfo
    >>> steps = StepInfo("start", "start", targets=("end",)), StepInfo("end", "end")
    >>> flow = FlowInfo("Short", steps, (EdgeInfo("start", "end", "next"),), "start", "end")
    >>> region_tree(flow).items
    ['start', 'end']
    """
    return _Builder(flow, read_nesting(flow)).build()


def walk(root: Region) -> Iterator[Region]:
    """Yield ``root`` and every region in it, each before those it holds."""
    todo: list[Region] = [root]
    while todo:
        region = todo.pop()
        yield region
        if isinstance(region, Series):
            todo.extend(item for item in reversed(region.items) if not isinstance(item, str))
        elif isinstance(region, Fan):
            todo.extend(reversed(region.branches))
        elif isinstance(region, Tangle):
            todo.extend(reversed(region.members))


class _Builder:
    def __init__(self, flow: FlowInfo, nesting: Nesting) -> None:
        self.flow = flow
        self.nesting = nesting
        self.rank = {step.name: {name: i for i, name in enumerate(step.targets)} for step in flow.steps}
        self.pending: list[tuple[Series, Part]] = []

    def build(self) -> Series:
        # A list of what is pending and not recursion: flows may nest deeper than Python's stack.
        root = self._series(self.nesting.parts[None])
        while self.pending:
            series, part = self.pending.pop()
            self._fill(series, part)
        return root

    def _series(self, part: Part) -> Series:
        series = Series()
        self.pending.append((series, part))
        return series

    def _fill(self, series: Series, part: Part) -> None:
        """Cut a part at the steps every path goes through; what is between two of them is a region."""
        ends = [-1, *_cuts(part), len(part.nodes)]
        links: list[list[Link]] = [[] for _ in ends]
        for link in part.links:
            # No link passes over a cut, so that the region its tail is in holds it whole.
            links[bisect_right(ends, link[0]) - 1].append(link)
        for k, (lower, upper) in enumerate(pairwise(ends)):
            if upper - lower > 1:
                inner = _slice(part, lower + 1, upper, links[k])
                series.items.append(self._switch_region(inner))
            if upper < len(part.nodes):
                series.items.extend(self._expand(part.nodes[upper]))

    def _expand(self, name: str) -> list[str | Fan | Tangle]:
        """Return a step, or a split with its branches and its join."""
        if name not in self.nesting.join_of:
            return [name]
        part = self.nesting.parts[name]
        fan = Fan("foreach" if self.flow[name].is_foreach else "split", name)
        fan.branches.extend(self._branches(part))
        return [name, fan, self.nesting.join_of[name]]

    def _switch_region(self, part: Part) -> Fan | Tangle:
        # A part between two cuts is entered from the first of them: the one step that all its links from
        # outside leave.
        source = next(edge[0] for tail, _, edge in part.links if tail < 0)
        # A "split" comes here if it is a loose one: see `loose_splits`.
        if self.flow[source].traits.fan_out not in ("switch", "split"):
            raise FlowError(f"Step {source} leads to several steps but is neither a split nor a switch.")
        # After a switch no join says where the arms meet. If the steps fall apart once both ends are taken
        # away, they are branches like those of a split; if not, arms share steps, and only layers help.
        branches = self._branches(part, whole=True)
        if branches:
            return Fan("switch", source, branches)
        return Tangle([Series(self._expand(name)) for name in part.nodes], part.links)

    def _branches(self, part: Part, *, whole: bool = False) -> list[Series | Lane]:
        """Split a part into its independent branches; none if it is ``whole`` and does not fall apart."""
        groups, lanes = _components(part)
        if whole and len(groups) + len(lanes) < 2:
            return []
        ranked: list[tuple[int, Series | Lane]] = [(self._rank(link[2]), Lane(link[2])) for link in lanes]
        for branch in groups:
            # A branch with several entries stands where the author wrote the first of them.
            rank = min(self._rank(edge) for tail, _, edge in branch.links if tail < 0)
            ranked.append((rank, self._series(branch)))
        return [branch for _, branch in sorted(ranked, key=lambda pair: pair[0])]

    def _rank(self, edge: Edge) -> int:
        # An edge that its step does not name as a target comes last.
        return self.rank[edge[0]].get(edge[1], len(self.rank))


def _cuts(part: Part) -> list[int]:
    """Positions of the steps that every path through a part visits.

    The nodes are in topological order, so that a step is one if no edge passes over its position. That is
    one look at each edge, where dominators from a library would cost a graph for each part.
    """
    count = len(part.nodes)
    # One place more than there are nodes: the outer source, -1, is at 0.
    farthest = [-1] * (count + 1)
    for tail, head, _ in part.links:
        farthest[tail + 1] = max(farthest[tail + 1], head)
    cuts, reach = [], farthest[0]
    for i in range(count):
        if reach <= i:
            cuts.append(i)
        reach = max(reach, farthest[i + 1])
    return cuts


def _slice(part: Part, lower: int, upper: int, links: list[Link]) -> Part:
    # What comes from the cut before comes from outside of the part: -1.
    shift = [(max(tail - lower, -1), head - lower, edge) for tail, head, edge in links]
    return Part(part.nodes[lower:upper], shift)


def _components(part: Part) -> tuple[list[Part], list[Link]]:
    """Return the connected pieces of a part, and the links that pass them all by."""
    count = len(part.nodes)
    graph = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from((tail, head) for tail, head, _ in part.links if tail >= 0 and head < count)
    pieces = []
    home: dict[int, tuple[Part, int]] = {}
    # Components come in the order of their first step; sorted, each is in topological order again.
    for group in map(sorted, nx.connected_components(graph)):
        piece = Part([part.nodes[i] for i in group], [])
        pieces.append(piece)
        home.update({i: (piece, place) for place, i in enumerate(group)})
    lanes = []
    for link in part.links:
        tail, head, edge = link
        # An edge from the one end to the other without a step is a branch, too: the others have to make
        # room for it.
        if tail < 0 and head == count:
            lanes.append(link)
            continue
        piece = home[tail if tail >= 0 else head][0]
        start = home[tail][1] if tail >= 0 else -1
        end = home[head][1] if head < count else len(piece.nodes)
        piece.links.append((start, end, edge))
    return pieces, lanes
