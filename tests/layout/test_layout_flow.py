"""What a layout looks like, shape by shape."""

from __future__ import annotations

import numpy as np
import pytest

from layout.builder import boxes, flow, switch_labels
from layout.invariants import count_crossings, polyline, room, violations
from manim_metaflow.layout import NodeBox, Spacing, layout_flow, layout_function

TRAIN = """
start -> grid b
grid => train
train -> pick
*pick -> join
b ?> c d
c -> e
d -> e
e -> join
*join -> end
end
"""
K22 = "start ?> a b; a ?> c d; b ?> c d; c -> e; d -> e; e -> end; end"
CHAIN = [*(f"s{i} -> s{i + 1}" for i in range(9)), "s9"]
SHAPES = {
    "one step": ("only", 0),
    "own names": ("begin -> work; work -> finish; finish", 0),
    "split": ("start -> a b c; a -> j; b -> b2; b2 -> j; c -> j; *j -> end; end", 0),
    "split past a branch": ("start -> a j; a -> j; *j -> end; end", 0),
    "num_parallel": ("start #> a; a -> j; *j -> end; end", 0),
    "nested foreach": ("start => a; a => b; b -> i; *i -> j; *j -> end; end", 0),
    "switch": ("start ?> a b; a -> m; b -> b2; b2 -> m; m -> end; end", 0),
    "skip": ("start ?> a m; a -> m; m -> end; end", 0),
    "shared target": ("start ?> a b m; a ?> x m; b -> m; x -> m; m -> end; end", 0),
    "arms that share": ("start ?> a b c; a ?> x y; b -> y; c -> z; x -> m; y -> m; z -> m; m -> end; end", 0),
    "exits": ("start ?> a end; a ?> b end; b ?> c end; c -> end; end", 0),
    "K2,2": (K22, 1),
    "recursion": ("start -> again; again ?> again after; after -> end; end", 0),
    "arms to a join": ("start => s; s ?> a b; a -> j; b -> j; *j -> end; end", 0),
    "tangle to a join": ("start => s; s ?> a b; a ?> c d; b -> d; c -> j; d -> j; *j -> end; end", 0),
    "two joins of one foreach": (
        "start => a; a ?> b c; b -> i; c -> j; *i -> end; *j -> end; end",
        0,
    ),
    "two joins of one split": (
        "start -> a b; a ?> c d; b ?> e f; c -> i; d -> j; e -> i; f -> j; *i -> end; *j -> end; end",
        1,
    ),
    "one join of two foreaches": ("start ?> a b; a => c; b => c; c -> j; *j -> end; end", 0),
    "one join of two splits": ("start ?> a b; a -> c d; b -> c d; c -> j; d -> j; *j -> end; end", 1),
    "train": (TRAIN, 0),
}


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize(("text", "crossings"), SHAPES.values(), ids=SHAPES)
def test_every_shape_keeps_the_rules(text, crossings, labelled, direction):
    info = flow(text)
    labels = switch_labels(info) if labelled else {}
    layout = layout_flow(info, boxes(info), direction=direction, labels=labels)
    assert violations(info, layout, labels, crossings=crossings) == []


def test_k22_crosses_once():
    assert count_crossings(layout_flow(flow(K22), boxes(flow(K22)))) == 1


def test_one_step_stands_at_the_origin():
    layout = layout_flow(flow("only"), {"only": NodeBox(2.0, 1.0)})
    assert layout.positions == {"only": (0.0, 0.0)}
    assert (layout.bounds.width, layout.bounds.height) == (2.0, 1.0)


def test_a_chain_is_straight():
    info = flow("start -> a; a -> b; b -> end; end")
    layout = layout_flow(info, boxes(info))
    assert {y for _, y in layout.positions.values()} == {0.0}
    assert all(len(route.points) == 4 for route in layout.routes.values())


def test_parallel_branches_share_columns():
    layout = layout_flow(flow(TRAIN), boxes(flow(TRAIN)), labels=switch_labels(flow(TRAIN)))
    x = {name: point[0] for name, point in layout.positions.items()}
    assert x["grid"] == x["b"]
    assert x["train"] == x["c"] == x["d"]
    assert x["pick"] == x["e"]


