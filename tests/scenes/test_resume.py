"""``scenes/resume.py``: legible at every beat, the same twice, and true to its records."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

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
from manim_metaflow.utils.text import ellipsis

SECTIONS = ["the question", "the fix", "resume", "a change in clean", "resume clean", "the answer"]


# ----------------------------------------------------------------------------------------- the truth


def value_of(run: RunRecord, step: str, name: str, place: str = "") -> str:
    """The text of an artifact's value, as it was recorded."""
    tasks = [task for task in run.tasks_of(step) if not place or task.foreach[0].value == place]
    [value] = {each.value for task in tasks for each in task.artifacts if each.name == name}
    return value


def ordered(run: RunRecord) -> int:
    """Units that a run orders, added up from the forecasts of its stores."""
    return sum(
        int(value_of(run, "forecast", "units", task.foreach[0].value)) for task in run.tasks_of("forecast")
    )


def seconds(run: RunRecord) -> float:
    """From the start of a run's first task to the end of its last one."""
    spans = [(task.attempts[-1].started, task.attempts[-1].finished) for task in run.tasks]
    return max(finished for _, finished in spans) - min(started for started, _ in spans)


def sentences(records: tuple[RunRecord, ...]) -> dict[str, list[object]]:
    """Sentences that hold a number, and the numbers by the records."""
    failed, _, ignored, again = records
    old, new = (value_of(run, "forecast", "units", "Berlin") for run in (ignored, again))
    return {
        r"^One of \d+ forecasts failed": [len(failed.tasks_of("forecast"))],
        r"^Berlin still gets": [old],
        r"^Berlin gets": [new, old],
    }


def tallies(records: tuple[RunRecord, ...]) -> set[str]:
    """What is said of a run as a whole, and what its tasks made, as far as it is shown."""
    made = {each.value for run in records for task in run.tasks for each in task.artifacts if each.value}
    return {
        *(f"{len(run.executed)} tasks ran, {seconds(run):.1f} s" for run in records),
        *made,
        *(ellipsis(value, 13) for value in made),
    }


def told_lines(records: tuple[RunRecord, ...]) -> list[str]:
    """Lines of the terminal: printed by a run, or typed as the recording has it, without the origin, which is
    the latest run."""
    printed = [re.sub(r"^\[\d+/\S+\] ", "", line) for run in records for line in run.console]
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
    failed, resumed, _, again = records
    assert {text for text in written if "tasks ran" in text} == {
        text for text in tallies((failed, resumed, again)) if "tasks ran" in text
    }
    assert any(moment.code for moment in walked.moments)
    # Every line of a terminal is one that was typed or printed.
    lines = {text for text in written if text.startswith(("$ ", "Order ", "ZeroDivisionError"))}
    assert len(lines) >= 5
    assert lines - {text for text in lines if "$" in text} <= set(told_lines(records))
    # The values that a task made stand in the store.
    assert {value_of(again, "forecast", "units", "Berlin"), value_of(resumed, "combine", "total")} <= written


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
    assert len(done) == 5  # "what succeeded is already stored"
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
    berlin = [value_of(run, "forecast", "units", "Berlin") for run in records]
    assert berlin[0] == berlin[1] == berlin[2] != berlin[3]  # "Berlin still gets", "Berlin gets"
    for run in (resumed, ignored, again):
        assert [f"Order {ordered(run)} units"] == [
            line.split("] ")[1] for line in run.console if "Order" in line
        ]
        assert ordered(run) == int(value_of(run, "combine", "total"))
    assert {task.step for task in again.cloned} == {"start"}  # "and so does all that follows"
    table = {
        run.run_id: next(a.sha for t in run.tasks_of("clean") for a in t.artifacts if a.name == "table")
        for run in records
    }
    assert table[failed.run_id] == table[ignored.run_id] != table[again.run_id]  # "reused as it was"


def flow_module() -> ModuleType:
    """Import the flow before its fix."""
    spec = importlib.util.spec_from_file_location("demand_flow", FILES[0])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_oslo_has_no_last_year_and_every_other_store_has() -> None:
    """So the fix changes no forecast that is reused."""
    opened = {store: days for store, (_, days) in flow_module().STORES.items()}
    assert {store for store, days in opened.items() if not list(range(days))[-371:-364]} == {"Oslo"}


def test_a_typing_error_in_berlin_passes_the_first_limit_and_not_the_second() -> None:
    plausible = flow_module().plausible
    days = [60, 62, 64, 8 * 62, 61, 63, 60] * 3
    days = days[:3] + days[3:4] + [60] * 40
    assert plausible(days, 20) == days
    assert max(plausible(days, 5)) < 100


def test_a_bare_resume_takes_the_last_run_and_not_the_last_resume(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As the film says. Its recordings name the origin, so this is asked of Metaflow itself."""
    monkeypatch.setenv("METAFLOW_DATASTORE_SYSROOT_LOCAL", str(tmp_path))
    monkeypatch.setenv("METAFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("METAFLOW_USER", "tester")
    flow = SCENES.parent / "tests" / "flows" / "resume_flow.py"

    def told(command: str, **env: str) -> str:
        made = subprocess.run(
            [sys.executable, flow, "--no-pylint", command],
            env={**os.environ, **env},
            capture_output=True,
            check=False,
            text=True,
        )
        return made.stdout + made.stderr

    [run] = re.findall(r"\(run-id (\d+)\)", told("run", FAIL="1"))
    for _ in range(2):
        assert re.findall(r"Cloning ResumeFlow/(\d+)", told("resume"))[:1] == [run]


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
