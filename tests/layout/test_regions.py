"""The region tree, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import metaflow
import pytest

from layout.builder import flow
from manim_metaflow.errors import FlowError
from manim_metaflow.facts import load_flow
from manim_metaflow.facts.flow.importing import imported_file
from manim_metaflow.layout import Fan, Lane, Series, Tangle, region_tree, walk

REAL = [
    path
    for path in (
        *sorted((Path(__file__).parents[1] / "flows").glob("*.py")),
        *sorted((Path(metaflow.__file__).parent / "tutorials").glob("*/*.py")),
    )
    # Metaflow repeats what follows a switch in each of its arms, and writes num_parallel flat.
    if not any(word in path.read_text() for word in ("condition=", "num_parallel="))
]


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


def nested(series):
    """Regions as Metaflow writes them: a list a branch, all branches behind the step that fans out."""
    return [
        item if isinstance(item, str) else [nested(branch) for branch in item.branches]
        for item in series.items
    ]


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_regions_nest_as_metaflow_says(path):
    info = load_flow(path)
    with imported_file(path) as module:
        cls = vars(module)[info.name]
        _, structure = getattr(cls, "_flow_cls", cls)._graph.output_steps()
    assert nested(region_tree(info)) == structure


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
        (changed(SPLIT, "start", matching_join="end"), "is not inside the split"),
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