def test_a_lone_arm_stays_level_beside_a_skip():
    info = flow(SHAPES["skip"][0])
    layout = layout_flow(info, boxes(info))
    assert {y for name, (_, y) in layout.positions.items() if name in ("start", "a", "m", "end")} == {
        layout.positions["start"][1]
    }


@pytest.mark.parametrize(("direction", "axis", "sign"), [("right", 1, 1), ("down", 0, 1)])
def test_a_self_loop_stands_beside_its_box(direction, axis, sign):
    info = flow(SHAPES["recursion"][0])
    layout = layout_flow(info, boxes(info), direction=direction)
    box = room(layout, "again")
    edge_of_box = box.top if direction == "right" else box.right
    points = polyline(layout.routes["again", "again"])
    assert (points[:, axis] >= edge_of_box - 1e-6).all()
    assert points[:, axis].max() > edge_of_box + 0.2


def test_a_self_loop_goes_over_the_badges():
    info = flow(SHAPES["recursion"][0])
    layout = layout_flow(info, {**boxes(info), "again": NodeBox(1.3, 0.65, above=0.4)})
    points = layout.routes["again", "again"].points
    assert points[:, 1].max() > room(layout, "again").top
    assert points[0, 1] == pytest.approx(layout.positions["again"][1] + 0.325)


def test_wide_labels_widen_the_gap():
    info = flow(SHAPES["switch"][0])
    layout = layout_flow(info, boxes(info), labels={("start", "a"): (3.0, 0.3)})
    assert layout.positions["a"][0] - layout.positions["start"][0] > 1.3 + 3.0


def test_a_caption_has_its_own_room():
    info = flow("start => body; body -> j; *j -> end; end")
    layout = layout_flow(info, boxes(info), captions={"start": (4.0, 0.3)})
    caption, frame = layout.captions["start"], layout.regions["start"]
    assert caption.width == pytest.approx(4.0)
    assert caption.top == pytest.approx(frame.bottom)
    assert violations(info, layout) == []


@pytest.mark.parametrize("direction", ["right", "down"])
def test_a_long_chain_is_wrapped(direction):
    info = flow("; ".join([*(f"s{i} -> s{i + 1}" for i in range(39)), "s39"]))
    layout = layout_flow(info, boxes(info), direction=direction, max_length=16)
    along, across = (0, 1) if direction == "right" else (1, 0)
    extent = (layout.bounds.width, layout.bounds.height)[along]
    assert extent <= 16
    assert len({point[across] for point in layout.positions.values()}) > 1
    assert violations(info, layout, wrapped=True) == []


LONG_FOREACH = "; ".join(
    ["start => b0", *(f"b{i} -> b{i + 1}" for i in range(14)), "b14 -> join; *join -> end; end"]
)


@pytest.mark.parametrize("direction", ["right", "down"])
def test_a_long_foreach_is_wrapped_inside_its_frame(direction):
    info = flow(LONG_FOREACH)
    layout = layout_flow(info, boxes(info), direction=direction, max_length=16)
    along, across = (0, 1) if direction == "right" else (1, 0)
    frame = layout.regions["start"]
    assert (frame.width, frame.height)[along] < 16
    assert len({layout.positions[f"b{i}"][across] for i in range(15)}) > 1
    assert violations(info, layout, wrapped=True, crossings=0) == []


def test_long_branches_are_wrapped_beside_each_other():
    arms = [f"{arm}{i} -> {arm}{i + 1}" for arm in "ab" for i in range(14)]
    info = flow("; ".join(["start -> a0 b0", *arms, "a14 -> join; b14 -> join; *join -> end; end"]))
    layout = layout_flow(info, boxes(info), max_length=16)
    assert layout.bounds.width <= 16
    lowest = min(layout.positions[f"a{i}"][1] for i in range(15))
    assert all(layout.positions[f"b{i}"][1] < lowest for i in range(15))
    assert violations(info, layout, wrapped=True, crossings=0) == []


