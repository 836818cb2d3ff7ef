"""The code goes along with the run: the step that runs lights up, and the line that raised."""

from __future__ import annotations

from pathlib import Path

import pytest
from manim import Scene
from playing import play_out
from recorded import recorded

from manim_metaflow import CodePanel, FlowDAG, ReplayRun
from manim_metaflow.animations.runs.code import raised_lines
from manim_metaflow.errors import UsageError

FLOWS = Path("tests/flows")


def lights(name, file, *, window=None):
    """What is lit at moments of a replay, and the panel and replay at its end."""
    record = recorded(name)
    panel = CodePanel((FLOWS / file).read_text(), window=window)
    replay = ReplayRun(FlowDAG(record.flow), record, detail="steps", code=panel)
    scene = Scene()
    replay._setup_scene(scene)
    replay.begin()
    lit = []
    for index in range(60):
        replay.interpolate(index / 60)
        lit.append(panel.lit)
    replay.finish()
    replay.clean_up_from_scene(scene)
    return list(dict.fromkeys(lit)), panel


def test_the_light_goes_from_step_to_step_and_goes_out():
    lit, panel = lights("linear", "linear.py")
    steps = [step.name for step in recorded("linear").flow.steps]
    assert [lines for lines in lit if lines] == [panel.step(name) for name in steps]
    assert panel.lit == ()
    assert not panel.light.band.has_points()


def test_the_line_that_raised_stays_lit():
    lit, panel = lights("failed chain", "resume_flow.py")
    [raised] = [task.exception for task in recorded("failed chain").tasks if task.exception]
    assert panel.lit == (raised.line,)
    assert panel.source.splitlines()[raised.line - 1].strip() == raised.code.strip()
    assert lit[-1] == panel.lit or lit[-1] == panel.step("risky")


def test_a_window_scrolls_along_and_shows_what_is_lit():
    _, panel = lights("failed chain", "resume_flow.py", window=8)
    assert panel.lit[0] in [line.line for line in panel.rows]
    assert all(ink.get_fill_opacity() == 1 for line in panel.rows for ink in line.inks)


def test_frames_between_leave_no_trace():
    record = recorded("failed chain")
    ends = []
    for moments in ((), (0.1, 0.3, 0.5, 0.7, 0.9)):
        panel = CodePanel((FLOWS / "resume_flow.py").read_text(), window=8)
        play_out(ReplayRun(FlowDAG(record.flow), record, detail="steps", code=panel), *moments)
        family = panel.get_family()
        ends.append([(part.points.tobytes(), part.fill_rgbas.tobytes()) for part in family])
    assert ends[0] == ends[1]


def test_an_exception_of_another_text_lights_no_line():
    [raised] = [task.exception for task in recorded("failed chain").tasks if task.exception]
    panel = CodePanel((FLOWS / "resume_flow.py").read_text())
    assert raised_lines(panel, raised) == (raised.line,)
    assert raised_lines(CodePanel("x = 1\n" * 40), raised) == ()


def test_a_source_that_does_not_parse_cannot_be_followed():
    record = recorded("linear")
    with pytest.raises(UsageError, match="no step of it can be followed"):
        ReplayRun(FlowDAG(record.flow), record, code=CodePanel("def (:"))
