"""The camera follows the replay of a run that is too large for the frame, and every text can be read."""

from __future__ import annotations

from typing import Any

import pytest
from layout.builder import flow
from looking import Toured, looked_at
from made_runs import MadeRun

from manim_metaflow import RunRecord

BODY = [f"inner_step_{i} -> inner_step_{i + 1}" for i in range(9)]
NESTED = "; ".join(
    [
        "start -> prepare; prepare => load_region; load_region -> check; check => inner_step_0",
        *BODY,
        "inner_step_9 -> collect; *collect -> store; store -> gather; *gather -> report; report -> end; end",
    ]
)


@pytest.fixture(scope="module")
def large_run() -> RunRecord:
    return MadeRun(flow(NESTED), 3).record()


@pytest.mark.parametrize("view", ["graph", "both"])
def test_every_text_of_a_large_run_can_be_read_at_480p(large_run: RunRecord, view: Any) -> None:
    film = looked_at(large_run, film_class=Toured, view=view)
    assert film.tour is not None
    assert film.problems == []
    assert len(set(film.places)) > 3


def test_the_note_of_a_failure_stays_on_the_frame_of_a_tour() -> None:
    records = (MadeRun(flow(NESTED), seed, trouble=0.05).record() for seed in range(50))
    failed = next(record for record in records if record.status == "failed" and len(record.tasks) > 20)
    film = looked_at(failed, film_class=Toured)
    assert film.tour is not None
    assert film.failure in film.mobjects
    assert film.problems == []
