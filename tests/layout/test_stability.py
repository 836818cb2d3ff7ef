"""A layout changes no more than its flow does."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, strategies as st

from layout.builder import boxes, flow, switch_labels
from layout.random_flows import SETTINGS, drawings, flows, texts
from manim_metaflow.layout import Tangle, layout_flow, region_tree, walk
from manim_metaflow.layout.collapse import region_names


@SETTINGS
@given(drawings())
def test_same_input_gives_the_same_bits(drawing):
    info, sizes, labels, captions = drawing
    one, two = (layout_flow(info, sizes, labels=labels, captions=captions) for _ in range(2))
    assert one.positions == two.positions
    assert one.regions == two.regions
    assert list(one.routes) == list(two.routes)
    for edge, route in one.routes.items():
        assert route.label_at == two.routes[edge].label_at
        assert np.array_equal(route.points, two.routes[edge].points)


@SETTINGS
@given(flows())
def test_right_and_down_agree(info):
    sizes, labels = boxes(info), switch_labels(info)
    right = layout_flow(info, sizes, direction="right", labels=labels)
    down = layout_flow(info, sizes, direction="down", labels=labels)
    for one, two in comparable(info, right, down):
        is_above = right.positions[one][1] > right.positions[two][1]
        assert is_above == (down.positions[one][0] < down.positions[two][0])


@SETTINGS
@given(texts(), st.data())
def test_a_further_branch_keeps_the_order(text, data):
    before = flow(text)
    splits = [step for step in before.steps if step.kind == "split" and step.name in region_names(before)]
    assume(splits)
    split = data.draw(st.sampled_from(splits))
    heads = list(split.targets)
    heads.insert(data.draw(st.integers(0, len(heads))), "extra")
    lines = [replace_targets(line, split.name, heads) for line in text.splitlines()]
    lines.insert(-1, f"extra -> {split.matching_join}")
    assert order_changes(before, flow("\n".join(lines))) == []


@SETTINGS
@given(texts(), st.data())
def test_a_longer_chain_keeps_the_order(text, data):
    before = flow(text)
    assume(not any(isinstance(region, Tangle) for region in walk(region_tree(before))))
    plain = [step for step in before.steps if step.kind in ("start", "linear", "join")]
    assume(plain)
    step = data.draw(st.sampled_from(plain))
    lines = [replace_targets(line, step.name, ["extra"]) for line in text.splitlines()]
    lines.insert(-1, f"extra -> {step.targets[0]}")
    assert order_changes(before, flow("\n".join(lines))) == []


def replace_targets(line, name, targets):
    words = line.split()
    return " ".join([*words[:2], *targets]) if words[0].lstrip("*") == name else line


def order_changes(before, after):
    """Pairs of steps side by side that have changed places."""
    old, new = layout_flow(before, boxes(before)), layout_flow(after, boxes(after))
    return [
        (one, two)
        for one, two in comparable(before, old, new)
        if (old.positions[one][1] - old.positions[two][1]) * (new.positions[one][1] - new.positions[two][1])
        < 0
    ]


def comparable(info, *layouts):
    """Pairs of steps side by side; where arms are tangled, only those a reader sees beside each other.

    Two steps of a tangle that are columns apart have no order, only heights, which sizes decide.
    """
    tangled = any(isinstance(region, Tangle) for region in walk(region_tree(info)))
    for one, two in side_by_side(info):
        if not tangled or all(are_level(layout, one, two) for layout in layouts):
            yield one, two


def are_level(layout, one, two):
    """Whether two boxes share a part of their way along the flow."""
    axis = 0 if layout.direction == "right" else 1
    sizes = [layout.boxes[name].height if axis else layout.boxes[name].width for name in (one, two)]
    return abs(layout.positions[one][axis] - layout.positions[two][axis]) < sum(sizes) / 2


def side_by_side(info):
    """Pairs of steps neither of which leads to the other."""
    index = {step.name: i for i, step in enumerate(info.steps)}
    reach: dict[str, int] = {}
    todo = [step.name for step in info.steps]
    while todo:
        name = todo[-1]
        targets = [target for target in info[name].targets if target != name]
        waiting = [target for target in targets if target not in reach]
        if waiting:
            todo.extend(waiting)
            continue
        reach[name] = 1 << index[name]
        for target in targets:
            reach[name] |= reach[target]
        todo.pop()
    names = list(index)
    for i, one in enumerate(names):
        for two in names[i + 1 :]:
            if not reach[one] >> index[two] & 1 and not reach[two] >> index[one] & 1:
                yield one, two
