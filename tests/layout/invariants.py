"""What must hold of every layout: :func:`violations` lists, in words, what does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

import numpy as np

from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.layout import FlowLayout, Rect, Route, loose_splits

EPS = 2e-5
CLEARANCE = 0.02
Edge = tuple[str, str]


def violations(
    flow: FlowInfo,
    layout: FlowLayout,
    labels: Mapping[Edge, tuple[float, float]] | None = None,
    *,
    wrapped: bool = False,
    crossings: int | None = None,
) -> list[str]:
    """Return every broken rule. ``crossings`` is how many crossings of edges are allowed (``None``: any)."""
    rooms = {name: room(layout, name) for name in layout.positions}
    tags = label_rects(layout, labels or {})
    found = [*_numbers(layout), *_overlaps(layout, rooms, tags), *_edges(layout, rooms, tags)]
    found += [*_frames(flow, layout, rooms), *_levels(flow, layout), *_bounds(layout, rooms, tags)]
    found += [*_ports(layout), *_frame_edges(flow, layout)]
    if not wrapped:
        found += _onward(layout)
    if labels:
        found += [f"label of {edge} has no place" for edge in labels if edge not in tags]
    if crossings is not None:
        count = count_crossings(layout)
        if count > crossings:
            found.append(f"{count} crossings where {crossings} would do")
    return found


def room(layout: FlowLayout, name: str) -> Rect:
    """Rectangle of a step with the room around its box."""
    (x, y), box = layout.positions[name], layout.boxes[name]
    return Rect(
        x - box.width / 2 - box.left,
        y - box.height / 2 - box.below,
        x + box.width / 2 + box.right,
        y + box.height / 2 + box.above,
    )


def label_rects(layout: FlowLayout, labels: Mapping[Edge, tuple[float, float]]) -> dict[Edge, Rect]:
    """Rectangles of the edge labels."""
    rects = {}
    for edge, (width, height) in labels.items():
        at = layout.routes[edge].label_at
        if at is not None:
            x, y = at
            rects[edge] = Rect(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return rects


def polyline(route: Route, samples: int = 13) -> np.ndarray:
    """Points along a route, shape ``(n, 2)``: the ends of straight pieces, ``samples`` steps of a curve."""
    points = route.points
    pieces = [points[:1]]
    for i in range(0, len(points) - 1, 3):
        a, b, c, d = points[i : i + 4]
        chord = d - a
        bent = max(abs(chord[0] * (p - a)[1] - chord[1] * (p - a)[0]) for p in (b, c))
        t = np.linspace(0, 1, samples + 1 if bent > 1e-4 else 2)[1:, None]
        pieces.append((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d)
    return np.concatenate(pieces)


def hits(line: np.ndarray, rect: Rect, grow: float) -> bool:
    """Whether a polyline meets a rectangle grown by ``grow`` on all sides."""
    low = np.array([rect.left - grow, rect.bottom - grow])
    high = np.array([rect.right + grow, rect.top + grow])
    if (low >= high).any():
        return False
    start, step = line[:-1], np.diff(line, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = (low - start) / step, (high - start) / step
    inside = (start > low) & (start < high)
    flat = step == 0
    near = np.where(flat, np.where(inside, -np.inf, np.inf), np.minimum(one, two))
    far = np.where(flat, np.where(inside, np.inf, -np.inf), np.maximum(one, two))
    enter, leave = np.maximum(near.max(axis=1), 0), np.minimum(far.min(axis=1), 1)
    return bool((enter < leave).any())


def overlap(one: Rect, two: Rect) -> bool:
    """Whether two rectangles share more than an edge."""
    return (
        one.left < two.right - EPS
        and two.left < one.right - EPS
        and one.bottom < two.top - EPS
        and two.bottom < one.top - EPS
    )


def contains(outer: Rect, inner: Rect) -> bool:
    """Whether ``inner`` lies in ``outer``."""
    return (
        outer.left <= inner.left + EPS
        and outer.bottom <= inner.bottom + EPS
        and outer.right >= inner.right - EPS
        and outer.top >= inner.top - EPS
    )


def count_crossings(layout: FlowLayout) -> int:
    """Count how often edges cross, apart from the ports they share."""
    lines = {edge: polyline(route) for edge, route in layout.routes.items()}
    return sum(_cross(lines[one], lines[two]) for one, two in combinations(lines, 2))


def _cross(one: np.ndarray, two: np.ndarray) -> int:
    if (one.max(0) < two.min(0)).any() or (two.max(0) < one.min(0)).any():
        return 0
    p, r = one[:-1, None], np.diff(one, axis=0)[:, None]
    q, s = two[None, :-1], np.diff(two, axis=0)[None]

    def side(direction: np.ndarray, offset: np.ndarray) -> np.ndarray:
        return direction[..., 0] * offset[..., 1] - direction[..., 1] * offset[..., 0]

    a, b = side(r, q - p), side(r, q + s - p)
    c, d = side(s, p - q), side(s, p + r - q)
    least = 1e-4
    apart = np.minimum.reduce([abs(a), abs(b), abs(c), abs(d)]) > least
    return int(((a * b < 0) & (c * d < 0) & apart).sum())


def _numbers(layout: FlowLayout) -> Iterator[str]:
    values = [value for point in layout.positions.values() for value in point]
    values += [value for route in layout.routes.values() for value in route.points.ravel().tolist()]
    if not np.isfinite(values).all():
        yield "a coordinate is not finite"
    if any(value != round(value, 6) for value in values):
        yield "a coordinate is not rounded"


def _overlaps(layout: FlowLayout, rooms: Mapping[str, Rect], tags: Mapping[Edge, Rect]) -> Iterator[str]:
    things = [(f"step {name}", rect) for name, rect in rooms.items()]
    things += [(f"label of {edge}", rect) for edge, rect in tags.items()]
    things += [(f"caption of {name}", rect) for name, rect in layout.captions.items()]
    for (one, a), (two, b) in combinations(things, 2):
        if overlap(a, b):
            yield f"{one} overlaps {two}"


def _edges(layout: FlowLayout, rooms: Mapping[str, Rect], tags: Mapping[Edge, Rect]) -> Iterator[str]:
    for edge, route in layout.routes.items():
        line = polyline(route)
        for name, rect in rooms.items():
            if name not in edge and hits(line, rect, CLEARANCE):
                yield f"edge {edge} passes through step {name}"
        for other, rect in tags.items():
            if other != edge and hits(line, rect, -EPS):
                yield f"edge {edge} passes through the label of {other}"
        for name, rect in layout.captions.items():
            if hits(line, rect, -EPS):
                yield f"edge {edge} passes through the caption of {name}"


def _frames(flow: FlowInfo, layout: FlowLayout, rooms: Mapping[str, Rect]) -> Iterator[str]:
    for name, frame in layout.regions.items():
        join = flow[name].matching_join
        for step in flow.steps:
            inside = name in step.split_parents and step.name != join
            if inside and not contains(frame, rooms[step.name]):
                yield f"frame of {name} does not hold {step.name}"
            if not inside and overlap(frame, rooms[step.name]):
                yield f"frame of {name} overlaps {step.name}"
    for one, two in combinations(layout.regions, 2):
        a, b = layout.regions[one], layout.regions[two]
        if overlap(a, b) and not contains(a, b) and not contains(b, a):
            yield f"frames of {one} and {two} overlap"


def _frame_edges(flow: FlowInfo, layout: FlowLayout) -> Iterator[str]:
    """A foreach's frame holds the edges between its steps, and no edge of other steps touches it."""
    for name, frame in layout.regions.items():
        join = flow[name].matching_join
        inside = {step.name for step in flow.steps if name in step.split_parents and step.name != join}
        for edge, route in layout.routes.items():
            line = polyline(route)
            if inside.issuperset(edge):
                (left, bottom), (right, top) = line.min(axis=0), line.max(axis=0)
                if not contains(frame, Rect(left, bottom, right, top)):
                    yield f"edge {edge} leaves the frame of {name}"
            elif not inside.intersection(edge) and hits(line, frame, -EPS):
                yield f"edge {edge} passes through the frame of {name}"


