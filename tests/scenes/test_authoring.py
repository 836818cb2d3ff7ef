"""``scenes/authoring.py``: legible at every beat, fully cached, and true to its records."""

from __future__ import annotations

from pathlib import Path

import pytest
from film import SCENES, Walk, check_alive, identities, printed, untraced
from film_tests import (  # noqa: F401 (pytest runs them here)
    test_an_unchanged_film_is_not_drawn_again,
    test_every_beat_has_a_caption_and_is_clear_to_read,
    test_every_section_ends_as_it_did,
    test_it_is_as_clear_to_read_in_light,
    test_no_number_is_typed_by_hand,
)

from manim_metaflow.facts import RunRecord
from manim_metaflow.utils.run_ids import short_run_ids

SECTIONS = ["title", "the stub", "spin", "the next step", "mend and spin", "the whole flow", "the sum"]
SOURCES = sorted((SCENES / "flows" / "authoring").glob("*/fare.py"))


def sentences(records: tuple[RunRecord, ...]) -> dict[str, list[object]]:
    """Sentences that hold numbers, and the numbers by the records."""
    stub = records[0]
    words = {2: "two", 5: "five"}
    news = {rf"^{n}  ": [n] for n in range(1, len(records) + 1)}
    return news | {
        r"^It does nothing yet, but it runs": [words[len(stub.flow.steps)], words[len(stub.tasks)]],
        r"^Five versions": [],
    }


def untraced_in(walked: Walk, records: tuple[RunRecord, ...]) -> set[str]:
    known, terminal = identities(records), printed(records, SOURCES)
    return untraced(walked, known, SOURCES, sentences=sentences(records), terminal=terminal)


def test_every_number_is_traced_to_the_records(walked: Walk, records: tuple[RunRecord, ...]) -> None:
    assert untraced_in(walked, records) == set()
    assert any(moment.code for moment in walked.moments)
    assert any(short_run_ids(records[0].run_id) in text for moment in walked.moments for text in moment.texts)


def test_captions_say_what_the_records_say(records: tuple[RunRecord, ...]) -> None:
    stub, loaded, failed, mended, whole = records
    assert len(records) == 5  # "five versions"
    assert [task.step for task in stub.tasks] == ["start", "end"]
    assert len({task.task_id for task in stub.tasks}) == 2
    assert loaded.command == ("spin", f"FareFlow/{stub.run_id}/start/1", "--persist")
    assert [task.step for task in loaded.tasks] == ["start"]  # "spin runs this one step"
    assert loaded.flow["start"].source != stub.flow["start"].source  # "with the code as it is now"
    assert "fit" not in stub.flow  # "a step that never ran has no inputs a spin could take"
    states = {task.step: task.state for task in failed.tasks}
    assert states == {"start": "done", "fit": "failed"}  # "fit raised. But start has finished"
    [start] = failed.tasks_of("start")
    assert {held.name for held in start.artifacts} == {"rides"}  # "what it made is in the datastore"
    assert mended.command == ("spin", f"FareFlow/{failed.run_id}/fit/2", "--persist")
    [fit] = mended.tasks  # "start does not run again"
    taken = {held.name: held.sha for held in fit.artifacts if held.provenance == "inherited"}
    assert taken == {held.name: held.sha for held in start.artifacts}
    assert [task.step for task in whole.executed] == ["start", "fit", "quote", "end"]  # "run it all"


def test_metaflow_still_does_what_the_recordings_say(
    records: tuple[RunRecord, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert {run.recording for run in records} == set((SCENES / "recordings").glob("FareFlow-*.json"))
    monkeypatch.undo()
    check_alive("authoring", records, tmp_path)
