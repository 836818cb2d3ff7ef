"""``scenes/caching.py``: legible at every beat, fully cached, and each statement true to its records."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from film import SCENES, Walk, identities, load, numbers_in, untraced
from film_tests import (  # noqa: F401 (pytest runs them here)
    test_an_unchanged_film_is_not_drawn_again,
    test_every_beat_has_a_caption_and_is_clear_to_read,
    test_every_section_ends_as_it_did,
    test_it_is_as_clear_to_read_in_light,
    test_no_number_is_typed_by_hand,
)
from manim import Scene

from manim_metaflow.facts import RunRecord, compare_runs
from manim_metaflow.testing import beat_frames
from manim_metaflow.utils.run_ids import short_run_ids

SECTIONS = [
    "title",
    "the belief",
    "a first run",
    "nothing changed",
    "what run did",
    "one step changes",
    "what could be reused",
    "what run did this time",
    "what resume did",
    "what really caches",
]
FILES = [SCENES / "flows" / f"{name}.py" for name in ("spam", "spam_edited")]


# ----------------------------------------------------------------------------------------- the truth


def sentences(records: tuple[RunRecord, ...]) -> dict[str, list[object]]:
    """Sentences that hold numbers, and the numbers by the records."""
    first, again, edited, resumed, spun = records
    tasks, made = len(again.tasks), {a.sha for task in again.tasks for a in task.artifacts}
    versions = f"^Python {re.escape(again.python_version)}, Metaflow {re.escape(again.metaflow_version)}$"
    return {
        versions: numbers_in(f"{again.python_version} {again.metaflow_version}"),
        r"^A first run: \d+ tasks execute\. The \d+ values": [len(first.executed), len(first.new_blobs)],
        r"compared the three could reuse all \d+ steps\.$": [
            len(compare_runs(first, again).reusable),
            "three",
        ],
        r"^And run\? It executed all \d+ tasks again\.": [len(again.executed)],
        r"\d+ of \d+ were new\.$": [len(again.new_blobs), len(made)],
        r"^run executed all \d+ tasks, whatever had changed\.$": [len(edited.executed)],
        r"^\d+ of \d+ values had a new key and were written\.$": [len(edited.new_blobs), len(made)],
        r"^It clones all \d+ tasks, the edited step's too:": [len(resumed.cloned)],
        r"^foreach smooth · \d+ tasks$": [len(again.tasks_of("train"))],
        r"^executed \d+ of \d+ tasks$": [len(again.executed), tasks],
        r"^wrote \d+ of \d+ again$": [len(again.new_blobs), len(made)],
        r"^cloned \d+, executed \d+$": [len(resumed.cloned), len(resumed.executed)],
        r"^executed \d+ task of \d+$": [len(spun.tasks), tasks],
    }


def untraced_in(walked: Walk, records: tuple[RunRecord, ...]) -> set[str]:
    return untraced(walked, identities(records), FILES, sentences=sentences(records))


def test_every_number_and_hash_is_traced_to_the_records(walked: Walk, records: tuple[RunRecord, ...]) -> None:
    assert untraced_in(walked, records) == set()
    written = {text for moment in walked.moments for text in moment.texts}
    assert {short_run_ids(run.run_id) for run in records[:4]} <= written
    assert any(moment.code for moment in walked.moments)


def test_pairs_and_deeds_on_the_frame_are_those_of_the_comparison(
    scene: type[Scene], records: tuple[RunRecord, ...]
) -> None:
    first, again, edited, *_ = records
    comparisons = {
        "nothing changed": compare_runs(first, again),
        "what could be reused": compare_runs(again, edited),
    }
    words = {True: "reuse", False: "execute"}
    deeds = {}
    for beat in beat_frames(scene, resolution=(160, 90)):
        family = [part for top in beat.scene.mobjects for part in top.get_family()]
        pairs = {part.name: part for part in family if type(part).__name__ == "HashPair"}
        deeds[beat.section] = [part.label.text for part in family if type(part).__name__ == "ActionPill"]
        if not pairs:
            continue
        found = comparisons[beat.section]
        for name, pair in pairs.items():
            aspect = getattr(found[name.split(" of ")[1]], name.split(" of ")[0])
            assert (pair.before.sha, pair.verdict, pair.after.sha) == (
                aspect.before,
                aspect.verdict,
                aspect.after,
            )
    after_change = [words[step.reusable] for step in comparisons["what could be reused"].steps]
    steps = len(first.flow.steps)
    assert deeds["what run did"] == ["reuse"] * steps + ["execute"] * steps
    assert deeds["what run did this time"] == after_change + ["execute"] * steps
    assert deeds["what resume did"] == after_change + ["clone"] * steps


def test_captions_say_what_the_records_say(records: tuple[RunRecord, ...]) -> None:
    first, again, edited, resumed, spun = records
    unchanged, changed = compare_runs(first, again), compare_runs(again, edited)
    assert first.flow == again.flow  # "run the same file again"
    assert unchanged.reusable == tuple(step.name for step in first.flow.steps)
    assert all(step.executed == len(again.tasks_of(step.name)) for step in unchanged.steps)
    assert not again.new_blobs  # "its key is there"
    assert [step.name for step in changed.steps if step.code.verdict == "changed"] == ["count"]
    lines = [run.flow["count"].source.splitlines() for run in (again, edited)]
    assert sum(a != b for a, b in zip(*lines, strict=True)) == 1  # "change one line"
    moved = [step.name for step in changed.steps if step.inputs.verdict == "changed"]
    assert moved == ["train", "choose"]  # "train and choose get other keys. end gets the one it had"
    assert changed.reusable == ("start", "end")
    best = [
        next(a.sha for a in run.tasks_of("choose")[0].artifacts if a.name == "best") for run in records[:3]
    ]
    assert len(set(best)) == 1  # "the same smoothing is best"
    assert len(edited.executed) == len(edited.tasks) == 7
    assert resumed.flow["count"].source == edited.flow["count"].source  # "the file with the change"
    assert resumed.origin_run_id == again.run_id  # "give it the second run"
    assert (len(resumed.cloned), resumed.executed, resumed.new_blobs) == (len(again.tasks), (), ())
    origins = {task.place: task.path for task in again.tasks}  # "by name and index"
    assert all(t.origin == f"{again.run_id}/{origins[t.place]}" for t in resumed.tasks)
    [task] = spun.tasks  # "spin takes a past task's inputs"
    taken = {a.name: a.sha for a in task.artifacts if a.provenance == "inherited"}
    given = {a.name: a.sha for a in again.tasks_of("start")[0].artifacts}
    assert taken == given
    assert task.state == "done"


# ----------------------------------------------------------------------------- the recordings, alive


def story(run: RunRecord) -> dict[str, object]:
    """What a run says, but for ids and times."""
    return {
        "status": run.status,
        "flow": run.flow,
        "written": run.new_blobs,
        "parameters": [(given.name, given.sha, given.size) for given in run.parameters],
        "packages": run.packages,
        "tasks": {
            task.place: (
                task.state,
                sorted(task.next_steps),
                len(task.parents),
                task.cloned,
                {(a.name, a.sha, a.provenance) for a in task.artifacts},
            )
            for task in run.tasks
        },
    }


def test_committed_recordings_say_what_metaflow_does(
    records: tuple[RunRecord, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert {run.recording for run in records} <= set((SCENES / "recordings").glob("SpamFlow-*.json"))
    monkeypatch.undo()
    for old, new in zip(records, load("caching").recordings(recordings=tmp_path), strict=True):
        assert story(old) == story(new), old.recording
        assert new.recording.parent == tmp_path
