"""Blocks: rectangles measured from the inside out, each with its axis, its columns and its edges' ports.

Lengths run along the flow from a block's own start, widths across it from its axis. ``columns`` are the
centres of the steps in it: they, and all that hangs on them, may be pushed apart later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from manim_metaflow.layout.axes import LOOP_RISE, Extent, Style
from manim_metaflow.layout.columns import align_columns
from manim_metaflow.layout.nesting import Edge

__all__ = [
    "Block",
    "FrameBlock",
    "Gap",
    "LaneBlock",
    "Port",
    "SeriesBlock",
    "StackBlock",
    "StepBlock",
    "moved",
]

LANE_ROOM = 0.06
"""Free room on both sides of an edge that passes others by."""

TIP_ROOM = 0.32
"""Line that stays visible between a label and the arrow's tip after it."""

LABEL_ROOM = 0.12
"""Line that stays visible before a label."""

LEVEL = 1e-9
"""Offsets that differ by less are the same: what is left of sums of floats."""


class Port(NamedTuple):
    """Where an edge crosses the side of a block; ``fresh`` if it has just left its step."""

    c: float
    fresh: bool


@dataclass(slots=True)
class Block:
    """What all blocks have."""

    length: float = 0.0
    before: float = 0.0
    after: float = 0.0
    columns: list[float] = field(default_factory=list)
    entries: dict[Edge, Port] = field(default_factory=dict)
    exits: dict[Edge, Port] = field(default_factory=dict)


@dataclass(slots=True)
class StepBlock(Block):
    """One step with its extra room and its self-loop."""

    name: str = ""

    @classmethod
    def measure(cls, name: str, edges: Sequence[Edge], style: Style) -> StepBlock:
        """Give a step its room; ``edges`` are all that touch it."""
        extent = _room_for_labels(style.extent(name), edges, style)
        if (name, name) in edges:
            extent = _room_for_loop(extent, style.label((name, name)), style)
        entries = {edge: Port(0.0, False) for edge in edges if edge[1] == name and edge[0] != name}
        exits = {edge: Port(0.0, True) for edge in edges if edge[0] == name and edge[1] != name}
        length = extent.back + extent.ahead
        return cls(length, extent.before, extent.after, [extent.back], entries, exits, name)


def _room_for_labels(extent: Extent, edges: Iterable[Edge], style: Style) -> Extent:
    # A label is centred on its line, which leaves the step on its axis: half of it lies on each side.
    half = max((style.label(edge)[1] / 2 for edge in edges if edge in style.labels), default=0.0)
    return Extent(
        extent.back,
        extent.ahead,
        max(extent.before, half),
        max(extent.after, half),
        extent.half_length,
        extent.half_width,
    )


def _room_for_loop(extent: Extent, label: tuple[float, float], style: Style) -> Extent:
    along = label[0] / 2
    room = LOOP_RISE + LANE_ROOM + label[1]
    return Extent(
        max(extent.back, along),
        max(extent.ahead, along),
        # A loop is drawn above its box, or right of it when the flow runs down. The axis across grows
        # downwards, and then to the right: above is before, right is after.
        extent.before + (room if style.right else 0.0),
        extent.after + (0.0 if style.right else room),
        extent.half_length,
        extent.half_width,
    )


@dataclass(slots=True)
class LaneBlock(Block):
    """Room for an edge that passes a layer."""

    @classmethod
    def measure(cls, edge: Edge, style: Style) -> LaneBlock:
        """Make room for an edge and its label."""
        half = max(LANE_ROOM, style.label(edge)[1] / 2)
        port = {edge: Port(0.0, False)}
        return cls(0.0, half, half, [], port, dict(port))


@dataclass(slots=True)
class StackBlock(Block):
    """Blocks side by side, each at its offset from the axis, their columns aligned where they are near."""

    children: list[Block] = field(default_factory=list)
    offsets: list[float] = field(default_factory=list)
    picks: list[list[int]] = field(default_factory=list)
    """For each child, which of the stack's columns its own columns are."""

    @classmethod
    def measure(cls, children: list[Block], offsets: list[float], style: Style) -> StackBlock:
        """Put blocks at offsets that are known not to overlap."""
        # Nearer columns that are not in line look like a mistake; a farther one, if pushed, would leave a
        # hole in its branch.
        reach = 1.2 * style.spacing.layer_gap
        columns, picks = align_columns([child.columns for child in children], reach)
        stack = cls(columns=columns, children=children, offsets=offsets, picks=picks)
        for child, offset, pick in zip(children, offsets, picks, strict=True):
            # A push moves all later columns of a branch too: its last column has been moved by all of them.
            push = columns[pick[-1]] - child.columns[-1] if pick else 0.0
            stack.length = max(stack.length, child.length + push)
            stack.before = max(stack.before, child.before - offset)
            stack.after = max(stack.after, child.after + offset)
            stack.entries.update(moved(child.entries, offset))
            stack.exits.update(moved(child.exits, offset))
        return stack


def moved(ports: dict[Edge, Port], offset: float) -> dict[Edge, Port]:
    """Return ports of a block as those of a block whose axis lies ``offset`` before its own."""
    return {edge: Port(port.c + offset, port.fresh) for edge, port in ports.items()}


