"""``mobject.animate`` plays every public method that changes how a mobject looks, or says why not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import manim as mn
import numpy as np
import pytest
from every import EVERY, public_mobjects
from manim.animation.animation import prepare_animation
from playing import played
from recorded import recorded

from manim_metaflow import CodePanel, FlowDAG, TextLabel
from manim_metaflow.errors import UsageError
from manim_metaflow.layout import Rect
from manim_metaflow.mobjects.shapes import circle
from manim_metaflow.mobjects.text.live_label import LiveLabel
from manim_metaflow.runs import RunTimeline
from manim_metaflow.theme import current_theme

RUN = "foreach"


def stored() -> list[str]:
    """The keys of a run that has more of them than its store has places."""
    return list(dict.fromkeys(a.sha for task in recorded(RUN).tasks for a in task.artifacts))


def half() -> float:
    """The middle of a run, seconds since the epoch."""
    history = RunTimeline(recorded(RUN)).history
    return (history.begin + history.end) / 2


CALLS: dict[tuple[str, str], Callable[[], tuple[Any, ...]]] = {
    ("ArtifactChip", "put_face"): lambda: (1.0, 2.0),
    ("CodePanel", "highlight"): lambda: ([2],),
    ("CodePanel", "scroll_to"): lambda: ([5],),
    ("CodePanel", "show_top"): lambda: (2,),
    ("CodePanel", "show_thumb"): lambda: (1.5,),
    ("CodePanel", "show_light"): lambda: ([(0.0, 1.0)], 0.5),
    ("CodePanel", "mark"): lambda: ([2], current_theme().done),
    ("CodePanel", "clear"): lambda: (mn.VGroup(),),
    ("ContentStore", "fill"): lambda: (stored()[0], stored()[-1]),
    ("ContentStore", "scroll"): lambda: (1,),
    ("ContentStore", "open_to"): lambda: (1,),
    ("FlowDAG", "move_step"): lambda: ("start", mn.UP),
    ("FlowEdge", "move_ends"): lambda: (mn.ORIGIN, mn.UP),
    ("FlowEdge", "paint"): lambda: (current_theme().done,),
    ("FlowStory", "show_ring"): lambda: ("end",),
    ("ForeachRegion", "set_frame"): lambda: (Rect(-1, -1, 1, 1),),
    ("KeyMap", "write"): lambda: ("raw",),
    ("KeyMap", "show_only"): lambda: ("seed",),
    ("LifecycleTrack", "advance_to"): lambda: ("hash",),
    ("LifecycleTrack", "show_change"): lambda: (["pending"] * 6, ["done"] * 6, 0.5),
    ("MetadataPanel", "register"): lambda: ("raw", "seed"),
    ("RunClock", "show_time"): lambda: (half(),),
    ("RunTimeline", "show_time"): lambda: (half(),),
    ("StepNode", "set_state"): lambda: ("failed",),
    ("StepNode", "show_change"): lambda: ("pending", "done", 0.5),
    ("StepNode", "hide_badge"): tuple,
    ("StepNode", "show_attempts"): lambda: (2,),
    ("TaskCounter", "show_counts"): lambda: ({"done": 412, "failed": 20},),
    ("TerminalPanel", "type_command"): lambda: ("ls",),
    ("TerminalPanel", "print_lines"): lambda: (["one", "two", "three"],),
    ("TerminalPanel", "show_lines"): lambda: ([],),
    ("TextLabel", "show_text_of"): lambda: (TextLabel("another").shift(mn.UP),),
    ("TextLabel", "set_baseline"): lambda: (1.0,),
    ("TextLabel", "center_on"): lambda: (1.0, 2.0),
    ("TextLabel", "left_at"): lambda: (1.0, 2.0),
    ("TextLabel", "right_at"): lambda: (1.0, 2.0),
    ("TextLabel", "set_curves"): lambda: (circle(1.0),),
    ("TextLabel", "paint"): lambda: (),
}
"""How each method that changes looks is called, by mobject and method."""

REFUSED = {
    ("FlowDAG", "adopt"): "EvolveFlow",
    ("FlowDAG", "set_folded"): "collapse",
    ("FlowDAG", "open_fold"): "expand",
    ("StepNode", "adopt"): "Transform",
    ("StepNode", "flash"): "ReplayRun",
    ("TerminalPanel", "cut"): "type_command",
}
"""What cannot be animated, and what the message offers instead."""

ANIMATIONS = {("FlowDAG", name) for name in ("focus", "highlight", "collapse", "expand")}
"""What returns an animation itself."""

ANSWERS = {
    *[("CodePanel", name) for name in ("top_for", "home", "rows_of", "size_for", "make_line")],
    ("CodePanel", "has_room"),
    *[("CodePanel", name) for name in ("stripe", "check_lines")],
    *[("CodePanel", name) for name in ("lines", "step", "uses", "matching", "spans", "line")],
    *[("FlowDAG", name) for name in ("node", "edge", "task", "path", "region", "parts", "reference_box")],
    *[("FlowDAG", name) for name in ("chips", "make_fold", "fold_of")],
    *[("FlowStory", name) for name in ("graph_of", "note_for", "lines_of")],
    *[("LifecycleTrack", name) for name in ("index_of", "states_at")],
    *[("RunTimeline", name) for name in ("moments", "lane")],
    ("ContentStore", "slot"),
    ("FlowEdge", "point_at"),
    ("MetadataPanel", "line"),
    ("TaskStack", "row_of"),
    ("TerminalPanel", "make_lines"),
}
"""What changes nothing that is seen."""

BEFORE: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("CodePanel", "show_light"): lambda panel: panel.highlight([3]),
    ("ContentStore", "scroll"): lambda store: store.fill(*stored()),
    ("KeyMap", "write"): lambda key_map: key_map.show_only("seed"),
    ("StepNode", "hide_badge"): lambda node: node.set_state("done"),
    ("TerminalPanel", "print_lines"): lambda panel: panel.print_lines(["zero"]),
}
"""What a mobject shows before the method is called, where it would change nothing otherwise."""


def own_methods(kind: type) -> set[str]:
    """Public methods that this library adds to those of Manim."""
    classes = [each for each in kind.__mro__ if each.__module__.startswith("manim_metaflow")]
    return {
        name
        for each in classes
        for name, value in vars(each).items()
        if inspect.isfunction(value) and not name.startswith("_") and name not in dir(mn.VGroup)
    }


def test_every_public_method_is_asked() -> None:
    found = {(name, method) for name, kind in public_mobjects().items() for method in own_methods(kind)}
    assert found == {*CALLS, *REFUSED, *ANIMATIONS, *ANSWERS}


def built(call: tuple[str, str]) -> Any:
    mobject = EVERY[call[0]]()
    if call in BEFORE:
        BEFORE[call](mobject)
    return mobject


def drawn(mobject: mn.Mobject) -> list[Any]:
    """Every part that is seen: its points and its colours."""
    parts: list[Any] = mobject.family_members_with_points()
    seen = [part for part in parts if part.get_fill_opacities().any() or part.get_stroke_opacities().any()]
    return [
        (np.round(part.points, 6).tolist(), part.get_fill_rgbas().tolist(), part.get_stroke_rgbas().tolist())
        for part in seen
    ]


def facts(mobject: Any) -> Any:
    return mobject.__snapshot__()


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_animating_a_method_ends_as_calling_it(call: tuple[str, str]) -> None:
    called, animated = built(call), built(call)
    before = drawn(called)
    arguments = CALLS[call]()
    getattr(called, call[1])(*arguments)
    if call not in {("CodePanel", "clear"), ("TextLabel", "paint")}:
        assert drawn(called) != before, "the call changes nothing: the test would prove nothing"
    scene = played(lambda: ([animated], getattr(animated.animate, call[1])(*arguments)), frame_rate=4)
    assert scene.mobjects == [animated]
    assert facts(animated) == facts(called)
    if call[0] == "TextLabel":  # Manim's own transform may leave points doubled
        assert animated.get_center() == pytest.approx(called.get_center())
    else:
        assert drawn(animated) == drawn(called)


@pytest.mark.parametrize("call", REFUSED, ids=" ".join)
def test_what_cannot_be_animated_says_why_and_what_to_do(call: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match=rf"{'.'.join(call)} cannot be animated: .*{REFUSED[call]}"):
        getattr(built(call).animate, call[1])()


def test_wrong_arguments_raise_where_they_are_written() -> None:
    track = EVERY["LifecycleTrack"]()
    with pytest.raises(UsageError, match="no stage 'wash'"):
        mn.Scene().play(track.animate.advance_to("wash"))
    with pytest.raises(UsageError, match="has no line for 'nothing'"):
        EVERY["MetadataPanel"]().animate.register("nothing")


def test_options_of_the_animation_are_taken() -> None:
    panel = CodePanel("x = 1\ny = 2")
    assert prepare_animation(panel.animate(run_time=3).highlight([2])).run_time == 3


def test_a_graph_plays_its_own_animations() -> None:
    dag = FlowDAG(recorded("branch").flow)
    played(lambda: ([dag], dag.animate.collapse("start")), frame_rate=2)
    assert list(dag.folds) == ["start"]
    assert type(prepare_animation(dag.animate.expand("start"))) is type(dag.expand("start"))
    assert type(prepare_animation(dag.animate.highlight("end"))) is type(dag.highlight("end"))
    assert type(prepare_animation(dag.animate.focus("end"))) is type(dag.focus("end"))


def test_one_after_the_other_each_begins_where_the_last_ended() -> None:
    panel = CodePanel("a\nb\nc")
    played(
        lambda: ([panel], mn.Succession(panel.animate.highlight([1]), panel.animate.highlight([3]))),
        frame_rate=4,
    )
    assert panel.lit == (3,)
    assert drawn(panel) == drawn(CodePanel("a\nb\nc").highlight([3]))


def test_a_text_that_changes_can_be_animated() -> None:
    label = LiveLabel("0 of 9")
    played(lambda: ([label], label.animate.set_text("9 of 9")), frame_rate=4)
    assert label.text == "9 of 9"
    assert drawn(label) == drawn(LiveLabel("0 of 9").set_text("9 of 9"))


@pytest.mark.parametrize("name", ["StepNode", "CodePanel", "ArtifactChip", "TaskStack", "ContentStore"])
def test_a_colour_can_be_animated(name: str) -> None:
    called, animated = (EVERY[name]() for _ in range(2))
    called.set_color(mn.TEAL)
    played(lambda: ([animated], animated.animate.set_color(mn.TEAL)), frame_rate=4)
    assert drawn(animated) == drawn(called)