def _levels(flow: FlowInfo, layout: FlowLayout) -> Iterator[str]:
    axis = 1 if layout.direction == "right" else 0
    at = {name: point[axis] for name, point in layout.positions.items()}
    loose = loose_splits(flow)
    for step in flow.steps:
        if step.matching_join is None or step.name in loose:
            continue
        if abs(at[step.name] - at[step.matching_join]) > EPS:
            yield f"join {step.matching_join} is not level with {step.name}"
        if step.matching_join in step.targets:
            continue
        heads = [at[target] for target in step.targets]
        if abs((min(heads) + max(heads)) / 2 - at[step.name]) > EPS:
            yield f"{step.name} is not in the centre of its branches"
        signs = [-value if axis else value for value in heads]
        if signs != sorted(signs):
            yield f"branches of {step.name} are not in the author's order"


def _bounds(layout: FlowLayout, rooms: Mapping[str, Rect], tags: Mapping[Edge, Rect]) -> Iterator[str]:
    bounds = layout.bounds
    if abs(bounds.left + bounds.right) > EPS or abs(bounds.bottom + bounds.top) > EPS:
        yield "the drawing is not centred on the origin"
    things = [*rooms.values(), *tags.values(), *layout.regions.values(), *layout.captions.values()]
    for route in layout.routes.values():
        (left, bottom), (right, top) = route.points.min(axis=0), route.points.max(axis=0)
        things.append(Rect(left, bottom, right, top))
    if not all(contains(bounds, thing) for thing in things):
        yield "something lies outside of the bounds"


def _ports(layout: FlowLayout) -> Iterator[str]:
    along, sign = (0, 1) if layout.direction == "right" else (1, -1)
    for (source, target), route in layout.routes.items():
        points = route.points
        if len(points) % 3 != 1:
            yield f"edge {source} -> {target} is no chain of cubics"
        if source == target:
            continue
        for name, point, side in ((source, points[0], sign), (target, points[-1], -sign)):
            port = np.array(layout.positions[name])
            box = layout.boxes[name]
            port[along] += side * (box.height if along else box.width) / 2
            if abs(point - port).max() > EPS:
                yield f"edge {source} -> {target} misses the port of {name}"
        first, last = points[1] - points[0], points[-1] - points[-2]
        if abs(first[1 - along]) > EPS or abs(last[1 - along]) > EPS:
            yield f"edge {source} -> {target} does not leave and arrive along the flow"


def _onward(layout: FlowLayout) -> Iterator[str]:
    along, sign = (0, 1) if layout.direction == "right" else (1, -1)
    for (source, target), route in layout.routes.items():
        if source != target and (np.diff(route.points[:, along]) * sign < -EPS).any():
            yield f"edge {source} -> {target} runs back"
