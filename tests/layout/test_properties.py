"""What holds of the layout of every legal flow."""

from __future__ import annotations

from hypothesis import given, strategies as st

from layout.builder import boxes as plain_boxes
from layout.invariants import violations
from layout.random_flows import SETTINGS, drawings, flows
from manim_metaflow.layout import Tangle, layout_flow, region_tree, walk

DIRECTIONS = st.sampled_from(["right", "down"])


@SETTINGS
@given(drawings(), DIRECTIONS)
def test_every_rule_holds(drawing, direction):
    flow, boxes, labels, captions = drawing
    layout = layout_flow(flow, boxes, direction=direction, labels=labels, captions=captions)
    assert violations(flow, layout, labels) == []


@SETTINGS
@given(drawings(), DIRECTIONS, st.floats(4.0, 30.0))
def test_every_rule_holds_in_rows(drawing, direction, length):
    flow, boxes, labels, captions = drawing
    layout = layout_flow(
        flow, boxes, direction=direction, labels=labels, captions=captions, max_length=length
    )
    assert violations(flow, layout, labels, wrapped=True) == []


@SETTINGS
@given(drawings(switches=False, budget=40), DIRECTIONS)
def test_without_switches_no_edges_cross(drawing, direction):
    flow, boxes, labels, captions = drawing
    layout = layout_flow(flow, boxes, direction=direction, labels=labels, captions=captions)
    assert violations(flow, layout, labels, crossings=0) == []


@SETTINGS
@given(drawings(switches=False, budget=40), DIRECTIONS, st.floats(4.0, 30.0))
def test_without_switches_no_edges_cross_in_rows(drawing, direction, length):
    flow, boxes, labels, captions = drawing
    layout = layout_flow(
        flow, boxes, direction=direction, labels=labels, captions=captions, max_length=length
    )
    assert violations(flow, layout, labels, wrapped=True, crossings=0) == []


@SETTINGS
@given(drawings(), DIRECTIONS)
def test_a_flow_that_fits_looks_the_same_with_a_longest_row(drawing, direction):
    flow, boxes, labels, captions = drawing
    options = {"direction": direction, "labels": labels, "captions": captions}
    whole = layout_flow(flow, boxes, **options)
    length = whole.bounds.width if direction == "right" else whole.bounds.height
    wrapped = layout_flow(flow, boxes, max_length=length + 0.01, **options)
    assert wrapped.positions == whole.positions


@SETTINGS
@given(flows(), DIRECTIONS)
def test_switches_that_nest_do_not_cross(flow, direction):
    tangled = any(isinstance(region, Tangle) for region in walk(region_tree(flow)))
    layout = layout_flow(flow, plain_boxes(flow), direction=direction)
    assert violations(flow, layout, crossings=None if tangled else 0) == []
