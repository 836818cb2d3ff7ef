"""Every public mobject behaves as a user of Manim expects: all of them are asked, new ones too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from every import EVERY, SHA, public_mobjects
from manim import ORIGIN, RIGHT, TEAL, UP, Square, VGroup
from recorded import FLOWS, recorded

from manim_metaflow import DARK_THEME, ArtifactChip, Face, FlowDAG, StepNode, TextLabel
from manim_metaflow.mobjects.text.live_label import LiveLabel
from manim_metaflow.testing.contrast import text_contrasts

PLACED = {
    "ComparisonGrid": "it stands where that graph is",
    "FlowEdge": "it stands where its strands are",
    "ForeachRegion": "it stands round the rectangle it is given",
}
"""What is built where its arguments say, and the words in which its docstring tells so."""


def test_every_public_mobject_is_asked() -> None:
    assert set(EVERY) == set(public_mobjects())
    assert all(type(build()).__name__ == name for name, build in EVERY.items())


@pytest.mark.parametrize("name", [name for name in EVERY if name not in PLACED])
def test_it_is_built_centred_on_the_origin(name: str) -> None:
    assert EVERY[name]().get_center() == pytest.approx(ORIGIN)


@pytest.mark.parametrize("name", PLACED)
def test_what_is_built_elsewhere_says_where(name: str) -> None:
    assert PLACED[name] in (type(EVERY[name]()).__doc__ or "").lower()


@pytest.mark.parametrize("name", EVERY)
def test_size_does_not_depend_on_where_it_stands(name: str) -> None:
    mobject = EVERY[name]()
    size = mobject.width, mobject.height
    # Manim before 0.21 measures a part without points as a point at the origin.
    mobject.shift(20 * RIGHT + 20 * UP)
    assert (mobject.width, mobject.height) == pytest.approx(size)


LOOKS: dict[str, Callable[[], Any]] = {
    "a chip without a hash": lambda: ArtifactChip("a_long_name", SHA, hashed=False),
    "a graph with its heading": lambda: FlowDAG(FLOWS / "complex_flow.py", detail="full"),
    "a graph that runs down": lambda: FlowDAG(FLOWS / "recursion.py", direction="down"),
    "a graph of a failed run": lambda: FlowDAG(recorded("failed").flow, run=recorded("failed")),
    "text in several lines": lambda: TextLabel("one two", lines=("one", "two")),
    "text without ink": lambda: TextLabel(" "),
    "text that no font of the theme has": lambda: TextLabel("数据"),
    "text that changes": lambda: LiveLabel("0 s"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_so_are_its_other_looks(name: str) -> None:
    assert LOOKS[name]().get_center() == pytest.approx(ORIGIN)


@pytest.mark.parametrize("name", [name for name in EVERY if name not in ("Face", "TextLabel", "TextBlock")])
def test_texts_are_legible_in_a_colour_of_ones_own(name: str) -> None:
    mobject = EVERY[name]().set_color(TEAL)
    assert [text for _, text, ratio in text_contrasts(mobject, DARK_THEME.background) if ratio < 3] == []


@pytest.mark.parametrize("name", [name for name in EVERY if name not in ("Face", "TextLabel", "TextBlock")])
def test_so_they_are_in_the_colour_of_a_group(name: str) -> None:
    mobject = EVERY[name]()
    VGroup(mobject, Square()).set_color(TEAL)
    found = [text for _, text, ratio in text_contrasts(mobject, DARK_THEME.background) if ratio < 3]
    assert found == []


def test_a_fill_of_ones_own_leaves_the_text_of_a_step_legible() -> None:
    node, colored = StepNode("train").set_fill(TEAL, 1.0), StepNode("train").set_color(TEAL)
    assert node.box.get_fill_color() == colored.box.get_fill_color()
    assert node.label.get_fill_color() == colored.label.get_fill_color()


def test_a_step_keeps_a_colour_of_its_own_when_its_state_changes() -> None:
    node = StepNode("train").set_color(TEAL)
    for state in ("running", "done"):
        node.set_state(state)
        assert node.box.get_stroke_color() == TEAL
        assert node.label.get_fill_color().to_hex() == DARK_THEME.text


def test_a_face_keeps_the_colour_of_its_hash() -> None:
    chip = ArtifactChip("raw", SHA).set_color(TEAL)
    assert chip.face.pattern.get_fill_color() == Face(SHA).pattern.get_fill_color()
    assert chip.label.get_fill_color() == TEAL


@pytest.mark.parametrize("name", EVERY)
def test_it_can_be_copied_moved_scaled_and_brought_back(name: str) -> None:
    mobject = EVERY[name]()
    rest = mobject.copy()
    assert all(
        np.array_equal(one.points, other.points)
        for one, other in zip(mobject.get_family(), rest.get_family(), strict=True)
    )
    mobject.save_state()
    mobject.scale(1.5).shift(UP).set_opacity(0.3).set_z_index(2)
    assert mobject.width == pytest.approx(1.5 * rest.width)
    mobject.restore()
    for one, other in zip(mobject.get_family(), rest.get_family(), strict=True):
        assert one.points == pytest.approx(other.points)
    assert VGroup(mobject, Square()).arrange(RIGHT)[1].get_left()[0] > mobject.get_right()[0]


def test_a_step_that_is_moved_takes_the_ends_of_its_arrows_along() -> None:
    dag, rest = (FlowDAG(FLOWS / "branch.py") for _ in range(2))
    dag.move_step("a", UP)
    assert dag["a"].get_center() == pytest.approx(rest["a"].get_center() + UP)
    for pair, edge in dag.edges.items():
        ends = [edge.point_at(alpha) - rest.edges[pair].point_at(alpha) for alpha in (0, 1)]
        assert ends[0] == pytest.approx(UP * (pair[0] == "a"))
        assert ends[1] == pytest.approx(UP * (pair[1] == "a"))
