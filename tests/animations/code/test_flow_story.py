"""Code and graph in step."""

from __future__ import annotations

import pytest
from playing import play_out

from manim_metaflow import FlowStory, StepNode
from manim_metaflow.code import AdvanceStory, PointAt, TraceArtifact
from manim_metaflow.errors import UsageError

FILES = [f"scenes/flows/authoring/{number}/fare.py" for number in (1, 3, 5)]


def test_code_and_graph_are_those_of_the_version():
    story = FlowStory(FILES)
    for index in (1, 2):
        play_out(AdvanceStory(story), 0.3)
        assert story.index == index
        assert story.panel.source == story.version.source
        assert list(story.dag.nodes) == [step.name for step in story.version.flow.steps]
    with pytest.raises(UsageError, match="there is no number 4"):
        AdvanceStory(story)


def test_a_box_comes_when_its_lines_do():
    story = FlowStory(FILES)
    change = AdvanceStory(story)
    [node] = [
        c for c in change.clips if any(isinstance(m, StepNode) and m.name == "fit" for m in c.touched())
    ]
    lines = [
        c for c in change.clips if any(getattr(m, "text", "").startswith("    def fit") for m in c.touched())
    ]
    assert lines
    assert node.start <= lines[0].start <= node.end + 1.0


def test_it_goes_back_too():
    story = FlowStory(FILES)
    play_out(AdvanceStory(story, 2))
    play_out(AdvanceStory(story, 0))
    assert list(story.dag.nodes) == ["start", "end"]


def test_pointing_lights_the_lines_of_the_step_and_rings_its_box():
    story = FlowStory(FILES[1:])
    play_out(PointAt(story, "fit"))
    assert story.panel.lit == story.panel.step("fit")
    assert story.ring.get_center() == pytest.approx(story.dag["fit"].box.get_center(), abs=1e-6)
    play_out(PointAt(story, None))
    assert story.panel.lit == ()
    assert not len(story.ring.points)


def test_tracing_lights_every_line_and_the_arrows_between():
    story = FlowStory(FILES[2:])
    before = story.dag.edge("quote", "end").lines[0].get_stroke_color()
    play_out(TraceArtifact(story, "rides"))
    assert story.panel.lit == story.panel.uses("rides")
    assert story.dag.edge("start", "fit").lines[0].get_stroke_color() != before
    assert story.dag.edge("quote", "end").lines[0].get_stroke_color() == before
    with pytest.raises(UsageError, match=r"uses an artifact 'rdies'\. Did you mean rides\?"):
        TraceArtifact(story, "rdies")


def test_a_version_that_does_not_parse_shows_the_code_alone_and_says_so():
    story = FlowStory([FILES[0], "class Fare(:\n    pass\n", FILES[1]])
    play_out(AdvanceStory(story))
    assert story.dag is None
    assert story.note[0][0].text.startswith("No graph: line 1")
    play_out(AdvanceStory(story))
    assert "fit" in story.dag.nodes
    assert not len(story.note)


def test_a_story_needs_a_version():
    with pytest.raises(UsageError, match="at least one version"):
        FlowStory([])
