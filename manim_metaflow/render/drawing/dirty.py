"""Find which pixels can differ between two frames, from the two lists of drawn shapes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["Box", "Boxed", "changed_boxes", "merge", "overlaps"]

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; the latter two are outside."""

FEW = 8
"""Up to so many lists that differ in position are not searched for what only changed positions."""

MOST = 24
"""The largest number of rectangles to draw: handling more of them costs more than it saves."""

TILE = 32
"""Pixels a side of what rectangles are put together from."""


class Boxed(Protocol):
    """Something drawn, which touches no pixel outside its box."""

    @property
    def box(self) -> Box:
        """Where it may leave colour."""


def changed_boxes(old: Sequence[Boxed], new: Sequence[Boxed]) -> list[Box]:
    """Return boxes outside which two lists of shapes give the same picture.

    The colour of a pixel comes from the shapes that cover it, in their order. Shapes that are in both lists
    in the same order may therefore be left out: a pixel that only they cover is drawn alike twice.
    """
    # The usual frame: the same shapes, some of them replaced where they were. No sets are needed for it.
    if len(old) == len(new):
        pairs = [(a, b) for a, b in zip(old, new, strict=True) if a is not b]
        if len(pairs) <= FEW:
            return [thing.box for pair in pairs for thing in pair]
    start, stop = 0, 0
    limit = min(len(old), len(new))
    while start < limit and old[start] is new[start]:
        start += 1
    limit -= start
    while stop < limit and old[-1 - stop] is new[-1 - stop]:
        stop += 1
    return _differences(old[start : len(old) - stop], new[start : len(new) - stop])


def _differences(old: Sequence[Boxed], new: Sequence[Boxed]) -> list[Box]:
    before, after = set(old), set(new)
    gone = [thing.box for thing in old if thing not in after]
    come = [thing.box for thing in new if thing not in before]
    stayed = [thing for thing in old if thing in after]
    stay = [thing for thing in new if thing in before]
    if stayed == stay:
        return gone + come
    positions = {thing: position for position, thing in enumerate(stayed)}
    # Shapes that keep their order among each other need no drawing: the longest rising part leaves the
    # fewest.
    kept = _longest_rise([(positions[thing], at) for at, thing in enumerate(stay)])
    kept_old, kept_new = {position for position, _ in kept}, {at for _, at in kept}
    moved = [thing.box for position, thing in enumerate(stayed) if position not in kept_old]
    return gone + come + moved + [thing.box for at, thing in enumerate(stay) if at not in kept_new]


def _longest_rise(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of the pairs whose first numbers rise, in order."""
    # Patience sorting: `ends` has, for each length, the smallest number with which a rise of that length
    # ends.
    ends: list[int] = []
    tails: list[int] = []
    before: list[int] = []
    for index, (position, _) in enumerate(pairs):
        slot = bisect_left(ends, position)
        before.append(tails[slot - 1] if slot else -1)
        ends[slot : slot + 1] = [position]
        tails[slot : slot + 1] = [index]
    rise = []
    at = tails[-1] if tails else -1
    while at >= 0:
        rise.append(pairs[at])
        at = before[at]
    return rise[::-1]


def merge(boxes: Iterable[Box]) -> list[Box]:
    """Cover boxes by a few rectangles that share no pixel."""
    given = list(set(boxes))
    if len(given) == 1:
        return given
    tile = TILE
    while True:
        covers = _tiled(given, tile)
        if len(covers) <= MOST:
            return covers
        # Larger tiles join what smaller ones keep apart, until few enough are left.
        tile *= 2


def _tiled(boxes: list[Box], tile: int) -> list[Box]:
    """Cover boxes by the tiles they touch, and join tiles to rectangles."""
    if not boxes:
        return []
    edges = np.array(boxes)
    right, bottom = edges[:, 2].max(), edges[:, 3].max()
    cells = edges // tile
    ends = -(-edges // tile)
    # A row and a column more, which stay empty: every run and every rectangle ends before them.
    touched = np.zeros((int(-(-bottom // tile)) + 1, int(-(-right // tile)) + 1), dtype=np.int8)
    for (x0, y0, _, _), (_, _, x1, y1) in zip(cells.tolist(), ends.tolist(), strict=True):
        touched[y0:y1, x0:x1] = 1
    covers: list[Box] = []
    growing: dict[tuple[int, int], int] = {}
    for row, runs in enumerate(_runs(touched)):
        ended = [run for run in growing if run not in runs]
        covers += [(run[0] * tile, growing.pop(run) * tile, run[1] * tile, row * tile) for run in ended]
        for run in runs:
            growing.setdefault(run, row)
    # The last tiles may reach beyond the frame; no box does.
    limit = int(right), int(bottom)
    return sorted((x0, y0, min(x1, limit[0]), min(y1, limit[1])) for x0, y0, x1, y1 in covers)


def _runs(touched: npt.NDArray[np.int8]) -> list[set[tuple[int, int]]]:
    """Return the runs of ones in each row, as starts and ends; the last column has none."""
    # Where a row's ones begin or end: flips come in pairs, a start and an end.
    flips = np.empty_like(touched)
    flips[:, 0] = touched[:, 0]
    np.not_equal(touched[:, 1:], touched[:, :-1], out=flips[:, 1:], casting="unsafe")
    rows, columns = (each.tolist() for each in np.nonzero(flips))
    runs: list[set[tuple[int, int]]] = [set() for _ in touched]
    for row, start, end in zip(rows[::2], columns[::2], columns[1::2], strict=True):
        runs[row].add((start, end))
    return runs


def overlaps(a: Box, b: Box) -> bool:
    """Tell whether two boxes share a pixel."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
