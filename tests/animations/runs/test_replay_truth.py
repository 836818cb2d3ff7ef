"""What a replay draws at any time is what the record says of that time, of every task."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st
from layout.random_flows import flows
from made_runs import MadeRun
from manim import Scene
from recorded import RESUMES, RUNS, recorded

from manim_metaflow import FlowDAG, ReplayRun, RunClock, RunRecord, RunTimeline
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.graph import TaskStack
from manim_metaflow.runs import TaskRecord
from manim_metaflow.testing.frames import still_config


def told(task: TaskRecord, moment: float, record: RunRecord) -> str:
    """What the record says of a task, written once more without the library's own reading of it."""
    last = task.attempts[-1] if task.attempts else None
    late = last and last.exception and last.exception.type.endswith("TimeoutException")
    if task.cloned:
        return "cloned" if task.queued <= moment else "pending"
    said, floor = "pending", float("-inf")
    events = [(task.queued, "queued")]
    for number, attempt in enumerate(task.attempts):
        over = "timed out" if late and attempt is last and attempt.state == "failed" else attempt.state
        events += [(attempt.started, "retrying" if number else "running"), (attempt.finished, over)]
    for when, state in events:
        if when is not None:
            floor = max(floor, when)
            said = state if floor <= moment else said
    return said


def real(replay: ReplayRun, seconds: float) -> float:
    """The moment on screen; before the first change it is any earlier one."""
    first = replay.screen_time(float("-inf"))
    return replay.real_time(seconds) if seconds >= first else float("-inf")


def sampled(replay: ReplayRun, history: RunHistory, tasks: tuple[TaskRecord, ...]) -> list[float]:
    """Screen times well between any two changes."""
    changes = sorted({replay.screen_time(when) for task in tasks for when, _ in history.changes(task.path)})
    edges = [changes[0] - 0.2, *changes, replay.length]
    return [(a + b) / 2 for a, b in pairwise(edges) if b - a > 1e-4]


def differences(dag: FlowDAG, record: RunRecord, *, lost: bool = False) -> list[str]:
    """Play a replay frame by frame and compare every task with the record."""
    replay = ReplayRun(dag, record)
    history, found = replay.history, []
    scene = Scene()
    scene.add(dag)
    replay._setup_scene(scene)
    replay.begin()
    for seconds in sampled(replay, history, record.tasks):
        replay.interpolate(seconds / replay.length)
        moment = real(replay, seconds)
        for name, node in dag.nodes.items():
            rest = node.rest_tasks if isinstance(node, TaskStack) else ()
            want = Counter(_want(task, moment, record, history, lost) for task in rest)
            if rest and +Counter(node.more.counts or {"pending": len(rest)}) != want:
                found.append(f"{seconds:.3f} {name}: {dict(node.more.counts)} is not {dict(want)}")
        for task in record.tasks:
            node = dag.task(task.place)
            want = _want(task, moment, record, history, lost)
            if node is not None and node.state != want:
                found.append(f"{seconds:.3f} {task.path}: {node.state} is not {want}")
    replay.interpolate(1.0)
    replay.clean_up_from_scene(scene)
    reached = {task.step for task in record.tasks}
    over = record.status != "running"
    for name, node in dag.nodes.items():
        if over and name not in reached and node.state != "unreached":
            found.append(f"at the end {name}: {node.state}")
    return found


def _want(task, moment, record, history, lost):
    if lost and task.path in history.guessed:
        return history.state_at(task.path, moment)
    return told(task, moment, record)


@pytest.mark.parametrize("with_tasks", [True, False], ids=["built with run=", "unfolded"])
@pytest.mark.parametrize("name", [*RUNS, *RESUMES])
def test_every_task_is_drawn_as_the_record_says(name: str, with_tasks: bool) -> None:
    record = recorded(name)
    with still_config():
        dag = FlowDAG(record.flow, run=record if with_tasks else None)
        assert differences(dag, record, lost=True) == []
        assert dag.shows_tasks


@settings(max_examples=15, derandomize=True, database=None, deadline=None)
@given(flows(budget=14), st.integers(0, 10**6), st.sampled_from([0.0, 0.1, 0.4]))
def test_so_are_the_tasks_of_made_up_runs(flow, seed: int, trouble: float) -> None:
    record = MadeRun(flow, seed, trouble=trouble).record()
    with still_config():
        assert differences(FlowDAG(flow, run=record), record, lost=True) == []


@settings(max_examples=12, derandomize=True, database=None, deadline=None)
@given(flows(budget=10), st.integers(0, 10**6))
def test_clocks_that_disagree_and_lost_times_are_drawn_with_what_is_known(flow, seed: int) -> None:
    record = MadeRun(flow, seed, trouble=0.3, skew=2.0).record()
    with still_config():
        assert differences(FlowDAG(flow, run=record), record, lost=True) == []


@pytest.mark.parametrize("name", [*RUNS, *RESUMES])
def test_a_timeline_tells_the_same(name: str) -> None:
    record = recorded(name)
    timeline = RunTimeline(record, most_tasks=100)
    replay = ReplayRun(timeline, record)
    replay.begin()
    for seconds in sampled(replay, replay.history, record.tasks):
        replay.interpolate(seconds / replay.length)
        moment = real(replay, seconds)
        for task in record.tasks:
            drawn = timeline.lane(task.path).state
            assert drawn == told(task, moment, record), (task.path, seconds)


@pytest.mark.parametrize("name", ["foreach", "failed", "loop"])
def test_a_run_without_any_times_is_drawn_in_the_order_of_its_lineage(name: str) -> None:
    record = recorded(name)
    tasks = tuple(
        replace(
            task,
            queued=None,
            attempts=tuple(replace(attempt, started=None, finished=None) for attempt in task.attempts),
        )
        for task in record.tasks
    )
    lost = replace(record, tasks=tasks, started=None, finished=None)
    with still_config():
        dag, clock = FlowDAG(lost.flow, run=lost), RunClock(lost)
        assert differences(dag, lost, lost=True) == []
        for task in lost.tasks:
            assert (node := dag.task(task.place)) is None or node.state == task.state
        assert not any(letter.isdigit() for letter in clock.time.text)
