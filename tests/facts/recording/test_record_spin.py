"""``record_spin``: one step by itself, with a past task's inputs, in a store of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from manim_metaflow import load_run, record_run, record_spin
from manim_metaflow.errors import RunError, UsageError
from manim_metaflow.facts import load_recording
from manim_metaflow.facts.store.roots import local_datastore

FLOW = Path("tests/flows/linear.py")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return record_run(FLOW, recordings=tmp_path_factory.mktemp("recordings"))


@pytest.fixture(scope="module")
def spun(run):
    return record_spin(run, "use")


def test_one_task_runs_with_an_id_of_its_own(run, spun):
    (task,) = spun.tasks
    assert (task.step, task.task_id, task.state) == ("use", "0", "done")
    assert spun.run_id != run.run_id
    assert spun.origin_run_id == run.run_id
    assert spun.command == ("spin", f"LinearFlow/{run.run_id}/use/3", "--persist")


def test_it_has_the_inputs_of_the_past_task_and_tells_what_it_made(run, spun):
    past = {held.name: held for held in run["use/3"].artifacts}
    mine = {held.name: held for held in spun.tasks[0].artifacts}
    assert {name: held.sha for name, held in mine.items()} == {name: h.sha for name, h in past.items()}
    assert {name: held.provenance for name, held in mine.items()} == {
        name: held.provenance for name, held in past.items()
    }
    inherited = [held for held in mine.values() if held.provenance == "inherited"]
    assert inherited
    assert all(held.source == "process/2" for held in inherited)


def test_the_datastore_of_runs_stays_as_it_was(run, spun):
    before = local_datastore(run.recording.with_suffix(".store") / ".metaflow", "LinearFlow")
    after = local_datastore(spun.recording.with_suffix(".store") / ".metaflow", "LinearFlow")
    assert after.run_ids() == before.run_ids() == [run.run_id]
    assert after.keys() == before.keys()
    assert load_run(f"LinearFlow/{run.run_id}", root=run.recording.with_suffix(".store")).tasks


def test_without_persist_there_are_no_artifacts_but_the_end_is_known(run):
    record = record_spin(run, "use", persist=False)
    assert record.status == "successful"
    assert record.tasks[0].state == "done"
    assert record.tasks[0].artifacts == ()
    assert record.command[-1] == record.command[1]


def test_the_code_is_todays(run, tmp_path):
    changed = tmp_path / "linear.py"
    changed.write_text(FLOW.read_text().replace("self.total = ", "self.total = 1000 + "))
    record = record_spin(run, "use", changed)
    before = {held.name: held.sha for held in run["use/3"].artifacts}
    after = {held.name: held.sha for held in record.tasks[0].artifacts}
    assert [name for name in after if after[name] != before[name]] == ["total"]


def test_a_step_that_raises_is_a_record(run, tmp_path):
    broken = tmp_path / "linear.py"
    broken.write_text(FLOW.read_text().replace("self.total = ", "self.total = 1 / 0 + "))
    record = record_spin(run, "use", broken)
    (task,) = record.tasks
    assert (record.status, task.state) == ("failed", "failed")
    assert task.exception.type == "ZeroDivisionError"
    assert "1 / 0" in task.exception.code


def test_a_step_with_catch_fails_in_a_spin_as_metaflow_ignores_the_decorator(tmp_path):
    caught = record_run(FLOW.with_name("caught_end.py"), recordings=tmp_path)
    assert (caught.status, caught.tasks_of("end")[0].state) == ("finished", "caught")
    record = record_spin(caught, "end")
    assert any("Ignoring Step decorator 'catch'" in line for line in record.console)
    assert (record.status, record.tasks[0].state) == ("failed", "failed")
    assert record.tasks[0].exception.message == "nobody catches this by a name"


def test_a_second_call_reads_the_recording(run, spun):
    again = record_spin(run, "use")
    assert again == spun
    assert again == load_recording(spun.recording)
    assert record_spin(run, "use", fresh=True).run_id != spun.run_id


def test_another_task_code_or_way_of_keeping_is_another_recording(run, spun):
    other = record_spin(run, "process")
    assert other.key != spun.key
    assert other.recording != spun.recording


def test_a_step_that_never_ran_cannot_be_spun(run):
    with pytest.raises(UsageError, match=r"no task of 'train' to take inputs from\. It has tasks of: start"):
        record_spin(run, "train")


def test_a_spin_that_metaflow_refuses_is_an_error(run, tmp_path):
    other = tmp_path / "linear.py"
    other.write_text(FLOW.read_text().replace("def use(", "def apply(").replace("self.use)", "self.apply)"))
    with pytest.raises(RunError, match="failed before its first task"):
        record_spin(run, "use", other)
    left = [path.name for path in run.recording.parent.iterdir() if path.name.startswith(".")]
    assert left == []


def test_the_console_is_kept_without_clocks_and_folders(run, spun):
    assert "Spinning up step use locally for flow LinearFlow" in spun.console
    assert any(line.startswith(f"Workflow starting (run-id {run.run_id})") for line in run.console)
    assert any("start/1" in line and "Task is starting." in line for line in run.console)
    everything = "\n".join([*run.console, *spun.console])
    assert str(Path.cwd()) not in everything
    assert "/tmp" not in everything
    assert not any(line[:2] == "20" for line in run.console)
