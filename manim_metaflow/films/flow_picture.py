"""The graph of a flow at a size at which it can be read."""

from __future__ import annotations

from typing import Any

from manim import config

from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.mobjects.graph.dag import FlowDAG

__all__ = ["MARGIN", "draw_for_film", "draw_for_still"]

MARGIN = 0.55
"""Distance of a graph from the edges of the frame (units)."""

SIZES = (28, 25, 22, 20, 18), (28, 25, 22, 20, 18, 16, 14)
"""Font sizes of the steps' names, in one row and in several; other texts stay at the theme's smallest."""

MANY = 80
"""Steps that surely do not fit into one frame."""

TOUR_SIZE = 22


def draw_for_still(flow: FlowInfo, **options: Any) -> FlowDAG:
    """Build a graph for a picture that grows with it; long flows are broken into rows."""
    return _readable(FlowDAG(flow, wrap="fit", heading=options["detail"] != "names", **options))


def draw_for_film(flow: FlowInfo, **options: Any) -> FlowDAG:
    """Build a graph as large as fits into Manim's frame, or, for a tour, in rows as wide as the frame."""
    heading = options["detail"] != "names"
    width, height = config.frame_width - 2 * MARGIN, config.frame_height - 2 * MARGIN
    rows = width if options["direction"] == "right" else None
    if len(flow.steps) <= MANY:
        for wrap, sizes in zip((None, rows), SIZES, strict=True):
            for size in sizes:
                dag = FlowDAG(flow, wrap=wrap, heading=heading, font_size=size, **options)
                # Sizes are tried from the largest on, and one row before several: the first that fits can
                # be read best.
                if dag.width <= width and dag.height <= height:
                    return _readable(dag)
    return _readable(FlowDAG(flow, wrap=rows, heading=heading, font_size=TOUR_SIZE, **options))


def _readable(dag: FlowDAG) -> FlowDAG:
    """Write the names in full colour: grey is for steps that have not run, and here nothing runs."""
    for node in dag.nodes.values():
        node.label.paint(fill=dag.theme.text)  # type: ignore[union-attr]
    return dag
