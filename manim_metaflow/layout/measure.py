"""Regions to blocks, from the inside out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from manim_metaflow.layout.axes import Style
from manim_metaflow.layout.blocks import Block, FrameBlock, LaneBlock, SeriesBlock, StackBlock, StepBlock
from manim_metaflow.layout.coordinates import offsets
from manim_metaflow.layout.nesting import Edge
from manim_metaflow.layout.regions import Fan, Lane, Region, Series, Tangle, walk
from manim_metaflow.layout.rows import CONNECTOR_ROOM, measure_series
from manim_metaflow.layout.tangle import Layers, layer_links

__all__ = ["Measurer"]

_NEARLY_LEVEL = 0.4
"""A middle branch that misses the axis by less is moved onto it: a slight S looks like a mistake."""

_LEAST_SHARE = 0.4
"""Share of the longest row that a region may always have for its own rows, however deep it is nested."""


class Measurer:
    """Turns regions into blocks; keeps those made, so that a region is measured once."""

    def __init__(self, style: Style, edges: Sequence[Edge], max_length: float | None) -> None:
        self.style = style
        self.max_length = max_length
        self.touching: dict[str, list[Edge]] = {}
        for edge in edges:
            for name in dict.fromkeys(edge):
                self.touching.setdefault(name, []).append(edge)
        # By identity: regions are mutable, and two that are equal have places of their own.
        self.done: dict[int, Block] = {}
        self.rooms: dict[int, float | None] = {}

    def measure(self, series: Series) -> Block:
        """Measure a series and all that is in it."""
        regions = list(walk(series))
        self.rooms = dict.fromkeys(map(id, regions))
        whole = self._measure_all(regions)
        # Measured in one row first, so that a limit changes nothing in a flow that fits.
        if self.max_length is None or whole.length <= self.max_length:
            return whole
        self.rooms[id(series)] = self.max_length
        for region in regions:
            self._share_room(region)
        return self._measure_all(regions)

    def _measure_all(self, regions: Sequence[Region]) -> Block:
        # What is inside comes first: a block is as large as what it holds.
        for region in reversed(regions):
            self.done[id(region)] = self._measure(region)
        return self.done[id(regions[0])]

    def _share_room(self, region: Region) -> None:
        """Tell the regions in a region how long their rows may be."""
        room = self.rooms[id(region)]
        if isinstance(region, Series):
            around = zip([None, *region.items], region.items, [*region.items[1:], None], strict=False)
            for before, item, after in around:
                if not isinstance(item, str):
                    self.rooms[id(item)] = self._room_between(room, before, after)
        elif isinstance(region, Fan):
            padding = self.style.spacing.region_padding if region.kind == "foreach" else 0.0
            for branch in region.branches:
                self.rooms[id(branch)] = room and room - 2 * padding
        elif isinstance(region, Tangle):
            for member in region.members:
                self.rooms[id(member)] = room

    def _room_between(self, room: float | None, *ends: object) -> float | None:
        """Return what a row leaves a region that stands in it between a split and its join."""
        if room is None or self.max_length is None:
            return None
        # A series that does not fit is broken, and its connectors need room at both ends of its rows.
        room -= CONNECTOR_ROOM
        for name in ends:
            if isinstance(name, str):
                # The split and the join around a region are in its row, too.
                extent = self.style.extent(name)
                room -= extent.back + extent.ahead + self.style.spacing.layer_gap
        # Each level of nesting leaves less. Below a share of the whole, rows of one step would make a tower
        # that is harder to read than a row that is too long.
        return max(room, _LEAST_SHARE * self.max_length)

    def _items(self, series: Series) -> list[Block]:
        return [self._step(item) if isinstance(item, str) else self.done[id(item)] for item in series.items]

    def _step(self, name: str) -> Block:
        return StepBlock.measure(name, self.touching.get(name, []), self.style)

    def _measure(self, region: Region) -> Block:
        if isinstance(region, Lane):
            return LaneBlock.measure(region.edge, self.style)
        if isinstance(region, Series):
            return measure_series(self._items(region), self.style, self.rooms[id(region)])
        if isinstance(region, Fan):
            return self._fan(region)
        return self._tangle(region)

    def _fan(self, fan: Fan) -> Block:
        blocks = [self.done[id(branch)] for branch in fan.branches]
        if fan.kind == "foreach":
            body = blocks[0] if len(blocks) == 1 else self._stack(fan, blocks)
            # A foreach without a step in its body has nothing to frame.
            return FrameBlock.measure(fan.source, body, self.style) if body.columns else body
        return self._stack(fan, blocks)

    def _stack(self, fan: Fan, blocks: list[Block]) -> Block:
        """Stack branches, centred between the first and the last; a lone branch past lanes stays level."""
        gap = self.style.spacing.lane_gap
        at = [0.0]
        for one, two in pairwise(blocks):
            at.append(at[-1] + one.after + gap + two.before)
        real = [i for i, branch in enumerate(fan.branches) if not isinstance(branch, Lane)]
        # One case that skips the others is a side way: the steps stay on the axis, and the lane goes round
        # them.
        if fan.kind == "switch" and len(real) == 1:
            axis = at[real[0]]
        else:
            at = _level_middle(at)
            axis = (at[0] + at[-1]) / 2
        return StackBlock.measure(blocks, [c - axis for c in at], self.style)

    def _tangle(self, tangle: Tangle) -> Block:
        layers = layer_links(len(tangle.members), tangle.links)
        self._free_labels(layers)
        blocks: dict[int, Block] = {i: self.done[id(member)] for i, member in enumerate(tangle.members)}
        blocks.update({i: LaneBlock.measure(edge, self.style) for i, edge in layers.lane_edge.items()})
        gap = self.style.spacing.lane_gap

        def separation(one: int, two: int) -> float:
            return blocks[one].after + gap + blocks[two].before

        at = offsets(layers, separation)
        axis = _tangle_axis([at[element] for element in layers.rows[0]], [at[e] for e in layers.rows[-1]])
        stacks: list[Block] = []
        for row in layers.rows:
            inside = [blocks[element] for element in row]
            stacks.append(StackBlock.measure(inside, [at[element] - axis for element in row], self.style))
        return SeriesBlock.measure(stacks, self.style)

    def _free_labels(self, layers: Layers) -> None:
        """Give a row of lanes to labels whose edges share both their source and their target with others."""
        # Such a label has no stretch of its edge for itself; in a row of lanes it has.
        k = 0
        while k < len(layers.links):
            if self._crowded(layers, k):
                layers.separate(k)
                k += 1
            k += 1

    def _crowded(self, layers: Layers, k: int) -> bool:
        tails = [tail for tail, _, _ in layers.links[k]]
        heads = [head for _, head, _ in layers.links[k]]
        return any(
            edge in self.style.labels
            and tail < layers.members
            and tails.count(tail) > 1
            and heads.count(head) > 1
            for tail, head, edge in layers.links[k]
        )


def _level_middle(at: list[float]) -> list[float]:
    """Widen one half of an odd stack a little where that brings its middle branch onto the axis."""
    if len(at) % 2 == 0 or len(at) < 3:
        return at
    middle = len(at) // 2
    miss = at[middle] - (at[0] + at[-1]) / 2
    if not 0 < abs(miss) < _NEARLY_LEVEL:
        return at
    first, rest = (0.0, 2 * miss) if miss > 0 else (2 * miss, 0.0)
    return [c + (first if i < middle else rest if i > middle else 0.0) for i, c in enumerate(at)]


def _tangle_axis(entries: list[float], exits: list[float]) -> float:
    """Return the middle of both sides, or where an edge nearby then runs level."""
    middle = (entries[0] + entries[-1] + exits[0] + exits[-1]) / 4
    near = min([*entries, *exits], key=lambda c: abs(c - middle))
    return near if abs(near - middle) < _NEARLY_LEVEL else middle
