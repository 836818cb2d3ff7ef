"""Steps that form no series and no branches, in layers: order within a layer, with lanes for long edges.

This is the layered drawing of Sugiyama: assign layers by the longest path, put a dummy node (a lane) in every
layer that an edge passes, order each layer by barycentres, and swap neighbours while that saves crossings.
Coordinates follow in :mod:`.coordinates`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from itertools import pairwise

from manim_metaflow.layout.nesting import Edge, Link

__all__ = ["Layers", "layer_links"]

_SWEEPS = 9
"""How often all layers are ordered anew, down and up in turn."""

_SWAP_LIMIT = 600
"""Elements up to which neighbours are swapped: its cost grows with the square of a layer's size."""


@dataclass
class Layers:
    """Elements in layers. The first ``members`` elements are steps, the others lanes of an edge."""

    members: int
    rows: list[list[int]] = field(default_factory=list)
    lane_edge: dict[int, Edge] = field(default_factory=dict)
    up: dict[int, list[int]] = field(default_factory=dict)
    down: dict[int, list[int]] = field(default_factory=dict)
    links: list[list[tuple[int, int, Edge]]] = field(default_factory=list)
    """Links from each row to the next."""
    first: list[int] = field(default_factory=list)
    """Elements the outer source leads to, in its order."""

    def crossings(self) -> int:
        """Count crossings between all rows."""
        return sum(self.crossings_below(k) for k in range(len(self.rows) - 1))

    def crossings_below(self, k: int) -> int:
        """Count crossings between row ``k`` and the next."""
        below = {element: i for i, element in enumerate(self.rows[k + 1])}
        seen: list[int] = []
        total = 0
        for element in self.rows[k]:
            heads = sorted(below[head] for head in self.down[element])
            # A link crosses each earlier one that ends farther on, so that crossings are inversions.
            total += sum(len(seen) - bisect_left(seen, head + 1) for head in heads)
            for head in heads:
                insort(seen, head)
        return total

    def separate(self, k: int) -> None:
        """Insert a row of lanes after row ``k``, one for each of its links."""
        place = {element: i for row in self.rows[k : k + 2] for i, element in enumerate(row)}
        row, upper, lower = [], [], []
        for tail, head, edge in sorted(self.links[k], key=lambda link: (place[link[0]], place[link[1]])):
            # Elements are numbered on from the steps; no lane is ever removed, so that their count is the
            # next free number.
            lane = self.members + len(self.lane_edge)
            self.lane_edge[lane] = edge
            row.append(lane)
            upper.append((tail, lane, edge))
            lower.append((lane, head, edge))
        self.rows.insert(k + 1, row)
        self.links[k : k + 1] = [upper, lower]
        self.relink(k, k + 2)

    def relink(self, first: int, last: int) -> None:
        """Rebuild the neighbours of rows ``first`` to ``last`` in each other."""
        for row in self.rows[first:last]:
            self.down.update((element, []) for element in row)
        for row in self.rows[first + 1 : last + 1]:
            self.up.update((element, []) for element in row)
        for links in self.links[first:last]:
            for tail, head, _ in links:
                self.down[tail].append(head)
                self.up[head].append(tail)


def layer_links(count: int, links: list[Link]) -> Layers:
    """Put ``count`` members into layers by their longest path, and order each layer."""
    layers = _assign(count, links)
    # Sweeps find a near minimum from where they begin: from the author's order, the result stays like it.
    _first_order(layers)
    _sweep(layers)
    return layers


