"""Whatever a run's names, messages and counts are, nothing in its replay lies over anything else.

Most of the runs are made up, from records as Metaflow's would be: to run hundreds of flows would take hours,
and no layout depends on who wrote a record. A handful of runs that Metaflow did stand beside them.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from layout.builder import flow
from layout.random_flows import texts
from looking import FRAMES, Toured, looked_at
from made_runs import MadeRun, with_artifacts
from recorded import recorded

from manim_metaflow import DARK_THEME, LIGHT_THEME, RunRecord
from manim_metaflow.facts.records import DecoratorInfo, ExceptionRecord, FlowInfo, TaskRecord
from manim_metaflow.theme import Theme


def examples(number: int) -> Any:
    """So many examples, or as many as ``make fuzz`` asks for."""
    return settings(
        max_examples=int(os.environ.get("FUZZ_EXAMPLES", str(number))),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


# ------------------------------------------------------------------------------------------ made up

NAMES = st.integers(1, 60).flatmap(lambda n: st.text("abcdefgh_", min_size=n, max_size=n))
WORDS = st.text("abc .,:/_'[]()*", min_size=1, max_size=300)
DECORATORS = st.sampled_from(
    ["@retry(times=3)", "@catch(var='failure')", "@kubernetes(cpu=4, memory=16000)", "@card"]
)


@st.composite
def flows(draw: Any) -> FlowInfo:
    """Flows with names of any length, and with decorators."""
    text = draw(texts(budget=7))
    steps = sorted(set(re.findall(r"s\d+", text)))
    names = draw(st.lists(NAMES, min_size=len(steps), max_size=len(steps), unique=True))
    # No name is a part of the grammar of these texts, or of another name.
    named = dict(
        zip(steps, (f"n_{name}" if name in ("finish", "_") else name for name in names), strict=True)
    )
    made = flow(re.sub(r"s\d+", lambda found: named[found[0]], text), name=draw(NAMES))
    dressed = [replace(step, decorators=_decorators(draw)) for step in made.steps]
    return replace(made, steps=tuple(dressed))


def _decorators(draw: Any) -> tuple[DecoratorInfo, ...]:
    written = draw(st.lists(DECORATORS, max_size=3, unique=True))
    return tuple(DecoratorInfo(text.partition("(")[0][1:], text) for text in written)


@st.composite
def runs(draw: Any) -> RunRecord:
    """Runs of them: items, exceptions, artifacts, resumes of any length."""
    made = MadeRun(
        draw(flows()),
        draw(st.integers(0, 10**6)),
        trouble=draw(st.sampled_from([0.0, 0.2])),
        widths=(draw(st.integers(1, 40)),),
    )
    item, error = draw(st.text("xyz-", min_size=1, max_size=30)), draw(WORDS)
    artifacts = draw(st.lists(NAMES, max_size=3, unique=True))
    record = with_artifacts(made.record(), lambda _: artifacts)
    tasks = tuple(_with_texts(task, item, error) for task in record.tasks)
    typed = [(), ("run",), ("run", "--alpha", "x" * 40, "--tag", "a b"), ("resume", "a")]
    return replace(record, tasks=tasks, run_id="1763700154000000", command=draw(st.sampled_from(typed)))


def _with_texts(task: TaskRecord, item: str, error: str) -> TaskRecord:
    levels = tuple(replace(level, value=level.value and item) for level in task.foreach)
    raised = ExceptionRecord("ValueError", error, "my_flow.py", 12, f"raise ValueError({error!r})")
    attempts = (
        replace(attempt, exception=raised if attempt.exception else None) for attempt in task.attempts
    )
    return replace(task, foreach=levels, attempts=tuple(attempts))


@examples(6)
@given(
    st.sampled_from(list(FRAMES)),
    # Of runs of a task or two, which come first, a few are enough.
    runs().filter(lambda record: len(record.tasks) > 3),
    st.sampled_from([DARK_THEME, LIGHT_THEME]),
    st.sampled_from(["right", "down"]),
    st.sampled_from(["graph", "graph", "both", "timeline"]),
)
def test_nothing_meets_in_the_replay_of_any_run(
    frame: str, record: RunRecord, theme: Theme, direction: Any, view: Any
) -> None:
    film = looked_at(record, frame, theme, direction=direction, view=view)
    assert film.problems == []


@examples(2)
@given(
    st.sampled_from(list(FRAMES)),
    runs().filter(lambda record: len(record.tasks) > 20),
    st.sampled_from([DARK_THEME, LIGHT_THEME]),
    st.sampled_from(["graph", "both"]),
)
def test_nothing_meets_on_a_tour_of_any_run(frame: str, record: RunRecord, theme: Theme, view: Any) -> None:
    film = looked_at(record, frame, theme, film_class=Toured, view=view)
    assert film.problems == []


# ------------------------------------------------------------------------------------ really recorded

REAL = ["everything", "loop", "failed nested foreach", "killed", "resumed in a switch"]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", REAL)
def test_nothing_meets_in_the_replay_of_a_recorded_run(name: str, frame: str) -> None:
    assert looked_at(recorded(name), frame).problems == []
