"""``scenes/resume.py``: legible at every beat, the same twice, and true to its records."""

from __future__ import annotations

import re
import shutil
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
from manim import Scene

from manim_metaflow.facts import RunRecord
from manim_metaflow.scene import DeepDive
from manim_metaflow.testing import beat_frames, check_frame

SECTIONS = [
    "title",
    "the flow",
    "run",
    "the fix",
    "resume",
    "what resume compares",
    "resume a step",
    "the sum",
]


# ----------------------------------------------------------------------------------------- the truth


def sentences(failed: RunRecord, resumed: RunRecord) -> dict[str, list[object]]:
    """Sentences that hold a number, and the number by the records."""
    [(split, step)] = [(s.name, s.targets[0]) for s in failed.flow.steps if s.kind == "foreach"]
    weeks = re.search(r"/ sum\(history\[:(\d+)\]\)", failed.flow["forecast"].source)
    return {
        r"^A flow of \d+ steps\.": [len(failed.flow.steps)],
        rf"^foreach {failed.flow[split].foreach_param} · \d+ tasks$": [len(failed.tasks_of(step))],
        r"What its \d+ good tasks made": [sum(task.state == "done" for task in failed.tasks)],
        r"^\d+ new artifacts in the store": [len(resumed.new_blobs)],
        r"its first four weeks of sales sum to zero": [{28: "four"}[int(weeks[1])]],
    }


def rows_of(runs: list[RunRecord]) -> list[tuple[str, ...]]:
    """The tally by the records."""
    return [
        ("tasks executed", *[f"{len(run.executed)}" for run in runs]),
        ("tasks cloned", *[f"{len(run.cloned)}" for run in runs]),
        ("seconds in tasks", *[f"{run.seconds:.1f}" for run in runs]),
        ("new artifacts stored", *[f"{len(run.new_blobs)}" for run in runs]),
    ]


FLOWS = ("demand", "demand_fixed", "demand_edited")
FILES = [SCENES / "flows" / f"{name}.py" for name in FLOWS]


def untraced_in(walked: Walk, records: tuple[RunRecord, ...]) -> set[str]:
    failed, resumed, _, again = records
    bad = untraced(walked, identities(records), FILES, sentences=sentences(failed, resumed))
    tally = rows_of([failed, resumed, again])
    return bad | {" ".join(row) for moment in walked.moments for row in moment.rows if row not in tally}


def test_every_number_and_hash_is_traced_to_the_records(walked: Walk, records: tuple[RunRecord, ...]) -> None:
    assert untraced_in(walked, records) == set()
    written = {text for moment in walked.moments for text in moment.texts}
    assert {run.run_id for run in records} <= written
    assert any(moment.rows for moment in walked.moments)
    assert any(moment.code for moment in walked.moments)


def test_captions_say_what_the_records_say(records: tuple[RunRecord, ...]) -> None:
    failed, resumed, ignored, again = records
    tasks = failed.tasks_of("forecast")
    [bad] = [task for task in failed.tasks if task.state == "failed"]
    assert bad in tasks  # "one of them fails"
    assert bad.foreach[0].value == "Oslo"
    assert bad.exception.type == "ZeroDivisionError"
    starts, ends = zip(*[(task.started, task.finished) for task in tasks], strict=True)
    assert max(starts) < max(ends)
    assert sum(start < min(ends) for start in starts) >= 2  # "they run side by side"
    assert [run.status for run in records] == ["failed", "successful", "successful", "successful"]
    assert len({run.run_id for run in records}) == 4  # "with an id of its own"
    assert {run.origin_run_id for run in records[1:]} == {failed.run_id}
    done = {task.place: task for task in failed.tasks if task.state == "done"}
    for run in (resumed, ignored):  # "what succeeded is cloned: new tasks, the same keys"
        assert {task.place for task in run.cloned} == set(done)
        for task in run.cloned:
            assert task.origin == f"{failed.run_id}/{done[task.place].path}"
            keys = [{a.name: a.sha for a in each.artifacts} for each in (task, done[task.place])]
            assert keys[0] == keys[1]
        executed = {task.place for task in run.executed}  # "only the task that failed, and what follows"
        assert executed == {bad.place, "combine", "end"}
    made = {a.sha for task in resumed.executed for a in task.artifacts if a.provenance != "inherited"}
    assert set(resumed.new_blobs) <= made  # "all from tasks that executed. The clones added none"
    assert ignored.flow["clean"].source != failed.flow["clean"].source  # "now edit clean"
    assert ignored.flow["clean"].source == again.flow["clean"].source
    assert {task.step for task in again.cloned} == {"start"}  # "and so does all that follows"
    table = {
        run.run_id: next(a.sha for t in run.tasks_of("clean") for a in t.artifacts if a.name == "table")
        for run in records
    }
    assert table[failed.run_id] == table[ignored.run_id] != table[again.run_id]  # "the key tells"


