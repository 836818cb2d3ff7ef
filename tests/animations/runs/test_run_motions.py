"""Motions of runs name all that they change, and leave the same, drawn frame by frame or skipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import manim as mn
import pytest
from playing import ghosts, played, points_of
from recorded import RESUMES, recorded
from touching import unnamed_changes

from manim_metaflow import ContentStore, FlowDAG, ReplayRun, ResumeRun, SpinStep
from manim_metaflow.facts import load_recording
from manim_metaflow.runs import SpinBench

RECORDINGS = Path(__file__).parents[3] / "scenes" / "recordings"

Setting = tuple[list[Any], Any]


def unfolding(name: str) -> Setting:
    record = recorded(name)
    dag, store = FlowDAG(record.flow).shift(mn.UP), ContentStore(record).shift(3 * mn.DOWN)
    return [dag, store], ReplayRun(dag, record, store=store)


def resuming(name: str) -> Setting:
    before, record = recorded(RESUMES[name].origin), recorded(name)
    above, below = (FlowDAG(run.flow, run=run) for run in (before, record))
    return [above.shift(2 * mn.UP), below], ResumeRun(below.shift(mn.DOWN), record, origin=above)


def spinning() -> Setting:
    spun = load_recording(next(iter(sorted(RECORDINGS.glob("SpamFlow-spin-*.json")))))
    runs = map(load_recording, RECORDINGS.glob("SpamFlow-run-*.json"))
    origin = next(run for run in runs if run.run_id == spun.origin_run_id)
    dag, store = FlowDAG(origin.flow, run=origin).shift(2 * mn.UP), ContentStore(spun).shift(3 * mn.DOWN)
    bench = SpinBench(spun).shift(mn.DOWN)
    return [dag, store], SpinStep(bench, origin=dag, origin_run=origin, store=store)


SETTINGS: dict[str, Callable[[], Setting]] = {
    "unfold": lambda: unfolding("foreach"),
    "unfold a switch": lambda: unfolding("switch"),
    "unfold a loop": lambda: unfolding("loop"),
    "resume": lambda: resuming("resumed"),
    "spin": spinning,
}
every = pytest.mark.parametrize("name", SETTINGS)


@every
def test_every_change_is_named(name: str) -> None:
    assert unnamed_changes(SETTINGS[name]) == set()


@every
def test_skipped_leaves_what_is_drawn(name: str) -> None:
    drawn = [points_of(played(SETTINGS[name], frame_rate=rate)) for rate in (7, None)]
    assert drawn[0] == drawn[1]


@every
def test_nothing_is_drawn_that_has_gone(name: str) -> None:
    assert ghosts(SETTINGS[name]) == set()


def test_a_store_that_grows_is_high_enough_for_what_a_run_puts_there() -> None:
    record = recorded("foreach")
    dag, store = FlowDAG(record.flow, run=record), ContentStore(record, width=3, grows=True)
    played(lambda: ([dag, store], ReplayRun(dag, record, store=store)), frame_rate=None)
    assert len(store.blobs) > 2
    assert store.blobs.get_bottom()[1] > store.panel.get_bottom()[1]
