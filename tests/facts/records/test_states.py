"""The table of task states is complete, and each state has a colour, a mark and a word."""

from __future__ import annotations

from itertools import permutations
from typing import get_args

import pytest

from manim_metaflow.cli.run_tree import DULL, MARKS
from manim_metaflow.facts.records import AttemptRecord, ExceptionRecord, TaskRecord, TaskState
from manim_metaflow.facts.records.states import (
    ENDED,
    FAILED,
    STATES,
    SUCCEEDED,
    WAITING,
    WORKING,
    ShownState,
    combined_state,
)
from manim_metaflow.mobjects.graph.counter import PARTS
from manim_metaflow.mobjects.graph.node import BADGES, state_style
from manim_metaflow.theme import current_theme

BEGUN = (*WORKING, *ENDED)


def test_every_state_of_the_records_has_its_traits() -> None:
    assert set(get_args(TaskState)) < set(STATES)
    assert set(get_args(ShownState)) == set(STATES)


def test_every_state_is_in_one_phase() -> None:
    assert sorted((*WAITING, *WORKING, *SUCCEEDED, *FAILED, "unreached")) == sorted(STATES)


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_counted_as_one_that_counts_for_itself(state: str) -> None:
    counted_as = STATES[state].counted_as
    assert STATES[counted_as].counted_as == counted_as
    assert STATES[counted_as].phase == STATES[state].phase


@pytest.mark.parametrize("state", BEGUN)
def test_the_theme_has_a_colour_for_every_state_that_has_begun(state: str) -> None:
    theme = current_theme()
    assert theme.state_color(state) == getattr(theme, STATES[state].counted_as) != theme.edge


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_drawn(state: str) -> None:
    state_style(state)


def test_every_end_can_be_told_from_the_others_without_colour() -> None:
    marks = [(state_style(state).badge, state_style(state).border) for state in ENDED]
    assert len(set(marks)) == len(ENDED)
    assert ("", "solid") not in marks


def test_badges_are_of_states_that_there_are() -> None:
    assert set(BADGES) <= set(STATES)


def test_the_counter_counts_every_state_that_has_begun() -> None:
    assert sorted(PARTS) == sorted({STATES[state].counted_as for state in BEGUN})


def test_the_tree_of_a_run_marks_every_state_that_has_begun() -> None:
    assert sorted(MARKS) == sorted(BEGUN)
    assert set(DULL) == {"done", "cloned"}


def test_what_ran_out_of_time_is_shown_as_that() -> None:
    late = ExceptionRecord("metaflow.plugins.timeout_decorator.TimeoutException", "Step timed out")

    def task(state: TaskState) -> TaskRecord:
        return TaskRecord("a", "1", state, attempts=(AttemptRecord(0, state, exception=late),))

    assert task("failed").shown_state == "timed out"
    assert task("caught").shown_state == "caught"


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ((), "pending"),
        (("pending", "queued"), "queued"),
        (("done", "caught", "cloned"), "caught"),
        (("done", "cloned"), "done"),
        (("caught", "pending"), "running"),
        (("cloned", "cloned"), "cloned"),
        (("cloned", "pending"), "running"),
        (("killed", "timed out", "done"), "timed out"),
        (("failed", "killed", "pending"), "failed"),
        (("retrying", "failed"), "retrying"),
        (("running", "retrying", "failed"), "running"),
    ],
)
def test_several_tasks_are_shown_as_one_state_in_whatever_order(states: tuple[str, ...], shown: str) -> None:
    assert {combined_state(order) for order in permutations(states)} == {shown}