def test_a_split_stays_in_one_row_with_its_join():
    info = flow(TRAIN)
    layout = layout_flow(info, boxes(info), max_length=3)
    assert layout.positions["join"][1] == layout.positions["start"][1]
    assert layout.positions["end"][1] < layout.positions["d"][1]


def test_a_region_that_fits_into_a_row_is_not_broken():
    info = flow("; ".join(["start => a; a -> b; b -> c; c -> j; *j -> s0", *CHAIN]))
    layout = layout_flow(info, boxes(info), max_length=16)
    assert len({layout.positions[name][1] for name in "abc"}) == 1
    assert layout.positions["s9"][1] < layout.positions["a"][1]


def test_spacing_is_kept():
    info = flow("start -> a b; a -> j; b -> j; *j -> end; end")
    layout = layout_flow(info, boxes(info), spacing=Spacing(layer_gap=2.0, lane_gap=1.0))
    assert layout.positions["a"][1] - layout.positions["b"][1] == pytest.approx(0.65 + 1.0)
    assert layout.positions["end"][0] - layout.positions["j"][0] == pytest.approx(1.3 + 2.0)


@pytest.mark.parametrize(
    "text",
    [
        "; ".join([*(f"s{i} -> s{i + 1}" for i in range(999)), "s999"]),
        "start -> " + " ".join(f"b{i}" for i in range(200)) + "; "
        + "; ".join(f"b{i} -> j" for i in range(200)) + "; *j -> end; end",
        "; ".join([
            *(f"f{i} => f{i + 1}" for i in range(30)),
            "f30 -> j29",
            *(f"*j{i} -> j{i - 1}" for i in range(29, 0, -1)),
            "*j0 -> end; end",
        ]),
        "; ".join([*(f"s{i} ?> s{i + 1} end" for i in range(150)), "s150 -> end; end"]),
    ],
    ids=["1000 steps", "200 branches", "30 levels", "150 exits"],
)  # fmt: skip
def test_big_flows_are_laid_out(text):
    info = flow(text)
    layout = layout_flow(info, boxes(info))
    assert set(layout.positions) == {step.name for step in info.steps}
    assert all(np.isfinite(route.points).all() for route in layout.routes.values())


def test_a_step_without_a_box_is_named():
    with pytest.raises(Exception, match="step end has no box size"):
        layout_flow(flow("start -> end; end"), {"start": NodeBox(1, 1)})


@pytest.mark.parametrize(
    "options", [{"direction": "up"}, {"max_length": 0.0}, {"max_length": float("nan")}], ids=str
)
def test_impossible_options_are_errors(options):
    info = flow("start -> end; end")
    with pytest.raises(ValueError, match="layout"):
        layout_flow(info, boxes(info), **options)


def test_a_box_without_a_size_is_an_error():
    with pytest.raises(ValueError, match="Box of step only"):
        layout_flow(flow("only"), {"only": NodeBox(float("nan"), 1.0)})


def test_the_adapter_fills_the_scale():
    info = flow(TRAIN)
    place = layout_function(info)
    points = place(None, 3.0)
    assert max(abs(np.concatenate(list(points.values())))) == 3.0
    assert all(point.shape == (3,) for point in points.values())


def test_manim_takes_the_adapter():
    from manim import DiGraph, Dot

    info = flow(TRAIN)
    names = [step.name for step in info.steps]
    edges = [(edge.source, edge.target) for edge in info.edges]
    graph = DiGraph(names, edges, layout=layout_function(info), layout_scale=2, vertex_type=Dot)
    assert graph["start"].get_center()[0] < graph["end"].get_center()[0]
    assert graph["start"].get_center()[1] == pytest.approx(graph["end"].get_center()[1])


def test_the_adapter_refuses_strangers():
    import networkx as nx

    with pytest.raises(Exception, match="no step of flow"):
        layout_function(flow("start -> end; end"))(nx.Graph([("start", "stranger")]), 2)
