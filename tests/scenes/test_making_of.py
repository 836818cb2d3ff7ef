"""``scenes/making_of.py``: legible at every beat, fully cached, and true to the run that made the films."""

from __future__ import annotations

import re
from types import ModuleType

import pytest
from film import SCENES, Walk, identities, numbers_in
from film_tests import (  # noqa: F401 (pytest runs them here)
    test_an_unchanged_film_is_not_drawn_again,
    test_every_beat_has_a_caption_and_is_clear_to_read,
    test_every_section_ends_as_it_did,
    test_it_is_as_clear_to_read_in_light,
)

from manim_metaflow.facts import RunRecord
from manim_metaflow.utils.units import readable_size

SECTIONS = ["title", "the flow", "a task", "the run", "the films", "gather"]


SHORTEST = 40
"""Seconds: it has fewer acts than the other films."""


@pytest.fixture
def run(film: ModuleType) -> RunRecord:
    [made] = film.recordings()
    return made


def test_run_rendered_the_films_that_stand_beside_this_one(film: ModuleType, run: RunRecord) -> None:
    assert run.status == "successful"
    names = [task.foreach[-1].value for task in run.tasks_of("render")]
    files = {name.partition(":")[0] for name in names if name}
    assert len(files) == len(film.FILMS)
    assert all((SCENES / file).is_file() for file in files)


def test_each_film_is_one_blob_named_by_two_tasks(run: RunRecord) -> None:
    [gather] = run.tasks_of("gather")
    kept = {held.name: held.sha for held in gather.artifacts if held.name.startswith("film_")}
    made = {held.sha for task in run.tasks_of("render") for held in task.artifacts if held.name == "film"}
    assert set(kept.values()) == made
    assert len(kept) == len(made) == len(run.tasks_of("render"))


def sentences(run: RunRecord) -> dict[str, list[str]]:
    """Sentences that hold numbers, and the numbers by the record."""
    renders = run.tasks_of("render")
    films = [held for task in renders for held in task.artifacts if held.name == "film"]
    [workers] = [said.partition("=")[2] for said in run.command if said.startswith("--max-workers=")]
    count = str(len(renders))
    total = readable_size(sum(film.size for film in films)).split()[0]
    return {
        r"^\d+ scenes, \d+ tasks\.": [count, count],
        r"^When each of them ran: \d+ at a time": [workers],
        r"^\d+ films, [\d.]+ \w+ in all\.": [count, total],
        r"^The same bytes have the same key: \d+ films": [count],
    }


def test_every_number_on_screen_is_of_the_run(walked: Walk, run: RunRecord) -> None:
    known, expected = identities([run]), sentences(run)
    spent = [attempt.finished - attempt.started for task in run.tasks for attempt in task.attempts]
    known |= {f"{seconds:.0f} s" for seconds in spent}
    known |= {f"{name}/{run.run_id}" for name in [run.flow.name]}

    def explained(text: str) -> bool:
        if text in known:
            return True
        return any(
            re.search(p, text) and re.findall(r"\d+(?:\.\d+)?", text) == v for p, v in expected.items()
        )

    captions = {moment.caption for moment in walked.moments}
    assert {text for text in captions if numbers_in(text) and not explained(text)} == set()
    last = walked.moments[-1]  # The table of films is there, beside names of artifacts.
    table = [text for text in last.texts if text not in last.caption and not text.startswith("film_")]
    assert {text for text in table if numbers_in(text) and not explained(text)} == set()
