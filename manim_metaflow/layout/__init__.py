"""From records to geometry: where all parts of a flow go. Needs neither Manim nor Metaflow."""

from __future__ import annotations

from manim_metaflow.layout.flow_layout import layout_flow, layout_function
from manim_metaflow.layout.geometry import Direction, FlowLayout, NodeBox, Rect, Route, Spacing
from manim_metaflow.layout.nesting import loose_splits
from manim_metaflow.layout.regions import Fan, Lane, Series, Tangle, region_tree, walk

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
