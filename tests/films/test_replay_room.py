"""Whatever a run's names, messages and counts are, nothing in its replay lies over anything else.

Most of the runs are made up, from records as Metaflow's would be: to run hundreds of flows would take hours,
and no layout depends on who wrote a record. A handful of runs that Metaflow did stand beside them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any

import manim as mn
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from layout.builder import flow
from layout.random_flows import texts
from made_runs import MadeRun, with_artifacts
from recorded import recorded

from manim_metaflow import DARK_THEME, LIGHT_THEME, ReplayRun, RunRecord, use_theme
from manim_metaflow.facts.records import DecoratorInfo, ExceptionRecord, FlowInfo, TaskRecord
from manim_metaflow.films.run import RunFilm
from manim_metaflow.mobjects.storage.face import Face
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.testing.checks import check_frame
from manim_metaflow.testing.frames import still_config
from manim_metaflow.testing.ink import Box, box_of
from manim_metaflow.theme import Theme

FRAMES = {"16:9": (128 / 9, 8.0), "1:1": (8.0, 8.0), "9:16": (8.0, 128 / 9)}
MOMENTS = (0.1, 0.3, 0.5, 0.7, 0.9)
SETTINGS = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "12")),
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


class Looked(RunFilm):
    """Looks at a replay at its moments and at its end; nothing is drawn."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.problems: list[str] = []

    def needs_tour(self) -> bool:
        """Show the whole graph, as a still does: on a tour it passes below what is on the frame."""
        return False

    def play(self, *animations: Any, **_: Any) -> None:
        for animation in animations:
            if not isinstance(animation, ReplayRun):
                self.add(animation.mobject)
                continue
            animation._setup_scene(self)
            animation.begin()
            # Before, while a graph unfolds, each of its old parts fades as the new one comes in its place.
            begin = self.replay.delay / self.replay.length
            for moment in MOMENTS:
                animation.interpolate(begin + moment * (1 - begin))
                self.look(f"at {moment}")
            animation.finish()
            animation.clean_up_from_scene(self)

    def wait(self, *_: Any, **__: Any) -> None:
        """Wait for nothing."""

    def look(self, when: str) -> None:
        # A graph that is too large for its room is drawn smaller: how small, the checks of layouts ask.
        found = [str(problem) for problem in check_frame(self) if problem.kind != "small-text"]
        self.problems += [f"{when}: {problem}" for problem in (*found, *self.met(), *self.covered())]

    def met(self) -> Iterator[str]:
        """Yield which of the film's parts meet."""
        parts = {"title": self.title, "clock": self.run_clock, "graph": self.dag, "lanes": self.lanes}
        parts["note"] = self.failure if self.failure in self.mobjects else None
        boxes = {name: box_of(part.get_family()) for name, part in parts.items() if part is not None}
        for (one, first), (other, second) in combinations(boxes.items(), 2):
            if first and second and first.overlaps(second):
                yield f"{one} meets {other}"

    def covered(self) -> Iterator[str]:
        """Yield which texts lie over the face of an artifact."""
        family = [part for top in self.mobjects for part in top.get_family()]
        faces = [box for part in family if isinstance(part, Face) and (box := box_of(part.get_family()))]
        for part in family:
            box: Box | None = box_of([part]) if isinstance(part, TextLabel) else None
            if box and any(face.grown(-0.02).overlaps(box) for face in faces):
                yield f"{part.text} lies over a face"


def problems(record: RunRecord, frame: str, theme: Theme = DARK_THEME, **options: Any) -> list[str]:
    width, height = FRAMES[frame]
    # A camera takes the shape of its frame from the pixels.
    pixels = round(9 * width), round(9 * height)
    with still_config(pixels), mn.tempconfig({"frame_width": width, "frame_height": height}):
        with use_theme(theme):
            film = Looked(record, **options)
            film.construct()
            film.look("at the end")
        return film.problems


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


@SETTINGS
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
    assert problems(record, frame, theme, direction=direction, view=view) == []


# ------------------------------------------------------------------------------------ really recorded

REAL = ["everything", "loop", "failed nested foreach", "killed", "resumed in a switch"]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("name", REAL)
def test_nothing_meets_in_the_replay_of_a_recorded_run(name: str, frame: str) -> None:
    assert problems(recorded(name), frame) == []
