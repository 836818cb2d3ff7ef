"""``scenes/spin.py``: legible at every beat, fully cached, and each statement true to its records."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from film import SCENES, Walk, identities, load, untraced
from film_tests import (  # noqa: F401 (pytest runs them here)
    test_an_unchanged_film_is_not_drawn_again,
    test_every_beat_has_a_caption_and_is_clear_to_read,
    test_every_section_ends_as_it_did,
    test_it_is_as_clear_to_read_in_light,
    test_no_number_is_typed_by_hand,
)

from manim_metaflow.facts import RunRecord, load_flow
from manim_metaflow.facts.store.roots import local_datastore
from manim_metaflow.utils.run_ids import short_run_ids

SECTIONS = ["title", "run once", "edit a step", "spin", "another input", "run", "what spin does"]
FILES = [SCENES / "flows" / f"{name}.py" for name in ("spam_draft", "spam")]


# ----------------------------------------------------------------------------------------- the truth


def right(run: RunRecord, place: str) -> str:
    """Read how many mails a task said were right."""
    [task] = [task for task in run.tasks if task.place == place]
    return re.fullmatch(r"(\d+) of \d+ right", task.attempts[-1].stdout[0])[1]


def sentences(records: tuple[RunRecord, ...]) -> dict[str, list[object]]:
    """Sentences that hold numbers, and the numbers by the records."""
    first, spun, other, second = records
    [task], [last] = spun.tasks, other.tasks
    taken = [held for held in task.artifacts if held.provenance == "inherited"]
    item = last.foreach[-1].value
    return {
        r"^A flow in the making, of \d+ steps\.$": [len(first.flow.steps)],
        r"^Run it once\. \d+ tasks execute": [len(first.executed)],
        r"^One task executes, nothing else\. It gets \d+ mails right; in the run it was \d+\.$": [
            right(spun, "train[0]"),
            right(first, "train[0]"),
        ],
        r"^Another past task, the one with [\d.]+: the same code": [item],
        r"^There it is worse: \d+, not \d+\.": [right(other, "train[2]"), right(first, "train[2]")],
        r"^Content\? Then run: all \d+ tasks execute": [len(second.executed)],
        r"^foreach smooth · \d+ tasks$": [len(first.tasks_of("train"))],
        r"^\d+ of \d+$": [len(spun.tasks), len(first.tasks)],
        r"^\d+ of \d+ the same$": [len(taken), len(taken)],
        r"^\d+ step of \d+$": [len({task.step for task in spun.tasks}), len(first.flow.steps)],
        r"^\d+ of \d+ added$": [len(spun.new_blobs), len(task.artifacts) - len(taken)],
        r"^train 0\.1$": [task.foreach[-1].value],
        r"^train 10\.0$": [item],
        r"^spin train/3$": [first.tasks_of("train")[0].task_id],
        r"^spin train/5$": [first.tasks_of("train")[-1].task_id],
    }


def untraced_in(walked: Walk, records: tuple[RunRecord, ...]) -> set[str]:
    known = identities(records)
    known |= {
        line for run in records for task in run.tasks for attempt in task.attempts for line in attempt.stdout
    }
    return untraced(walked, known, FILES, sentences=sentences(records))


def test_every_number_and_hash_is_traced_to_the_records(walked: Walk, records: tuple[RunRecord, ...]) -> None:
    assert untraced_in(walked, records) == set()
    written = {text for moment in walked.moments for text in moment.texts}
    assert {short_run_ids(run.run_id) for run in records} <= written
    assert any(moment.code for moment in walked.moments)


def test_captions_say_what_the_records_say(records: tuple[RunRecord, ...]) -> None:
    first, spun, other, second = records
    assert {step.name for step in first.flow.steps if step.source != spun.flow[step.name].source} == {"train"}
    lines = [run.flow["train"].source.splitlines() for run in (first, spun)]
    assert sum(a != b for a, b in zip(*lines, strict=True)) == 1
    assert len({run.flow.source for run in (spun, other, second)}) == 1  # "the same code"
    past = first.tasks_of("train")
    for run, old in ((spun, past[0]), (other, past[-1])):
        assert run.command == ("spin", f"SpamFlow/{first.run_id}/{old.path}", "--persist")
        [task] = run.tasks  # "one task executes, nothing else"
        assert (task.step, task.place, task.state) == ("train", old.place, "done")
        given = {a.name: a.sha for a in first[old.parents[0]].artifacts}
        assert {a.name: a.sha for a in task.artifacts if a.provenance == "inherited"} == given
    assert int(right(other, "train[2]")) < int(right(first, "train[2]"))  # "there it is worse"
    assert int(right(spun, "train[0]")) > int(right(first, "train[0]"))
    assert len(second.executed) == len(second.tasks) == len(first.tasks)
    assert second.flow == load_flow(SCENES / "flows" / "spam.py")  # "with the edit"
    made = [a.sha for a in spun.tasks[0].artifacts if a.name == "model"]
    assert made == [a.sha for a in second.tasks_of("train")[0].artifacts if a.name == "model"]
    assert first.tasks_of("train")[0].artifacts != second.tasks_of("train")[0].artifacts


# ----------------------------------------------------------------------------- the recordings, alive


def story(run: RunRecord) -> dict[str, object]:
    """What a run or a spin says, but for ids and times."""
    return {
        "status": run.status,
        "flow": run.flow,
        "written": run.new_blobs,
        "tasks": {
            task.place: (
                task.state,
                [attempt.stdout for attempt in task.attempts],
                {(a.name, a.sha, a.provenance) for a in task.artifacts},
            )
            for task in run.tasks
        },
    }


def test_committed_recordings_say_what_metaflow_does(
    records: tuple[RunRecord, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    made = load("spin").recordings(recordings=tmp_path)
    for old, new in zip(records, made, strict=True):
        assert story(old) == story(new), old.recording
    stores = [run.recording.with_suffix(".store") / ".metaflow" for run in made[:3]]
    held = [local_datastore(store, "SpamFlow") for store in stores]
    assert held[0].keys() == held[1].keys() == held[2].keys()  # "the run's datastore is as it was"
    assert held[0].run_ids() == held[1].run_ids() == held[2].run_ids()
    apart = local_datastore(stores[1].with_name(".metaflow_spin"), "SpamFlow")
    assert {a.sha for a in made[1].tasks[0].artifacts} <= apart.keys()  # "in a place of its own"
