"""What a run's motions leave, and what of them is seen no longer."""

from __future__ import annotations

import pytest
from playing import Setting, ghosts, played
from plays import clones, replay, replay_fanned, replay_unfolding, resume, spin
from recorded import recorded

from manim_metaflow import ContentStore, FlowDAG, ReplayRun


@pytest.mark.parametrize(
    "setting",
    [replay, replay_fanned, replay_unfolding, clones, resume, spin],
    ids=lambda setting: setting.__name__,
)
def test_nothing_is_drawn_that_has_gone(setting: Setting) -> None:
    assert ghosts(setting) == set()


def test_a_store_that_grows_is_high_enough_for_what_a_run_puts_there() -> None:
    record = recorded("foreach")
    dag, store = FlowDAG(record.flow, run=record), ContentStore(record, width=3, grows=True)
    played(lambda: ([dag, store], ReplayRun(dag, record, store=store)), frame_rate=None)
    assert len(store.blobs) > 2
    assert store.blobs.get_bottom()[1] > store.panel.get_bottom()[1]
