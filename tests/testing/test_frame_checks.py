from __future__ import annotations

from typing import Any

import manim as mn
import pytest

from manim_metaflow.testing import check_frame
from manim_metaflow.testing.checks import Problem


class Word(mn.Rectangle):
    """A word without fonts: 1 unit wide, as high as its font size says."""

    def __init__(self, text: str, at: Any = mn.ORIGIN, font_size: float = 24, **facts: Any) -> None:
        super().__init__(width=1, height=font_size / 48, fill_opacity=1, stroke_width=0)
        self.facts = {"role": "text", "text": text, **facts}
        self.move_to(at)

    @property
    def font_size(self) -> float:
        return float(self.height) * 48

    def __snapshot__(self) -> dict[str, Any]:
        return self.facts


class Node(mn.VGroup):
    def __init__(self, name: str, at: Any, word: mn.Mobject | None = None) -> None:
        self.box = mn.Rectangle(width=2, height=1).move_to(at)
        super().__init__(self.box)
        self.name = name
        if word is not None:
            self.add(word.move_to(at))

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "node", "name": self.name}


class BoxedNode(Node):
    @property
    def node_box(self) -> mn.Mobject:
        return self.box


class Edge(mn.Line):
    def __init__(self, source: str, target: str, start: Any, end: Any) -> None:
        super().__init__(start, end)
        self.ends = {"source": source, "target": target}

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "edge", **self.ends}


def _check(*mobjects: mn.Mobject, scene: mn.Scene | None = None) -> list[Problem]:
    return check_frame((scene or mn.Scene()).add(*mobjects))


def _kinds(*mobjects: mn.Mobject) -> list[str]:
    return [problem.kind for problem in _check(*mobjects)]


LEFT, RIGHT = 4 * mn.LEFT, 4 * mn.RIGHT


def test_a_clean_graph_has_no_problem() -> None:
    graph = mn.VGroup(
        Node("a", LEFT, Word("a")),
        Node("b", RIGHT, mn.Text("b", font_size=24)),
        Edge("a", "b", LEFT + mn.RIGHT, RIGHT + mn.LEFT),
        Word("caption", 3 * mn.DOWN),
    )
    assert _check(graph) == []


def test_what_leaves_the_frame_is_named() -> None:
    (problem,) = _check(Word("far", 7 * mn.RIGHT))
    assert (problem.kind, problem.message) == ("outside", "Word 'far' leaves the frame")


@pytest.mark.parametrize("hidden", [{"opacity": 0}, {"stroke": 0}])
def test_what_cannot_be_seen_may_be_anywhere(hidden: dict[str, float]) -> None:
    shape = mn.Square().shift(9 * mn.RIGHT)
    shape.set_opacity(0) if "opacity" in hidden else shape.set_stroke(width=0)
    assert _kinds(shape) == []


def test_a_background_may_leave_the_frame() -> None:
    class Ground(mn.Square):
        def __snapshot__(self) -> dict[str, Any]:
            return {"role": "background"}

    assert _kinds(Ground(30)) == []
    assert _kinds(mn.Square(30)) == ["outside"]


@pytest.mark.parametrize("make", [mn.Text, mn.MarkupText, mn.Paragraph, Word])
def test_two_texts_that_overlap_are_found(make: Any) -> None:
    assert _kinds(make("over"), make("lap")) == ["text-overlap"]
    assert _kinds(make("over"), make("lap").shift(2 * mn.UP)) == []


@pytest.mark.parametrize("make", [mn.Text, mn.MarkupText, mn.Paragraph, Word])
def test_text_is_measured_as_it_is_drawn(make: Any) -> None:
    assert _kinds(make("small", font_size=13)) == ["small-text"]
    assert _kinds(make("enough", font_size=14)) == []
    assert _kinds(make("shrunk", font_size=26).scale(0.5)) == ["small-text"]


def test_text_that_a_camera_makes_small_is_found() -> None:
    scene = mn.MovingCameraScene()
    scene.camera.frame.scale(2)
    assert [problem.kind for problem in _check(Word("far away"), scene=scene)] == ["small-text"]


def test_a_close_up_may_cut_shapes_but_not_words() -> None:
    scene = mn.MovingCameraScene()
    scene.camera.frame.scale(0.5)
    edge = scene.camera.frame.get_right()
    found = _check(
        mn.Square().move_to(edge), Word("cut", edge + mn.UP), Word("off", RIGHT * 1.5), scene=scene
    )
    assert [problem.names for problem in found] == [("Word 'cut'",)]


@pytest.mark.parametrize("kind", [Node, BoxedNode])
def test_an_edge_through_a_foreign_node_is_found(kind: type[Node]) -> None:
    (problem,) = _check(Edge("a", "c", LEFT, RIGHT), kind("b", mn.ORIGIN))
    assert problem.message == f"Edge 'a->c' crosses {kind.__name__} 'b'"
    assert _kinds(Edge("a", "b", LEFT, RIGHT), kind("b", mn.ORIGIN)) == []
    assert _kinds(Edge("a", "c", LEFT, RIGHT), kind("b", mn.UP)) == []


def test_what_a_long_edge_goes_through_is_found_however_small() -> None:
    edge = Edge("a", "b", 6 * mn.LEFT, 6 * mn.RIGHT)
    assert _kinds(edge, Word("i", 0.75 * mn.RIGHT)) == ["text-over-edge"]


def test_a_curve_is_followed_not_boxed() -> None:
    class Arc(mn.ArcBetweenPoints):
        def __snapshot__(self) -> dict[str, Any]:
            return {"role": "edge", "source": "a", "target": "c"}

    assert _kinds(Arc(LEFT, RIGHT, angle=3), Node("b", mn.ORIGIN)) == []


def test_the_box_of_a_node_may_be_numbers() -> None:
    class Numbered(Node):
        node_box = (-1, 2, 1, 3)

    node = Numbered("b", mn.ORIGIN)
    assert _kinds(Edge("a", "c", LEFT, RIGHT), node) == []
    assert _kinds(Edge("a", "c", LEFT + 2.5 * mn.UP, RIGHT + 2.5 * mn.UP), node) == ["edge-through-node"]


def test_the_box_of_a_node_is_what_it_says() -> None:
    node = BoxedNode("b", mn.ORIGIN)
    node.add(mn.Square(0.2).shift(1.5 * mn.UP))
    edge = Edge("a", "c", LEFT + mn.UP, RIGHT + mn.UP)
    assert _kinds(edge, node) == []
    node.__class__ = Node
    assert _kinds(edge, node) == ["edge-through-node"]


def test_text_on_a_foreign_node_is_found() -> None:
    assert _kinds(Node("a", mn.ORIGIN), Word("caption")) == ["text-over-node"]
    assert _kinds(Node("a", mn.ORIGIN, Word("a"))) == []
    assert _kinds(Node("a", mn.ORIGIN), Word("badge", owner="a")) == []


def test_text_on_a_foreign_edge_is_found() -> None:
    edge = Edge("a", "b", LEFT, RIGHT)
    assert _kinds(edge, Word("caption")) == ["text-over-edge"]
    assert _kinds(edge, Word("case", owner="a->b")) == []
    labelled = Edge("a", "b", LEFT, RIGHT)
    labelled.add(Word("case"))
    assert _kinds(labelled) == []
