"""``scenes/resume.py``: legible at every beat, the same twice, and true to its records."""

from __future__ import annotations

import ast
import importlib.util
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
    "the question",
    "a run fails",
    "the fix",
    "resume",
    "a change in clean",
    "resume clean",
    "the answer",
]


# ----------------------------------------------------------------------------------------- the truth


def value_of(run: RunRecord, step: str, name: str, place: str = "") -> str:
    """The text of an artifact's value, as it was recorded."""
    tasks = [task for task in run.tasks_of(step) if not place or task.foreach[0].value == place]
    [value] = {each.value for task in tasks for each in task.artifacts if each.name == name}
    return value


def ordered(run: RunRecord) -> int:
    """Units that a run orders, added up from the value of its orders."""
    return sum(ast.literal_eval(value_of(run, "combine", "orders")).values())


def sentences(records: tuple[RunRecord, ...]) -> dict[str, list[object]]:
    """Sentences that hold a number, and the numbers by the records."""
    failed, resumed, ignored, again = records
    [(split, step)] = [(s.name, s.targets[0]) for s in failed.flow.steps if s.kind == "foreach"]
    days = re.search(r"/ sum\(history\[:(\d+)\]\)", failed.flow["forecast"].source)
    plans = {
        rf"^{task.foreach[0].value}: \d+ units$": [value_of(run, "forecast", "units", task.foreach[0].value)]
        for run in (failed, resumed)
        for task in run.executed
        if task.step == "forecast" and task.state == "done"
    }
    return plans | {
        rf"^foreach {failed.flow[split].foreach_param} · \d+ tasks$": [len(failed.tasks_of(step))],
        r"^One of \d+ forecasts failed": [len(failed.tasks_of("forecast"))],
        r"^Oslo opened late: its first \d+ days": [days[1], 0],
        r"^Each store is a task of its own\. Three": [],
        r"^None of these five": ["five"],
        r"^[\d.]+ seconds of work instead of": [f"{resumed.seconds:.1f}", f"{failed.seconds:.1f}"],
        r"^So the order is still": [ordered(ignored)],
        r"^And the order changes": [ordered(ignored), ordered(again)],
        r"^report: \d+ units": [ordered(resumed)],
        r"^\[end/\d+\] \d+ units for": [],
    }


def tallies(records: tuple[RunRecord, ...]) -> set[str]:
    """What is said of a run as a whole."""
    return {f"{run.seconds:.1f} s of work" for run in records} | {
        f"{len(run.executed)} tasks ran" for run in records
    }


def told_lines(records: tuple[RunRecord, ...]) -> list[str]:
    """Lines of the terminal: printed by a run, without its id, or typed as the recording has it, without
    the origin, which is the latest run."""
    printed = [re.sub(r"^\[\d+/", "[", line) for run in records for line in run.console]
    typed = [re.sub(r" --origin-run-id \d+", "", " ".join(run.command)) for run in records]
    return [*printed, *(f"$ python demand.py {command}" for command in typed)]


FLOWS = ("demand", "demand_fixed", "demand_edited")
FILES = [SCENES / "flows" / f"{name}.py" for name in FLOWS]


def untraced_in(walked: Walk, records: tuple[RunRecord, ...]) -> set[str]:
    known = identities(records) | tallies(records)
    return untraced(walked, known, FILES, sentences=sentences(records), terminal=told_lines(records))


def test_every_number_is_traced_to_the_records(walked: Walk, records: tuple[RunRecord, ...]) -> None:
    assert untraced_in(walked, records) == set()
    written = {text for moment in walked.moments for text in moment.texts}
    assert tallies(records[:2]) <= written
    assert any(moment.code for moment in walked.moments)
    # Every line of a terminal is one that was typed or printed.
    lines = {
        text for text in written if text.startswith(("$ ", "[")) or text in ("Done!", "Workflow failed.")
    }
    assert len(lines) >= 6
    assert lines <= set(told_lines(records))


def test_captions_say_what_the_records_say(records: tuple[RunRecord, ...]) -> None:
    failed, resumed, ignored, again = records
    tasks = failed.tasks_of("forecast")
    [bad] = [task for task in failed.tasks if task.state == "failed"]
    assert bad in tasks  # "one of four forecasts failed"
    assert bad.foreach[0].value == "Oslo"
    assert sum(task.state == "done" for task in tasks) == 3  # "three succeed, Oslo's fails"
    assert bad.exception.type == "ZeroDivisionError"
    assert [run.status for run in records] == ["failed", "successful", "successful", "successful"]
    assert len({run.run_id for run in records}) == 4  # "resume starts a new run"
    assert {run.origin_run_id for run in records[1:]} == {failed.run_id}
    done = {task.place: task for task in failed.tasks if task.state == "done"}
    assert len(done) == 5  # "none of these five ran again"
    for run in (resumed, ignored):  # "takes over every stored result"
        assert {task.place for task in run.cloned} == set(done)
        for task in run.cloned:
            assert task.origin == f"{failed.run_id}/{done[task.place].path}"
            keys = [{a.name: a.sha for a in each.artifacts} for each in (task, done[task.place])]
            assert keys[0] == keys[1]
        executed = {task.place for task in run.executed}  # "only Oslo's forecast", "combine and end"
        assert executed == {bad.place, "combine", "end"}
    made = {a.sha for task in resumed.executed for a in task.artifacts if a.provenance != "inherited"}
    assert set(resumed.new_blobs) <= made  # "no data was copied"
    assert ignored.flow["clean"].source != failed.flow["clean"].source  # "you had also changed clean"
    assert ignored.flow["clean"].source == again.flow["clean"].source
    assert ordered(resumed) == ordered(ignored) != ordered(again)  # "still", "the order changes"
    assert {task.step for task in again.cloned} == {"start"}  # "and so does all that follows"
    table = {
        run.run_id: next(a.sha for t in run.tasks_of("clean") for a in t.artifacts if a.name == "table")
        for run in records
    }
    assert table[failed.run_id] == table[ignored.run_id] != table[again.run_id]  # "clean's old result"
    assert resumed.seconds < failed.seconds


def test_the_first_weeks_of_oslo_add_up_to_zero() -> None:
    """As the film says of the line that raised: by the flow's own functions."""
    spec = importlib.util.spec_from_file_location("demand_flow", FILES[0])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert set(module.OPENED_ON) == {"Austin", "Berlin", "Lima", "Oslo"}
    sales = {"Oslo": [0] * module.OPENED_ON["Oslo"] + [30] * 300}
    assert sum(module.filled(sales, 120)["Oslo"][:28]) == 0


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