@dataclass(slots=True)
class FrameBlock(Block):
    """The body of a foreach in its frame, with room for the frame's caption."""

    name: str = ""
    body: Block = field(default_factory=Block)
    padding: float = 0.0
    caption: tuple[float, float] = (0.0, 0.0)
    beside: float = 0.0
    """Where the caption begins when the flow runs down: past the edges that leave the frame."""

    @classmethod
    def measure(cls, name: str, body: Block, style: Style) -> FrameBlock:
        """Frame a body; the caption goes below, and when the flow runs down right of the leaving edges."""
        padding = style.spacing.region_padding
        width, height = style.captions.get(name, (0.0, 0.0))
        caption = (width, max(height, style.spacing.region_label))
        framed = body.length + 2 * padding
        before, after = body.before + padding, body.after + padding
        beside = max((port.c for port in body.exits.values()), default=0.0) + LABEL_ROOM
        if style.right:
            length = max(framed, caption[0])
            start = (length - framed) / 2 + padding
            after += caption[1]
        else:
            length, start = framed + caption[1], padding
            after = max(after, beside + caption[0])
        # Along the flow a wide caption may make the frame's room longer than the frame, which then stands
        # in its middle.
        columns = [start + column for column in body.columns]
        ports = body.entries, body.exits
        return cls(length, before, after, columns, *ports, name, body, padding, caption, beside)


@dataclass(slots=True)
class Gap:
    """What happens between two blocks of a series: labels, then S-curves, then labels."""

    edges: list[tuple[Edge, float, float]]
    early: list[Edge]
    late: list[Edge]
    early_room: float
    late_room: float
    curve: float
    length: float

    @classmethod
    def measure(cls, left: Block, right: Block, style: Style) -> Gap:
        """Find how far apart two blocks of a series must be."""
        edges = [
            (edge, port.c, right.entries[edge].c)
            for edge, port in left.exits.items()
            if edge in right.entries
        ]
        early, late = label_sides(left, right, edges, style)
        early_room = _label_room(early, style, LABEL_ROOM)
        late_room = _label_room(late, style, TIP_ROOM)
        spread = max((abs(head - tail) for _, tail, head in edges), default=0.0)
        least = style.spacing.layer_gap
        for block in (left, right):
            if isinstance(block, FrameBlock):
                # The frame's padding is a gap already, but the arrow between it and its neighbour has to
                # stay long enough to be seen.
                least = max(0.6 * style.spacing.layer_gap, least - block.padding)
        curve = 0.0
        # A curve over a wide spread needs length, or it gets steep; but not without bound, or one wide split
        # would pull the whole picture apart.
        if spread > LEVEL:
            # Labels lie on straight lines, which make the gap longer already: the curve may be shorter.
            base = 0.8 * least if early or late else least
            curve = min(max(base, 0.22 * spread), max(base, 3 * style.spacing.layer_gap))
        length = max(least, early_room + curve + late_room)
        return cls(edges, early, late, early_room, late_room, curve, length)


def label_sides(
    left: Block, right: Block, edges: list[tuple[Edge, float, float]], style: Style
) -> tuple[list[Edge], list[Edge]]:
    """Sort labelled edges by where they are alone: before the curves, or (better) after them."""
    early: list[Edge] = []
    late: list[Edge] = []
    tails = _count(tail for _, tail, _ in edges)
    heads = _count(head for _, _, head in edges)
    for edge, tail, head in edges:
        if edge in style.labels and left.exits[edge].fresh:
            # Behind the curves an edge is alone if no other ends there. If it shares its tail it is not alone
            # before them either, and behind is where a reader looks for the case that leads to a step.
            alone_late = heads[round(head, 9)] == 1 or tails[round(tail, 9)] > 1
            (late if alone_late else early).append(edge)
    return early, late


def _count(values: Iterable[float]) -> dict[float, int]:
    count: dict[float, int] = {}
    for value in values:
        # Offsets are sums of floats: those of one port can differ in the last digits.
        count[round(value, 9)] = count.get(round(value, 9), 0) + 1
    return count


def _label_room(edges: list[Edge], style: Style, after: float) -> float:
    if not edges:
        return 0.0
    return max(style.label(edge)[0] for edge in edges) + LABEL_ROOM + after


@dataclass(slots=True)
class SeriesBlock(Block):
    """Blocks one after the other on one axis."""

    children: list[Block] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    @classmethod
    def measure(cls, children: list[Block], style: Style) -> SeriesBlock:
        """Put blocks in a row."""
        gaps = [Gap.measure(left, right, style) for left, right in pairwise(children)]
        series = cls(children=children, gaps=gaps)
        # All blocks of a series are on one axis, so that their ports need not be moved.
        series.entries, series.exits = children[0].entries, children[-1].exits
        for child, gap in zip(children, [None, *gaps], strict=True):
            series.length += gap.length if gap else 0.0
            series.columns.extend(series.length + column for column in child.columns)
            series.length += child.length
            series.before = max(series.before, child.before)
            series.after = max(series.after, child.after)
        return series
