"""From the flow's own axes to x and y: everything collected, centred and rounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from manim_metaflow.layout.axes import Extent, Style
from manim_metaflow.layout.geometry import FlowLayout, Rect, Route
from manim_metaflow.layout.nesting import Edge
from manim_metaflow.layout.place import Area, Placed
from manim_metaflow.layout.routes import Point, edge_points, loop_label, loop_points

__all__ = ["finish"]


def finish(edges: Sequence[Edge], placed: Placed, style: Style) -> FlowLayout:
    """Return the layout of what was placed."""
    extents = {name: style.extent(name) for name in placed.steps}
    paths = _paths(edges, placed, extents, style)
    # Curves are bounded by their control points, which is never too small: a Bézier lies in their hull.
    areas = [*placed.frames.values(), *placed.captions.values(), *map(_hull, paths.values())]
    areas += [_around(at, extents[name]) for name, at in placed.steps.items()]
    # Connectors and loops have a place for a label whether they have one or not.
    labels = {edge: at for edge, at in placed.labels.items() if edge in style.labels}
    for edge, (m, c) in labels.items():
        along, across = (size / 2 for size in style.label(edge))
        areas.append(Area(m - along, m + along, c - across, c + across))
    return _picture(placed, paths, labels, _whole(areas), style)


def _paths(
    edges: Sequence[Edge], placed: Placed, extents: Mapping[str, Extent], style: Style
) -> dict[Edge, list[Point]]:
    """Return the points of every edge; labels of loops and connectors find their place here."""
    paths: dict[Edge, list[Point]] = {}
    for edge in edges:
        source, target = edge
        (m0, c0), (m1, c1) = placed.steps[source], placed.steps[target]
        start, end = (m0 + extents[source].half_length, c0), (m1 - extents[target].half_length, c1)
        if source == target:
            paths[edge] = loop_points((m0, c0), extents[source], style)
            placed.labels[edge] = loop_label((m0, c0), extents[source], style.label(edge)[1], style)
        elif edge in placed.connectors:
            connector = placed.connectors[edge]
            paths[edge] = connector.points(start, end)
            placed.labels[edge] = connector.middle
        else:
            paths[edge] = edge_points(start, end, placed.bends.get(edge, ()))
    return paths


def _around(at: Point, extent: Extent) -> Area:
    m, c = at
    return Area(m - extent.back, m + extent.ahead, c - extent.before, c + extent.after)


def _hull(points: list[Point]) -> Area:
    along, across = [m for m, _ in points], [c for _, c in points]
    return Area(min(along), max(along), min(across), max(across))


def _whole(areas: Sequence[Area]) -> Area:
    return Area(
        min(area.back for area in areas),
        max(area.ahead for area in areas),
        min(area.before for area in areas),
        max(area.after for area in areas),
    )


def _picture(
    placed: Placed,
    paths: Mapping[Edge, list[Point]],
    labels: Mapping[Edge, Point],
    whole: Area,
    style: Style,
) -> FlowLayout:
    m0, c0 = (whole.back + whole.ahead) / 2, (whole.before + whole.after) / 2

    def point(at: Point) -> Point:
        x, y = style.point(at[0] - m0, at[1] - c0)
        return (_round(x), _round(y))

    def rect(area: Area) -> Rect:
        r = style.rect(area.back - m0, area.ahead - m0, area.before - c0, area.after - c0)
        return Rect(_round(r.left), _round(r.bottom), _round(r.right), _round(r.top))

    def route(edge: Edge) -> Route:
        points = np.array([point(at) for at in paths[edge]])
        return Route(points, point(labels[edge]) if edge in labels else None)

    order = list(style.boxes)
    # Placed from a stack, frames come in another order; a result that is compared has to have one order.
    frames = [name for name in order if name in placed.frames]
    return FlowLayout(
        direction=style.direction,
        positions={name: point(placed.steps[name]) for name in order},
        boxes={name: style.boxes[name] for name in order},
        routes={edge: route(edge) for edge in paths},
        regions={name: rect(placed.frames[name]) for name in frames},
        bounds=rect(whole),
        captions={name: rect(placed.captions[name]) for name in frames},
    )


def _round(value: float) -> float:
    # Sums of floats differ in their last digits with the order of the steps; six digits are far below what
    # can be seen. Adding zero turns -0.0, which prints differently, into 0.0.
    return round(value, 6) + 0.0
