"""Collapse, expand, focus and highlight: what they leave, and that everything else keeps its place."""

from __future__ import annotations

from pathlib import Path

import manim as mn
import numpy as np
import pytest

from manim_metaflow import FlowDAG
from manim_metaflow.errors import UsageError
from manim_metaflow.testing import check_frame
from manim_metaflow.testing.frames import still_config

FLOW = str(Path(__file__).parents[2] / "flows" / "complex_flow.py")


def play(dag: FlowDAG, *makers, scene_class=mn.Scene):
    """Play on a scene what each of some functions returns; nothing is written."""
    with still_config(), mn.tempconfig({"frame_rate": 4}):
        scene = scene_class()
        scene.add(dag)
        for make in makers:
            scene.play(make())
        return scene


def looks(dag: FlowDAG) -> list[tuple]:
    return [
        (part.points.tobytes(), part.fill_rgbas.tobytes(), part.stroke_rgbas.tobytes())
        for part in dag.family_members_with_points()
    ]


@pytest.mark.parametrize("direction", ["right", "down"])
def test_collapse_hides_the_region_and_moves_nothing_else(direction):
    dag = FlowDAG(FLOW, direction=direction)
    outside = ["start", "left", "right", "rbody", "fj", "final_join", "end"]
    before = {name: dag[name].get_center() for name in outside}
    scene = play(dag, lambda: dag.collapse("left"))
    assert all(np.array_equal(dag[name].get_center(), before[name]) for name in outside)
    family = dag.get_family()
    assert dag["body"] not in family
    assert dag["right"] in family
    assert dag.folds["left"].box.label.text == "8 steps"
    with still_config():
        assert [p for p in check_frame(scene) if p.kind != "outside"] == []


def test_expand_restores_the_drawing_to_the_bit():
    dag = FlowDAG(FLOW)
    before = looks(dag)
    play(dag, lambda: dag.collapse("body"), lambda: dag.collapse("start"))
    assert looks(dag) != before
    play(dag, lambda: dag.expand("start"), lambda: dag.expand("body"))
    assert looks(dag) == before


def test_a_graph_that_moved_meanwhile_expands_where_it_is():
    dag = FlowDAG(FLOW)
    gap = dag["body"].get_center() - dag["left"].get_center()
    play(dag, lambda: dag.collapse("left"))
    dag.scale(0.5).shift(mn.UP)
    play(dag, lambda: dag.expand("left"))
    assert np.allclose(dag["body"].get_center() - dag["left"].get_center(), 0.5 * gap)


def test_highlight_dims_the_rest_and_lets_it_be_again():
    dag = FlowDAG(FLOW)
    before = looks(dag)
    play(dag, lambda: dag.highlight("left", ("left", "body")))
    assert dag["left"].box.get_stroke_opacity() == 1
    assert dag.edge("left", "body").lines[0].get_stroke_opacity() == 1
    assert dag["right"].box.get_stroke_opacity() < 0.5
    play(dag, lambda: dag.highlight("right"), dag.highlight)
    assert looks(dag) == before


def test_focus_goes_there_and_back():
    dag = FlowDAG(FLOW)
    scene = play(dag, lambda: dag.focus("decide"), scene_class=mn.MovingCameraScene)
    frame = scene.camera.frame
    assert np.allclose(frame.get_center(), dag.parts("decide").get_center())
    assert frame.width < mn.config.frame_width
    with still_config():
        scene.play(dag.focus())
    assert np.allclose(frame.get_center(), 0)
    assert frame not in scene.mobjects


def test_a_camera_that_cannot_move_is_refused():
    dag = FlowDAG(FLOW)
    with pytest.raises(UsageError, match="derive the scene from MovingCameraScene"):
        play(dag, lambda: dag.focus("start"))


def test_path_and_region_name_what_they_do_not_find():
    dag = FlowDAG(FLOW)
    assert [part.name for part in dag.path("start", "sj") if hasattr(part, "state")] == [
        "start",
        "left",
        "body",
        "s1",
        "sj",
    ]
    with pytest.raises(UsageError, match="no path from 'end' to 'start'"):
        dag.path("end", "start")
    with pytest.raises(UsageError, match="no region 'sj'"):
        dag.region("sj")
    with pytest.raises(UsageError, match="is not collapsed"):
        dag.expand("left")
