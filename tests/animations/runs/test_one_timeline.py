"""Graph, code, terminal and clock show one moment of the run in every frame of a replay."""

from __future__ import annotations

import numpy as np
from recorded import FLOWS, recorded

from manim_metaflow import CodePanel, FlowDAG, ReplayRun, RunClock, load_run
from manim_metaflow.code import TerminalPanel
from manim_metaflow.facts import RunRecord
from manim_metaflow.facts.recording.console import LEFT_OUT, MOST, console_moments, console_story
from manim_metaflow.utils.run_ids import short_run_ids
from manim_metaflow.utils.units import readable_time

FPS = 15
WEATHER = "scenes/recordings/WeatherFlow-run-b2aaef64e617.json"
"""Two failed attempts of a task, one that is caught, and one that fails the run."""


def console_of(record: RunRecord) -> list[tuple[float, str, str]]:
    """When each task of a record began or ended, by the record, with the line that says so."""
    told = []
    for task in record.tasks:
        for number, attempt in enumerate(task.attempts):
            start = "Task is starting (retry)." if number else "Task is starting."
            failed = attempt is task.attempts[-1] and task.state == "failed"
            told.append((attempt.started, task.path, start))
            if failed or attempt is task.attempts[-1]:
                end = "Task failed." if failed else "Task finished successfully."
                told.append((attempt.finished, task.path, end))
    return told


def test_the_four_agree_in_every_frame():
    record = load_run(WEATHER)
    source = (FLOWS.parents[1] / "scenes/flows/weather.py").read_text()
    dag, panel = FlowDAG(record.flow, run=record), CodePanel(source)
    terminal, clock = TerminalPanel(rows=60, width=14), RunClock(record)
    replay = ReplayRun(dag, record, code=panel, terminal=terminal, clock=clock)
    replay.begin()
    history, told = replay.history, console_of(record)
    changes = {moment for task in record.tasks for moment, _ in history.changes(task.path)}
    seen = set()
    # Before it the scene is as it was: the clips of the first moment have not begun.
    first = int(replay.screen_time(history.begin) * FPS) + 1
    for frame in range(first, int(replay.length * FPS)):
        seconds = frame / FPS
        moment = replay.real_time(seconds)
        if any(abs(replay.screen_time(change) - seconds) < 1e-6 for change in changes):
            continue
        replay.interpolate(seconds / replay.length)
        # The boxes ...
        states = {task.path: history.state_at(task.path, moment) for task in record.tasks}
        assert {path: dag[path.partition("/")[0]].state for path in states} == states
        # ... the terminal ...
        printed = "\n".join(line.text for line in terminal.lines)
        run = short_run_ids(record.run_id)
        for path, says in {(path, says) for _, path, says in told}:
            happened = [when for when, *line in told if line == [path, says] and when <= moment]
            assert printed.count(f"[{run}/{path}] {says}") == len(happened), (moment, path, says)
        # ... the line of code ...
        begun = [(t.started, t) for t in record.tasks if t.started is not None and t.started <= moment]
        if begun and moment < history.end:
            task = max(begun, key=lambda pair: pair[0])[1]
            attempt = [each for each in task.attempts if each.started <= moment][-1]
            raised = attempt.exception if attempt.finished <= moment else None
            lit = (raised.line,) if raised and raised.line else panel.step(task.step)
            assert panel.lit == lit
        # ... and the clock show the same moment.
        inside = min(max(moment, history.begin), history.end)
        assert clock.time.text == readable_time(inside - history.begin)
        seen.add(tuple(states.values()))
    assert len(seen) > 8


def test_what_scrolls_in_a_replay_comes_to_rest():
    record = load_run(WEATHER)
    terminal = TerminalPanel(rows=3, width=14)
    replay = ReplayRun(FlowDAG(record.flow, run=record), record, terminal=terminal, clock=False)
    replay.begin()
    replay.interpolate(1.0)
    last = [short_run_ids(line) for line in console_story(record.console)][-2:]
    assert [line.text for line in terminal.lines][-2:] == last
    rested = TerminalPanel(rows=3, width=14).print_lines(text for _, text in console_moments(record))
    for line, same in zip(terminal.lines, rested.lines, strict=True):
        np.testing.assert_allclose(line.get_center(), same.get_center())


def test_only_lines_of_the_steps_that_are_shown_are_printed():
    record = load_run(WEATHER)
    terminal = TerminalPanel(rows=60, width=14)
    dag = FlowDAG(record.flow, run=record)
    replay = ReplayRun(dag, record, terminal=terminal, steps=["fetch"], clock=False)
    replay.begin()
    replay.interpolate(1.0)
    assert terminal.lines
    assert all("/fetch/2]" in line.text or line.text == LEFT_OUT for line in terminal.lines)


def test_a_run_whose_output_was_not_recorded_prints_nothing():
    record = recorded("linear")
    assert console_moments(RunRecord(record.flow, record.run_id, "successful", record.tasks)) == []


def test_the_lines_of_a_story_are_bounded_and_in_order():
    record = load_run(WEATHER)
    moments = console_moments(record)
    assert [moment for moment, _ in moments] == sorted(moment for moment, _ in moments)
    assert len(moments) <= MOST
    few = console_moments(record, most=6)
    assert len(few) == 6
    assert few[0] == moments[0]
    assert few[3][1] == LEFT_OUT
    assert few[-1] == moments[-1]


def test_a_quoted_stack_is_told_by_its_last_line():
    quoted = [f"[1/a/2] >  line {number}" for number in range(9)]
    assert console_story(["[1/a/2] @catch caught", *quoted, "[1/a/2]", "Done!"]) == [
        "[1/a/2] @catch caught",
        LEFT_OUT,
        "[1/a/2] >  line 8",
        "Done!",
    ]
