"""``scenes/making_of.py``: legible at every beat, fully cached, and true to the run that made the films."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from film import SCENES, identities, load, numbers_in, watch

from manim_metaflow.facts import RunRecord
from manim_metaflow.facts.recording import runs as record
from manim_metaflow.testing import beat_frames, check_frame
from manim_metaflow.utils.units import readable_size

SECTIONS = ["title", "the flow", "a task", "the run", "the films", "gather"]


@pytest.fixture
def making_of(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The film's file; a recording that is stale is an error here, not a reason to make it anew."""

    def refuse(target: object, *_: object, **__: object) -> None:
        pytest.fail(f"The recording of {target} is stale: make recordings")

    monkeypatch.setattr(record, "_record", refuse)
    return load("making_of")


@pytest.fixture
def run(making_of: ModuleType) -> RunRecord:
    [made] = making_of.recordings()
    return made


def test_every_section_ends_as_it_did(making_of: ModuleType, frame_snapshot) -> None:
    frame_snapshot.scene(making_of.MakingOf)


def test_every_beat_has_a_caption_and_is_clear_to_read(making_of: ModuleType) -> None:
    beats = []
    for beat in beat_frames(making_of.MakingOf, resolution=(160, 90)):
        beats.append((beat.section, beat.caption))
        assert [str(problem) for problem in check_frame(beat.scene)] == [], beat.caption
    assert list(dict.fromkeys(section for section, _ in beats)) == SECTIONS
    captions = [caption for section, caption in beats if section != "title"]
    assert all(captions)


def test_run_rendered_the_films_that_stand_beside_this_one(making_of: ModuleType, run: RunRecord) -> None:
    assert run.status == "successful"
    names = [task.foreach[-1].value for task in run.tasks_of("render")]
    files = {name.partition(":")[0] for name in names if name}
    assert len(files) == len(making_of.FILMS)
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


def test_every_number_on_screen_is_of_the_run(making_of: ModuleType, run: RunRecord) -> None:
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

    moments = watch(making_of.MakingOf)
    captions = {moment.caption for moment in moments}
    assert {text for text in captions if numbers_in(text) and not explained(text)} == set()
    last = moments[-1]  # The table of films stands there, beside names of artifacts.
    table = [text for text in last.texts if text not in last.caption and not text.startswith("film_")]
    assert {text for text in table if numbers_in(text) and not explained(text)} == set()


def test_second_render_reads_every_play_from_the_cache(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "manim", "render", "-ql", "--fps", "5", "-r", "160,90"]
    command += ["--media_dir", str(tmp_path), str(SCENES / "making_of.py")]
    for _ in range(2):
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"COLUMNS": "300"},
            check=True,
        )
    said = done.stdout + done.stderr
    [played] = re.findall(r"Played (\d+) animations", said)
    assert said.count("Using cached data") == int(played) > 10