def _assign(count: int, links: list[Link]) -> Layers:
    depth = [0] * count
    # Members are in topological order: when a tail's turn comes, its depth is final.
    for tail, head, _ in sorted(links, key=lambda link: link[0]):
        if tail >= 0 and head < count:
            depth[head] = max(depth[head], depth[tail] + 1)
    height = max(depth) + 1
    layers = Layers(count, rows=[[] for _ in range(height)], links=[[] for _ in range(height - 1)])
    for i in range(count):
        layers.rows[depth[i]].append(i)
    # An edge that passes layers gets a lane in each, an element of no width that nothing else may cover.
    fresh = count
    for tail, head, edge in links:
        start = depth[tail] if tail >= 0 else -1
        stop = depth[head] if head < count else height
        chain = [tail] if tail >= 0 else []
        for row in range(start + 1, stop):
            layers.lane_edge[fresh] = edge
            layers.rows[row].append(fresh)
            chain.append(fresh)
            fresh += 1
        chain += [head] if head < count else []
        if tail < 0:
            layers.first.append(chain[0])
        first_row = max(start, 0)
        for k, (upper, lower) in enumerate(pairwise(chain)):
            layers.links[first_row + k].append((upper, lower, edge))
    layers.up = {element: [] for row in layers.rows for element in row}
    layers.down = {element: [] for row in layers.rows for element in row}
    layers.relink(0, len(layers.rows) - 1)
    return layers


def _first_order(layers: Layers) -> None:
    """Order each row as a depth-first walk along the author's order meets its elements."""
    # Read as an ordered set: the order in which elements were met is the answer.
    met: dict[int, None] = {}
    todo = layers.first[::-1]
    while todo:
        element = todo.pop()
        if element not in met:
            met[element] = None
            todo.extend(reversed(layers.down[element]))
    rank = {element: i for i, element in enumerate(met)}
    for row in layers.rows:
        row.sort(key=rank.__getitem__)


def _sweep(layers: Layers) -> None:
    """Try better orders; the first, which is the author's, stays if none is."""
    small = sum(map(len, layers.rows)) <= _SWAP_LIMIT
    best, fewest = [row[:] for row in layers.rows], layers.crossings()
    for turn in range(_SWEEPS):
        if not fewest:
            break
        # The first turn only swaps neighbours, which moves least of the author's order.
        if turn:
            _sweep_once(layers, downwards=turn % 2 == 1)
        if small:
            _swap_neighbours(layers)
        count = layers.crossings()
        if count < fewest:
            best, fewest = [row[:] for row in layers.rows], count
    layers.rows = best


def _sweep_once(layers: Layers, *, downwards: bool) -> None:
    height = len(layers.rows)
    for k in range(1, height) if downwards else range(height - 2, -1, -1):
        _by_barycentre(layers, k, downwards=downwards)


def _by_barycentre(layers: Layers, k: int, *, downwards: bool) -> None:
    other = layers.rows[k - 1] if downwards else layers.rows[k + 1]
    near = layers.up if downwards else layers.down
    place = {element: i for i, element in enumerate(other)}
    row = layers.rows[k]
    own = {element: float(i) for i, element in enumerate(row)}
    mean = {e: sum(place[n] for n in near[e]) / len(near[e]) if near[e] else own[e] for e in row}
    # Equal barycentres keep their order, or two sweeps would take turns for ever.
    row.sort(key=lambda element: (mean[element], own[element]))


def _swap_neighbours(layers: Layers) -> None:
    """Swap elements next to each other as long as that saves crossings."""
    for k, row in enumerate(layers.rows):
        above = {e: i for i, e in enumerate(layers.rows[k - 1])} if k else {}
        below = {e: i for i, e in enumerate(layers.rows[k + 1])} if k + 1 < len(layers.rows) else {}
        # Bubble sort: as many passes as there are elements suffice.
        for _ in row:
            swapped = False
            for i in range(len(row) - 1):
                one, two = row[i], row[i + 1]
                saved = _pair(layers.up, one, two, above) + _pair(layers.down, one, two, below)
                # Never for nothing: an exchange that saves no crossing only leaves the author's order.
                if saved > 0:
                    row[i], row[i + 1], swapped = two, one, True
            if not swapped:
                break


def _pair(near: dict[int, list[int]], one: int, two: int, place: dict[int, int]) -> int:
    """Crossings of two neighbours in their order, less those when swapped."""
    pairs = [(place[a], place[b]) for a in near[one] for b in near[two] if a in place and b in place]
    return sum((a > b) - (a < b) for a, b in pairs)
