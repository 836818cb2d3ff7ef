"""Where every step, edge, frame and label of a flow goes.

:func:`layout_flow` is a pure function of a flow's structure and the sizes of what is drawn: the same input
gives the same numbers to the bit. :func:`layout_function` offers the positions to Manim's own graphs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from manim_metaflow.errors import FlowError
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.layout.axes import Style
from manim_metaflow.layout.finish import finish
from manim_metaflow.layout.geometry import Direction, FlowLayout, NodeBox, Spacing
from manim_metaflow.layout.measure import Measurer
from manim_metaflow.layout.place import Placed, place
from manim_metaflow.layout.regions import region_tree

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["layout_flow", "layout_function"]

_NOTHING: Mapping[Any, tuple[float, float]] = MappingProxyType({})
_SPACING = Spacing()


def layout_flow(
    flow: FlowInfo,
    boxes: Mapping[str, NodeBox],
    *,
    direction: Direction = "right",
    spacing: Spacing = _SPACING,
    labels: Mapping[tuple[str, str], tuple[float, float]] = _NOTHING,
    captions: Mapping[str, tuple[float, float]] = _NOTHING,
    max_length: float | None = None,
) -> FlowLayout:
    """Lay out a flow.

    Each split is centred on its first and last branch and level with its join; chains are
    straight; branches keep the author's order, first on top (leftmost when the flow runs down).

    Parameters
    ----------
    flow
        The flow: its steps in the author's order and its edges.
    boxes
        Size of each step's box, with the room its badges and captions need (units).
    direction
        Where the flow runs: ``"right"`` or ``"down"``.
    spacing
        Gaps between layers, lanes and frames (units).
    labels
        Width and height of the labels on edges, by ``(source, target)`` (units).
    captions
        Width and height of the captions of foreach frames, by the step that fans out (units). Without
        one the room is ``spacing.region_label`` high and as wide as the frame.
    max_length
        Longest row (units). A longer flow is wrapped into rows, and so is, inside of its frame or beside the
        other branches, what is too long between a split and its join. A split stays in one row with its
        join: a row of steps that cannot be parted may be longer.

    Returns
    -------
    FlowLayout
        Positions, routes and frames, rounded to 1e-6, the whole centred on the origin.

    Raises
    ------
    FlowError
        If the steps do not nest as Metaflow demands, or a step has no box.

    Examples
    --------
    >>> from manim_metaflow.facts.records import EdgeInfo, FlowInfo, StepInfo
    >>> steps = StepInfo("start", "start", targets=("end",)), StepInfo("end", "end")
    >>> flow = FlowInfo("Short", steps, (EdgeInfo("start", "end", "next"),), "start", "end")
    >>> layout = layout_flow(flow, {"start": NodeBox(1, 0.5), "end": NodeBox(1, 0.5)})
    >>> layout.positions["start"], layout.positions["end"]
    ((-0.925, 0.0), (0.925, 0.0))
    """
    _check(flow, boxes, direction, max_length)
    # In the author's order, not in that of the caller's dictionary: the result lists its steps in it.
    own = {step.name: boxes[step.name] for step in flow.steps}
    style = Style(direction, spacing, own, labels, captions)
    # Two edges with the same ends would lie on each other.
    edges = list(dict.fromkeys((edge.source, edge.target) for edge in flow.edges))
    whole = Measurer(style, edges, max_length).measure(region_tree(flow))
    placed = Placed()
    place(whole, style, 0.0, 0.0, placed)
    return finish(edges, placed, style)


def layout_function(
    flow: FlowInfo,
    boxes: Mapping[str, NodeBox] | None = None,
    *,
    direction: Direction = "right",
    spacing: Spacing = _SPACING,
) -> Callable[..., dict[Any, npt.NDArray[np.float64]]]:
    """Return a layout for Manim's ``Graph`` and ``DiGraph`` whose vertices are the flow's step names.

    Parameters
    ----------
    flow
        The flow that is drawn.
    boxes
        Size of each vertex (units); all alike if not given.
    direction
        Where the flow runs.
    spacing
        Gaps between layers and lanes (units), before the result is scaled.

    Returns
    -------
    Callable
        A Manim ``LayoutFunction``: ``(graph, scale) -> {vertex: point}``, with the longer side of the
        drawing reaching from ``-scale`` to ``scale``.

    Examples
    --------
    >>> from manim_metaflow.facts.records import EdgeInfo, FlowInfo, StepInfo
    >>> steps = StepInfo("start", "start", targets=("end",)), StepInfo("end", "end")
    >>> flow = FlowInfo("Short", steps, (EdgeInfo("start", "end", "next"),), "start", "end")
    >>> layout_function(flow)(None, 2)["end"].tolist()
    [2.0, 0.0, 0.0]
    """
    sizes = boxes or {step.name: NodeBox(1.0, 0.6) for step in flow.steps}
    positions = layout_flow(flow, sizes, direction=direction, spacing=spacing).positions

    def place_vertices(
        graph: nx.Graph | None,
        scale: float | tuple[float, float, float] = 2,
        *_args: object,
        **_kwargs: object,
    ) -> dict[Any, npt.NDArray[np.float64]]:
        # Manim asks for the graph's vertices and no others: it takes every point it is given for a vertex
        # of its own.
        vertices = positions if graph is None else graph.nodes
        _check_vertices(flow, vertices)
        # A flow of one step has no extent: its only position is the origin, whatever it is scaled by.
        reach = max((abs(value) for point in positions.values() for value in point), default=0.0) or 1.0
        # Manim's scale is a number or one number an axis.
        factor = np.asarray(scale, dtype=float) / reach
        return {vertex: np.round(np.array([*positions[vertex], 0.0]) * factor, 6) for vertex in vertices}

    return place_vertices


def _check_vertices(flow: FlowInfo, vertices: Mapping[str, object]) -> None:
    for vertex in vertices:
        if vertex not in flow:
            raise FlowError(f"Graph has a vertex {vertex!r} that is no step of flow {flow.name}.")


def _check(flow: FlowInfo, boxes: Mapping[str, NodeBox], direction: str, max_length: float | None) -> None:
    if direction not in ("right", "down"):
        raise ValueError(f"Direction of a layout is 'right' or 'down', not {direction!r}.")
    if max_length is not None and not max_length > 0:
        raise ValueError(f"Longest row of a layout must be above zero, not {max_length!r}.")
    for step in flow.steps:
        if step.name not in boxes:
            raise FlowError(f"Cannot lay out flow {flow.name}: step {step.name} has no box size.")
        box = boxes[step.name]
        sizes = (box.width, box.height, box.above, box.below, box.left, box.right)
        if not all(math.isfinite(size) and size >= 0 for size in sizes):
            raise ValueError(f"Box of step {step.name} must have finite sizes of at least zero: {box}.")
