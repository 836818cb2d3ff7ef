"""The region tree, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from manim_metaflow.errors import FlowError
from manim_metaflow.layout import Fan, Lane, Series, Tangle, region_tree, walk

from .builder import flow


def test_splits_hold_their_branches_in_order():
    tree = region_tree(flow("start -> b a; a -> j; b -> b2; b2 -> j; *j -> end; end"))
    opener, fan, join, end = tree.items
    assert (opener, join, end) == ("start", "j", "end")
    assert fan == Fan("split", "start", [Series(["b", "b2"]), Series(["a"])])


def test_a_foreach_holds_its_body():
    tree = region_tree(flow("start => a; a -> b; b -> j; *j -> end; end"))
    assert tree.items[1] == Fan("foreach", "start", [Series(["a", "b"])])


def test_a_switch_that_nests_is_a_fan():
    tree = region_tree(flow("start ?> a m; a -> m; m -> end; end"))
    assert tree.items == ["start", Fan("switch", "start", [Series(["a"]), Lane(("start", "m"))]), "m", "end"]


def test_arms_that_share_targets_are_a_tangle():
    tree = region_tree(flow("start ?> a b; a ?> c d; b ?> c d; c -> e; d -> e; e -> end; end"))
    assert isinstance(tree.items[1], Tangle)
    assert [member.items for member in tree.items[1].members] == [["a"], ["b"], ["c"], ["d"]]


def test_a_tangle_holds_whole_splits():
    text = "start ?> a b; a ?> c d; b -> d; c -> x y; x -> j; y -> j; *j -> e; d -> e; e -> end; end"
    tangle = next(region for region in walk(region_tree(flow(text))) if isinstance(region, Tangle))
    assert ["c", "j"] in [
        [item for item in member.items if isinstance(item, str)] for member in tangle.members
    ]


def test_walk_meets_parents_first():
    tree = region_tree(flow("start => a; a -> b c; b -> i; c -> i; *i -> j; *j -> end; end"))
    kinds = [region.kind for region in walk(tree) if isinstance(region, Fan)]
    assert kinds == ["foreach", "split"]


def changed(info, which, **fields):
    steps = tuple(replace(step, **fields) if step.name == which else step for step in info.steps)
    return replace(info, steps=steps)


SKIP = "start ?> a end; a -> end; end"
SPLIT = flow("start -> a b; a -> j; b -> j; *j -> end; end")


@pytest.mark.parametrize(
    ("info", "message"),
    [
        (changed(SPLIT, "start", matching_join=None), "start of flow TestFlow fans out but no join"),
        (changed(SPLIT, "start", matching_join="end"), "does not stand in the split"),
        (changed(SPLIT, "a", split_parents=()), "leads from inside the split start to outside"),
        (changed(SPLIT, "b", name="a"), "two steps named 'a'"),
        (replace(SPLIT, start="begin"), "'begin' as its start step"),
        (replace(SPLIT, steps=SPLIT.steps[1:], start="a"), "no step 'start'"),
        (flow("start -> a; a -> b; b -> a; end"), "cycle through a, b"),
        (flow("start -> end; lost -> end; end"), "Nothing leads to step lost"),
        (flow("start ?> a end; a ->; end"), "Step a of flow TestFlow leads neither"),
        (changed(flow(SKIP), "start", kind="linear"), "neither a split nor"),
        (flow("start -> a; *a -> end; end"), "Step a is a join but closes no split"),
    ],
)  # fmt: skip
def test_what_does_not_nest_is_refused(info, message):
    with pytest.raises(FlowError, match=message):
        region_tree(info)