# ---------------------------------------------------------------------------------------- the render


# ----------------------------------------------------------------------------- the recordings, alive


def story(run: RunRecord) -> dict[str, object]:
    """What a run says, but for ids and times."""
    place = {task.path: task.place for task in run.tasks}
    return {
        "status": run.status,
        "flow": run.flow,
        "resumed": run.origin_run_id is not None,
        "new blobs": len(run.new_blobs or ()),
        "blobs": sorted(blob.sha for blob in run.blobs),
        "tasks": {
            task.place: {
                "state": task.state,
                "foreach": task.foreach,
                "parents": sorted(place[parent] for parent in task.parents),
                "next": task.next_steps,
                "cloned": task.origin.split("/")[1] if task.origin else None,
                "attempts": [attempt.state for attempt in task.attempts],
                "raised": task.exception,
                "artifacts": {(a.name, a.sha, a.type_name, a.provenance) for a in task.artifacts},
            }
            for task in run.tasks
        },
    }


def test_committed_recordings_say_what_metaflow_does(
    records: tuple[RunRecord, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = {run.recording for run in records}
    assert files == set((SCENES / "recordings").glob("DemandFlow-*.json"))
    monkeypatch.undo()
    for old, new in zip(records, load("resume").recordings(recordings=tmp_path), strict=True):
        assert story(old) == story(new), old.recording
        assert new.recording.parent == tmp_path


@pytest.mark.parametrize("name", FLOWS)
@pytest.mark.usefixtures("film")
def test_a_recording_is_stale_when_its_flow_is_edited(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "scenes"
    shutil.copytree(SCENES, folder, ignore=shutil.ignore_patterns("*.store", "__pycache__"))
    assert len(load("resume", folder).recordings()) == 4
    flow = folder / "flows" / f"{name}.py"
    flow.write_text(flow.read_text() + "\n# edited\n")
    with pytest.raises(pytest.fail.Exception, match="stale"):
        load("resume", folder).recordings()


# ------------------------------------------------------------------------------- a stranger's scene


STRANGER = """
from manim import *
from manim_metaflow import FlowDAG, ReplayRun, record_run

from foreach import ForeachFlow


class MyScene(Scene):
    def construct(self):
        dag = FlowDAG(ForeachFlow)
        self.play(Create(dag))
        self.play(ReplayRun(dag, record_run("foreach.py", recordings=RECORDINGS)))
"""


def test_ten_lines_work_in_a_strangers_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tests = SCENES.parent / "tests"
    shutil.copy(tests / "flows" / "foreach.py", tmp_path)
    (tmp_path / "mine.py").write_text(STRANGER.replace("RECORDINGS", repr(str(tests / "recordings"))))
    monkeypatch.chdir(tmp_path)
    [beat] = beat_frames(load("mine", tmp_path).MyScene, resolution=(160, 90))
    states = {m.name: m.state for top in beat.scene.mobjects for m in top.get_family() if hasattr(m, "state")}
    assert {"start", "end"} < set(states)
    assert set(states.values()) == {"done"}
    assert [str(problem) for problem in check_frame(beat.scene)] == []


def test_the_film_is_a_deep_dive(scene: type[Scene]) -> None:
    assert issubclass(scene, DeepDive)
    assert scene.__doc__
