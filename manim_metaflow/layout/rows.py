"""A series too long for one line: rows below each other, joined by connectors that run back between them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

from manim_metaflow.layout.axes import Style
from manim_metaflow.layout.blocks import LABEL_ROOM, Block, Gap, SeriesBlock, StepBlock, moved
from manim_metaflow.layout.nesting import Edge
from manim_metaflow.layout.routes import Point, join_points, straight

__all__ = ["CONNECTOR_ROOM", "Connector", "RowsBlock", "measure_series"]

_TURN = 0.3
"""Radius of a connector's corners."""

_OUT, _BACK = _TURN + LABEL_ROOM, _TURN + 2 * LABEL_ROOM
"""How far connectors reach out behind a row's end, and before the start of the next: there the arrow's
tip needs more than the turn."""

CONNECTOR_ROOM = _OUT + _BACK
"""What connectors take of the length of a row."""

_CIRCLE = 0.5522847498
"""Length of the handles with which a cubic comes nearest to a quarter of a circle of radius one."""


@dataclass(frozen=True)
class Row:
    """One row, its axis and its start."""

    block: SeriesBlock
    m: float
    c: float


@dataclass(frozen=True)
class Connector:
    """The edge from the end of one row to the start of the next; its channel runs at ``c``."""

    edge: Edge
    out: float
    c: float
    back: float

    def moved(self, m: float, c: float) -> Connector:
        """Return the connector elsewhere."""
        return replace(self, out=self.out + m, c=self.c + c, back=self.back + m)

    def points(self, start: Point, end: Point) -> list[Point]:
        """Return the way from port to port: out, across, back along the channel, across, in."""
        corners = [
            start,
            (self.out, start[1]),
            (self.out, self.c),
            (self.back, self.c),
            (self.back, end[1]),
            end,
        ]
        return _rounded(corners)

    @property
    def middle(self) -> Point:
        """Centre of the channel, where the label goes."""
        return ((self.out + self.back) / 2, self.c)


@dataclass(slots=True)
class RowsBlock(Block):
    """A series in rows, on the axis of the first: a split and its join stay level with what they enclose."""

    rows: list[Row] = field(default_factory=list)
    connectors: list[Connector] = field(default_factory=list)

    @classmethod
    def measure(cls, parts: list[list[Block]], style: Style) -> RowsBlock:
        """Put each part of a series in a row of its own."""
        series = [SeriesBlock.measure(part, style) for part in parts]
        rows = [Row(series[0], _BACK, 0.0)]
        connectors = []
        for one, two in pairwise(series):
            # Rows are broken between two steps only, which one edge joins.
            edge = next(edge for edge in one.exits if edge in two.entries)
            # Half of the channel's room: its label is centred on it, and its corners are round.
            half = max(style.spacing.lane_gap, style.label(edge)[1] / 2 + LABEL_ROOM, _TURN)
            channel = rows[-1].c + one.after + half
            connectors.append(Connector(edge, _BACK + one.length + _OUT, channel, 0.0))
            rows.append(Row(two, _BACK, channel + half + two.before))
        last = rows[-1]
        return cls(
            length=_BACK + max(row.length for row in series) + _OUT,
            before=series[0].before,
            after=last.c + last.block.after,
            # Columns of branches beside are pushed into line one by one. Pushed so, rows would tear at their
            # connectors; a single column lets the block move as a whole.
            columns=[_BACK + series[0].columns[0]],
            entries=series[0].entries,
            exits=moved(last.block.exits, last.c),
            rows=rows,
            connectors=connectors,
        )


def measure_series(children: list[Block], style: Style, max_length: float | None) -> Block:
    """Put the blocks of a series in one row, or in as few rows of ``max_length`` as will do."""
    parts = _split(children, style, max_length)
    return SeriesBlock.measure(children, style) if len(parts) == 1 else RowsBlock.measure(parts, style)


def _split(children: list[Block], style: Style, max_length: float | None) -> list[list[Block]]:
    units = _units(children)
    gap = [Gap.measure(one[-1], two[0], style).length for one, two in pairwise(units)]
    sizes = [SeriesBlock.measure(unit, style).length for unit in units]
    if max_length is None or sum(sizes) + sum(gap) <= max_length:
        return [children]
    # Every row is given the room of both connectors, though the first and the last have only one: then all
    # can be equally long.
    room = max_length - CONNECTOR_ROOM
    counts = _fill(sizes, gap, room)
    # Filled one after the other, the last row may hold a single step: it looks forgotten.
    counts = _even(sizes, gap, room, counts)
    rows, start = [], 0
    for count in counts:
        rows.append([block for unit in units[start : start + count] for block in unit])
        start += count
    return rows


def _units(children: list[Block]) -> list[list[Block]]:
    """Group blocks so that no region parts from the steps at its ends."""
    # Several edges lead in and out of a region. Only between two steps there is a single one, which a
    # connector can take to the next row without crossing others.
    units: list[list[Block]] = []
    for block in children:
        if units and not (isinstance(units[-1][-1], StepBlock) and isinstance(block, StepBlock)):
            units[-1].append(block)
        else:
            units.append([block])
    return units


def _fill(sizes: list[float], gaps: list[float], room: float) -> list[int]:
    """Return how many units are in each row, filling one row after the other."""
    counts, length = [1], sizes[0]
    for size, gap in zip(sizes[1:], gaps, strict=True):
        if length + gap + size <= room:
            counts[-1] += 1
            length += gap + size
        else:
            counts.append(1)
            length = size
    return counts


def _even(sizes: list[float], gaps: list[float], room: float, counts: list[int]) -> list[int]:
    """Make the longest row as short as it can be without a further row."""
    low, high = 0.0, room
    # Bisection: thirty halvings of a row's length are finer than any difference between two units.
    for _ in range(30):
        middle = (low + high) / 2
        tried = _fill(sizes, gaps, middle)
        if len(tried) <= len(counts):
            counts, high = tried, middle
        else:
            low = middle
    return counts


def _rounded(corners: list[Point]) -> list[Point]:
    pieces = []
    at = corners[0]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        start, end = _towards(corner, before), _towards(corner, after)
        if start != at:
            pieces.append(straight(at, start))
        pieces.append([start, _mix(start, corner), _mix(end, corner), end])
        at = end
    pieces.append(straight(at, corners[-1]))
    return join_points(pieces)


def _towards(corner: Point, other: Point) -> Point:
    """Return where a rounded corner's arc touches the leg to ``other``."""
    dm, dc = other[0] - corner[0], other[1] - corner[1]
    # Half of the leg at most: the corner at its other end needs the other half.
    part = min(_TURN / max(abs(dm) + abs(dc), 1e-9), 0.5)
    return (corner[0] + part * dm, corner[1] + part * dc)


def _mix(end: Point, corner: Point) -> Point:
    return (end[0] + _CIRCLE * (corner[0] - end[0]), end[1] + _CIRCLE * (corner[1] - end[1]))
