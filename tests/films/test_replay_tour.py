"""The camera follows the replay of a run that is too large for the frame, and every text can be read."""

from __future__ import annotations

from typing import Any

import pytest
from layout.builder import flow
from made_runs import MadeRun

from manim_metaflow import ReplayRun, RunRecord
from manim_metaflow.films.run import RunFilm
from manim_metaflow.testing.checks import check_frame, frame_of
from manim_metaflow.testing.frames import still_config
from manim_metaflow.testing.ink import box_of

BODY = [f"inner_step_{i} -> inner_step_{i + 1}" for i in range(9)]
NESTED = "; ".join(
    [
        "start -> prepare; prepare => load_region; load_region -> check; check => inner_step_0",
        *BODY,
        "inner_step_9 -> collect; *collect -> store; store -> gather; *gather -> report; report -> end; end",
    ]
)
MOMENTS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class Watched(RunFilm):
    """Looks at the film at some moments of everything it plays; nothing is drawn."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.problems: list[str] = []
        self.looks: list[tuple[float, float]] = []

    def play(self, *animations: Any, **_: Any) -> None:
        for animation in animations:
            animation._setup_scene(self)
            animation.begin()
        for moment in MOMENTS:
            for animation in animations:
                animation.interpolate(moment)
            self.look(replayed=any(isinstance(each, ReplayRun) for each in animations))
        for animation in animations:
            animation.finish()
            animation.clean_up_from_scene(self)

    def wait(self, *_: Any, **__: Any) -> None:
        """Wait for nothing."""

    def look(self, *, replayed: bool) -> None:
        self.problems += [str(each) for each in check_frame(self) if each.kind == "small-text"]
        frame = frame_of(self)
        for part in (self.title, self.run_clock):
            box = box_of(part.get_family())
            if box and not (frame.left <= box.left and box.right <= frame.right):
                self.problems.append(f"{part} leaves the frame")
        if replayed:
            self.looks.append((frame.left, frame.top))


@pytest.fixture(scope="module")
def large_run() -> RunRecord:
    return MadeRun(flow(NESTED), 3).record()


def watched(record: RunRecord) -> Watched:
    with still_config():
        film = Watched(record)
        film.construct()
    return film


def test_every_text_of_a_large_run_can_be_read_at_480p(large_run):
    film = watched(large_run)
    assert film.tour is not None
    assert film.problems == []
    assert len(set(film.looks)) > 3
