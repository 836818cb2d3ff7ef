"""Offsets of layered elements from the axis: straight lanes, everything else over its neighbours' median.

The method of Brandes and Köpf: align each element with a median neighbour, four times (from above and from
below, first to last and last to first), pack the aligned runs, and take the mean of the two middle answers.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from manim_metaflow.layout.tangle import Layers

__all__ = ["offsets"]

Separation = Callable[[int, int], float]


def offsets(layers: Layers, separation: Separation) -> dict[int, float]:
    """Return the offset of each element; ``separation`` is the least distance of two neighbours' axes."""
    # One alignment leans to the side it was made from; the four lean to all sides, and their middle to none.
    conflicts = _lane_conflicts(layers)
    answers = [
        _one_answer(layers, separation, conflicts, from_below, mirrored)
        for from_below in (False, True)
        for mirrored in (False, True)
    ]
    # Brought to the narrowest, left-packed ones by their left side: else their mean would be wider than each.
    narrow = min(answers, key=_width)
    low, high = min(narrow.values()), max(narrow.values())
    for i, answer in enumerate(answers):
        # Odd answers are the mirrored ones, which lean to the other side.
        move = high - max(answer.values()) if i % 2 else low - min(answer.values())
        for element in answer:
            answer[element] += move
    middle = {}
    for element in narrow:
        values = sorted(answer[element] for answer in answers)
        # The mean of the two middle ones keeps the separation, because each of the four keeps it.
        middle[element] = (values[1] + values[2]) / 2
    return middle


def _width(answer: dict[int, float]) -> float:
    return max(answer.values()) - min(answer.values())


def _lane_conflicts(layers: Layers) -> set[tuple[int, int]]:
    """Return the links that cross a lane. A lane stays straight: long edges that bend are hard to follow."""
    conflicts = set()
    for k in range(len(layers.rows) - 1):
        place = {e: i for row in layers.rows[k : k + 2] for i, e in enumerate(row)}
        lanes = [(t, h) for t, h, _ in layers.links[k] if t in layers.lane_edge and h in layers.lane_edge]
        if not lanes:
            continue
        for tail, head, _ in layers.links[k]:
            if tail in layers.lane_edge and head in layers.lane_edge:
                continue
            for t, h in lanes:
                if (place[tail] - place[t]) * (place[head] - place[h]) < 0:
                    conflicts.add((tail, head))
                    break
    return conflicts


def _one_answer(
    layers: Layers,
    separation: Separation,
    conflicts: set[tuple[int, int]],
    from_below: bool,
    mirrored: bool,
) -> dict[int, float]:
    # All four are one algorithm: rows turned round and read from the other end.
    rows = [row[::-1] if mirrored else row for row in layers.rows]
    near = layers.down if from_below else layers.up
    root = _align(rows[::-1] if from_below else rows, near, conflicts)

    def apart(one: int, two: int) -> float:
        return separation(two, one) if mirrored else separation(one, two)

    answer = _pack(rows, root, apart)
    return {element: -value for element, value in answer.items()} if mirrored else answer


def _align(
    rows: list[list[int]], near: dict[int, list[int]], conflicts: set[tuple[int, int]]
) -> dict[int, int]:
    """Return the first element of the straight run each element belongs to."""
    root = {element: element for row in rows for element in row}
    taken: set[int] = set()
    for above, row in pairwise(rows):
        place = {element: i for i, element in enumerate(above)}
        # Runs in a layer must not cross: each is aligned behind the one before.
        last = -1
        for element in row:
            sorted_near = sorted(near[element], key=place.__getitem__)
            count = len(sorted_near)
            # Over a median neighbour the edges to an element are shortest in sum. Of an even number there are
            # two: the second is for when the first would cross an earlier run.
            for median in dict.fromkeys(((count - 1) // 2, count // 2)) if count else ():
                other = sorted_near[median]
                crossed = (other, element) in conflicts or (element, other) in conflicts
                if place[other] > last and other not in taken and not crossed:
                    root[element] = root[other]
                    taken.add(other)
                    last = place[other]
                    break
    return root


def _pack(rows: list[list[int]], root: dict[int, int], apart: Separation) -> dict[int, float]:
    """Push the straight runs as near to the first side as they go, then each back towards its neighbours.

    Without the second pass a run with nothing behind it would be left alone at the edge.
    """
    after: dict[int, dict[int, float]] = {r: {} for r in root.values()}
    waits = dict.fromkeys(after, 0)
    for row in rows:
        for one, two in pairwise(row):
            tail, head = root[one], root[two]
            if head not in after[tail]:
                waits[head] += 1
            after[tail][head] = max(after[tail].get(head, 0.0), apart(one, two))
    # Not networkx: its graph would hold again what ``after`` holds, four times for every tangle.
    order = [r for r in after if not waits[r]]
    at = dict.fromkeys(order, 0.0)
    # `order` grows while it is walked: a run is appended once all before it are placed (Kahn's topological
    # sort).
    for run in order:
        for head, distance in after[run].items():
            at[head] = max(at.get(head, 0.0), at[run] + distance)
            waits[head] -= 1
            if not waits[head]:
                order.append(head)
    for run in reversed(order):
        slack = [at[head] - distance for head, distance in after[run].items()]
        if slack:
            at[run] = max(at[run], min(slack))
    return {element: at[r] for element, r in root.items()}
