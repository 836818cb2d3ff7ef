"""``scenes/journey.py``: legible at every beat, fully cached, and true to its records."""

from __future__ import annotations

from pathlib import Path

import pytest
from film import SCENES, Walk, check_alive, identities, load, printed, untraced
from film_tests import (  # noqa: F401 (pytest runs them here)
    test_an_unchanged_film_is_not_drawn_again,
    test_every_beat_has_a_caption_and_is_clear_to_read,
    test_every_section_ends_as_it_did,
    test_it_is_as_clear_to_read_in_light,
    test_no_number_is_typed_by_hand,
)

from manim_metaflow.facts import CommandRecord, RunRecord
from manim_metaflow.utils.run_ids import short_run_ids

SECTIONS = ["title", "develop locally", "more data", "scale out", "deploy", "the sum"]
SOURCES = sorted((SCENES / "flows" / "journey").glob("*/bikes.py"))
Records = tuple[RunRecord | CommandRecord, ...]


def sentences(records: Records) -> dict[str, list[object]]:
    """Sentences that hold numbers, and the numbers by the records."""
    prototype, fanned, asked, *_ = records
    jobs = load("journey").jobs_of(records[-1])
    return {rf"^{number}$": [number] for job in jobs for number in job[1:]} | {
        r"^One flow, three stages\.$": ["three"],
        r"^A prototype: \d+ steps": [len(prototype.flow.steps)],
        r"^Still this machine: train is \d+ tasks": [len(fanned.tasks_of("train"))],
        r"^\d+ tasks executed$": [len(prototype.executed)],
        r"^\d+ tasks executed, here$": [len(asked.executed)],
        r"^\d+ jobs compiled$": [len(jobs)],
    }


def untraced_in(walked: Walk, records: Records) -> set[str]:
    known, terminal = identities(records[:3]), printed(records, SOURCES)
    return untraced(walked, known, SOURCES, sentences=sentences(records), terminal=terminal)


def test_every_number_is_traced_to_the_records(walked: Walk, records: Records) -> None:
    assert untraced_in(walked, records) == set()
    assert any(moment.code for moment in walked.moments)
    assert any(short_run_ids(records[0].run_id) in text for moment in walked.moments for text in moment.texts)


def test_captions_say_what_the_records_say(records: Records) -> None:
    prototype, fanned, asked, refused, deployed, compiled = records
    assert [run.status for run in (prototype, fanned, asked)] == ["successful"] * 3
    for run in (prototype, fanned, asked):  # "and this machine": no task left it
        assert run.command == ("run",)
        assert len(run.executed) == len(run.tasks)
    assert len({task.task_id for task in fanned.tasks_of("train")}) == 2
    before, after = (run.flow["train"].decorators for run in (fanned, asked))
    assert [each.name for each in after if each not in before] == ["retry", "resources"]  # "two decorators"
    asked_for = {each.name: each for each in after}
    assert "64" in str(asked_for["resources"])
    assert refused.command == ("run", "--with", "kubernetes")
    assert refused.code == 1  # "refused"
    assert any("requires --datastore=s3" in line for line in refused.console)
    assert deployed.command == ("step-functions", "create")
    assert any("pushed to AWS Step Functions successfully" in line for line in deployed.console)
    jobs = {name: rest for name, *rest in load("journey").jobs_of(compiled)}
    assert list(jobs) == [step.name for step in asked.flow.steps]  # "each step is a job"
    assert jobs["train"] == ["64", "3"]  # "with the machine and the tries its lines ask for"
    assert jobs["start"] == jobs["join"] == jobs["end"] == ["1", "1"]


def test_metaflow_still_does_what_the_recordings_say(
    records: Records, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runs = set((SCENES / "recordings").glob("BikesFlow-*-????????????.json"))
    assert {run.recording for run in records[:3]} == runs
    monkeypatch.undo()
    check_alive("journey", records, tmp_path)
