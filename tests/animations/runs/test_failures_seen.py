"""An attempt that fails is seen: its box flashes red, its line lights up, and a cross stays for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from recorded import recorded

from manim_metaflow import CodePanel, FlowDAG, ReplayRun, StepNode, current_theme
from manim_metaflow.animations.runs.tasks import FLASH
from manim_metaflow.facts import RunRecord
from manim_metaflow.facts.records import AttemptRecord, ExceptionRecord, TaskRecord
from manim_metaflow.mobjects.graph.node import state_style
from manim_metaflow.utils.colors import distance

SOURCE = """class F:
    @step
    def start(self):
        fetch()
        self.next(self.end)

    @step
    def end(self):
        pass
"""


def retried(last: str) -> RunRecord:
    """A run whose first step fails twice before its third attempt ends."""
    run = recorded("failed chain")
    flow = replace(run.flow)
    error = ExceptionRecord("ConnectionError", "no route", "flow.py", 4, "fetch()")
    attempts = tuple(
        AttemptRecord(number, "retrying" if number < 2 else last, 10.0 * number, 10.0 * number + 5, raised)
        for number, raised in enumerate((error, error, error if last != "done" else None))
    )
    task = TaskRecord("start", "1", last, attempts=attempts, queued=0.0)
    return RunRecord(flow, "1", "failed" if last == "failed" else "finished", (task,))


@pytest.fixture(params=["done", "caught", "failed"])
def last(request: pytest.FixtureRequest) -> str:
    return request.param


def at(replay: ReplayRun, seconds: float) -> None:
    """Show a moment of a replay that has begun; moments go forwards."""
    replay.interpolate(seconds / replay.length)


def fill(node: StepNode) -> str:
    return node.box.get_fill_color().to_hex()


def test_a_box_flashes_red_as_each_attempt_fails_and_shows_its_state_after(last):
    run = retried(last)
    dag = FlowDAG(run.flow, run=run)
    replay = ReplayRun(dag, run, clock=False)
    replay.begin()
    node, theme = dag["start"], current_theme()
    red = state_style("failed").fill
    for attempt in run.tasks[0].attempts:
        at(replay, replay.screen_time(attempt.finished) - 0.02)
        before = distance(fill(node), theme.failed)
        at(replay, replay.screen_time(attempt.finished) + 0.04)
        if attempt.exception is not None:
            assert distance(fill(node), theme.failed) < min(before, distance(red, theme.failed)) - 0.1
    at(replay, replay.length)
    assert node.state == last
    assert fill(node) == state_style(last).fill
    assert FLASH > 0


def test_a_line_of_crosses_ends_with_what_the_task_came_to(last):
    run = retried(last)
    dag = FlowDAG(run.flow, run=run, state="final")
    row = dag["start"]._attempts
    failed, crosses, end, mark = row.submobjects
    assert dag["start"].failed_attempts == 2
    assert end.get_fill_color().to_hex() == state_style(last).stroke
    assert failed.get_right()[0] < end.get_left()[0]
    assert crosses.height == pytest.approx(mark.height, rel=1.0)
    assert len(mark.points) == len(StepNode("x", state=last)._mark.points)


def test_a_running_task_has_crosses_and_no_tick_yet():
    row = StepNode("x", state="retrying").show_attempts(1)._attempts
    assert row.submobjects[0].width > 0.1
    assert row.submobjects[2].width == pytest.approx(0, abs=1e-9)


def test_many_crosses_stay_on_the_box():
    node = StepNode("x", state="failed").show_attempts(20)
    left, _, right, _ = node.node_box
    assert node._attempts.get_left()[0] > left
    assert node._attempts.get_right()[0] < right


def test_the_line_that_raised_lights_up_until_the_next_attempt():
    run, panel = retried("done"), CodePanel(SOURCE)
    dag = FlowDAG(run.flow, run=run)
    replay = ReplayRun(dag, run, code=panel, clock=False)
    replay.begin()
    first, second, third = run.tasks[0].attempts
    for moment, lit in [
        (first.finished, (4,)),
        (second.started, panel.step("start")),
        (second.finished, (4,)),
        (third.started, panel.step("start")),
        (third.finished, ()),
    ]:
        at(replay, replay.screen_time(moment) + 0.6)
        assert panel.lit == lit


def test_a_caught_task_has_a_colour_of_its_own():
    theme = current_theme()
    assert theme.state_color("caught") == theme.caught
    assert len({theme.state_color(state) for state in ("done", "failed", "running", "cloned", "caught")}) == 5
