"""A step shows its state, wherever it is moved to and however it is scaled."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from gallery import many_tasks
from manim import Mobject

from manim_metaflow import StepNode
from manim_metaflow.errors import UsageError
from manim_metaflow.graph import STATES, TaskStack
from manim_metaflow.testing import render_frame


def shapes(mobject: Mobject) -> list[np.ndarray]:
    return [part.points for part in mobject.family_members_with_points()]


def ink(mobject: Mobject) -> np.ndarray:
    """What an eye without colour sees of outlines and marks; shape ``(height, width)``."""
    return render_frame(mobject, resolution=(427, 240), background="#808080")[..., 0].astype(int)


def painted_alike(node: StepNode) -> StepNode:
    """Take the colours away: fills grey, strokes and marks black, text gone."""
    node.label.set_opacity(0)
    for part in node.family_members_with_points():
        if part.get_stroke_width() and part.get_stroke_opacity():
            part.set_stroke("#000000", family=False)
        if part.get_fill_opacity() and part is not node.label:
            part.set_fill("#808080" if part.get_stroke_opacity() else "#FFFFFF", family=False)
    return node


SEEN_ALIKE = {frozenset({"pending", "queued"}), frozenset({"pending", "running"})} | {
    frozenset(pair) for pair in combinations(("pending", "queued", "running", "retrying"), 2)
}
"""Before its end a task has no mark: what waits is grey, and what runs pulses, which a still cannot show."""


@pytest.mark.parametrize("pair", list(combinations(STATES, 2)), ids="-".join)
def test_a_state_can_be_read_without_colour(pair: tuple[str, str]) -> None:
    one, other = (ink(painted_alike(StepNode("x", state=state)).scale(6)) for state in pair)
    assert (np.abs(one - other) > 30).sum() >= 15 or frozenset(pair) in SEEN_ALIKE


def test_what_runs_swells_its_border() -> None:
    still, swollen = (
        StepNode("x").show_change("running", "running", 0.5, pulse=pulse).box.get_stroke_width()
        for pulse in (0, 1)
    )
    assert swollen > 1.5 * still


@pytest.mark.parametrize("state", STATES)
def test_a_state_looks_the_same_whether_set_or_built(state: str) -> None:
    built, changed = StepNode("train", state=state), StepNode("train")
    for other in STATES:
        changed.set_state(other)
    changed.set_state(state)
    assert changed.state == state
    for one, two in zip(
        built.family_members_with_points(), changed.family_members_with_points(), strict=True
    ):
        assert np.array_equal(one.points, two.points)
        if not np.ptp(one.points, axis=0).any():  # a mark that is not there
            continue
        assert one.get_fill_color() == two.get_fill_color()
        assert one.get_fill_opacity() == two.get_fill_opacity()
        assert (one.get_stroke_color(), one.get_stroke_opacity()) == (
            two.get_stroke_color(),
            two.get_stroke_opacity(),
        )


@pytest.mark.parametrize("state", STATES)
def test_marks_stay_in_place_when_a_step_is_scaled_and_moved(state: str) -> None:
    """Set before or after: the badge is at the same corner of the box, the dashes on its border."""
    moves = [(0.5, [3.0, 1.0, 0.0]), (1.6, [-2.0, 0.5, 0.0])]
    early, late = StepNode("train", state=state), StepNode("train")
    for scale, shift in moves:
        for node in (early, late):
            node.scale(scale, about_point=np.zeros(3)).shift(shift)
    late.set_state(state)
    for one, other in zip(early.get_family(), late.get_family(), strict=True):
        if one.points.shape != other.points.shape:  # dashes are laid anew, a whole number of them
            assert one.height == pytest.approx(other.height, abs=0.02)
            assert one.get_center() == pytest.approx(other.get_center(), abs=0.02)
        elif len(one.points) > 4:
            np.testing.assert_allclose(one.points, other.points, atol=1e-6)


def test_an_unknown_state_names_the_states() -> None:
    for refuse in (lambda: StepNode("x", state="finished"), lambda: StepNode("x").set_state("finished")):
        with pytest.raises(UsageError) as caught:
            refuse()
        assert "'finished'" in str(caught.value)
        assert ", ".join(STATES) in str(caught.value)


def test_a_wrong_keyword_is_an_error() -> None:
    with pytest.raises(TypeError, match="colour"):
        StepNode("x", colour="red")


def test_a_copy_is_a_step_of_its_own() -> None:
    node = StepNode("x")
    copy = node.copy()
    copy.set_state("failed")
    assert (node.state, copy.state) == ("pending", "failed")
    assert copy.box in copy.get_family()
    assert node.box.get_stroke_color() != copy.box.get_stroke_color()


def test_every_task_of_a_few_has_a_box_in_order() -> None:
    stack = TaskStack("fit", many_tasks(4))
    assert stack.places == ["fit[0]", "fit[1]", "fit[2]", "fit[3]"]
    heights = [cell.get_y() for cell in stack.cells]
    assert heights == sorted(heights, reverse=True)
    assert stack.rest == 0


@pytest.mark.parametrize(("tasks", "most"), [(6, 5), (300, 4), (7, 7), (2, 5)])
def test_no_task_of_many_is_forgotten(tasks: int, most: int) -> None:
    stack = TaskStack("fit", many_tasks(tasks), most=most)
    assert len(stack.cells) <= most
    assert len(stack.cells) + stack.rest == tasks
    assert (stack.rest > 0) == (stack.more is not None)


def test_boxes_of_a_stack_are_equally_wide_and_do_not_touch() -> None:
    cells = list(TaskStack("fit", many_tasks(5), slots=2).cells)
    assert len({round(float(cell.box.width), 6) for cell in cells}) == 1
    for upper, lower in pairwise(cells):
        assert upper.node_box[1] > lower.node_box[3]
