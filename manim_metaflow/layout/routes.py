"""Edges as cubic Béziers: S-curves between layers, straight runs across them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from manim_metaflow.layout.axes import LOOP_RISE, Extent, Style
from manim_metaflow.layout.blocks import LANE_ROOM, LEVEL

__all__ = ["Bend", "Point", "edge_points", "join_points", "loop_label", "loop_points", "straight"]

Point = tuple[float, float]


class Bend(NamedTuple):
    """An S-curve from one offset to another."""

    m0: float
    c0: float
    m1: float
    c1: float


def straight(start: Point, end: Point) -> list[Point]:
    """Return a straight line as one cubic."""
    (a, b), (x, y) = start, end
    return [start, (a + (x - a) / 3, b + (y - b) / 3), (a + 2 * (x - a) / 3, b + 2 * (y - b) / 3), end]


def join_points(pieces: Sequence[list[Point]]) -> list[Point]:
    """Chain cubics, each beginning where the one before ends."""
    chain = list(pieces[0])
    for piece in pieces[1:]:
        chain.extend(piece[1:])
    return chain


def edge_points(start: Point, end: Point, bends: Sequence[Bend]) -> list[Point]:
    """Return the way from port to port through the bends, along the flow."""
    pieces: list[list[Point]] = []
    at = start
    for bend in sorted(bends):
        if bend.m0 - at[0] > LEVEL:
            pieces.append(straight(at, (bend.m0, at[1])))
            at = (bend.m0, at[1])
        # Both handles in the middle, each level with its own end: the curve leaves and arrives along the
        # flow, so that it goes on without a kink into the straight pieces.
        middle = (at[0] + bend.m1) / 2
        pieces.append([at, (middle, at[1]), (middle, bend.c1), (bend.m1, bend.c1)])
        at = (bend.m1, bend.c1)
    if end[0] - at[0] > LEVEL:
        pieces.append(straight(at, end))
    return join_points(pieces)


def loop_points(center: Point, extent: Extent, style: Style) -> list[Point]:
    """Return the arc of a step that leads to itself: out of the box's side and back, over its badges."""
    m, c = center
    sign, badges = (-1.0, extent.before) if style.right else (1.0, extent.after)
    room = badges - extent.half_width
    # Over badges, the feet stand wide, to go round them; without, close together, as a small loop.
    leg = 0.8 * extent.half_length if room > LEVEL else min(0.32, 0.5 * extent.half_length)
    base, shoulder = c + sign * extent.half_width, c + sign * badges
    # A cubic whose handles are both at a height rises to three quarters of it.
    top = shoulder + sign * LOOP_RISE * 4 / 3
    arc = [(m + leg, shoulder), (m + 1.3 * leg, top), (m - 1.3 * leg, top), (m - leg, shoulder)]
    if room <= LEVEL:
        return arc
    return join_points(
        [
            straight((m + leg, base), (m + leg, shoulder)),
            arc,
            straight((m - leg, shoulder), (m - leg, base)),
        ]
    )


def loop_label(center: Point, extent: Extent, size: float, style: Style) -> Point:
    """Return the centre of a self-loop's label: outside of its arc, which is too small to carry one."""
    sign, badges = (-1.0, extent.before) if style.right else (1.0, extent.after)
    return (center[0], center[1] + sign * (badges + LOOP_RISE + LANE_ROOM + size / 2))
