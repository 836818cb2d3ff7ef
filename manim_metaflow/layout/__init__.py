"""From records to geometry: where all parts of a flow go. Needs neither Manim nor Metaflow."""

from __future__ import annotations

from ._graph import loose_splits
from .flow_layout import layout_flow, layout_function
from .geometry import Direction, FlowLayout, NodeBox, Rect, Route, Spacing
from .regions import Fan, Lane, Series, Tangle, region_tree, walk

__all__ = [
    "Direction",
    "Fan",
    "FlowLayout",
    "Lane",
    "NodeBox",
    "Rect",
    "Route",
    "Series",
    "Spacing",
    "Tangle",
    "layout_flow",
    "layout_function",
    "loose_splits",
    "region_tree",
    "walk",
]
