"""Whether a run was successful is what Metaflow's client says of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner
from fact_runs import Runs

from manim_metaflow.cli import main
from manim_metaflow.facts import RunRecord, load_run, record_resume
from manim_metaflow.films.run import RunFilm
from manim_metaflow.films.run_picture import RunPicture

CLIENT = """
import json, sys
import metaflow
metaflow.namespace(None)
said = []
for place in sys.argv[1:]:
    root, name = place.split("=")
    metaflow.metadata(f"local@{root}")
    run = metaflow.Run(name)
    tasks = {f"{step.id}/{task.id}": task.successful for step in run for task in step}
    said.append([run.successful, run.finished, tasks])
print(json.dumps(said))
"""

STATUS = {(True, True): "successful", (False, True): "finished", (False, False): "failed"}
NAMES = ("linear", "retries", "failed chain", "killed", "caught at the end")


def _asked(records: list[RunRecord], folder: Path) -> list[list]:
    places = [f"{one.recording.with_suffix('.store')}={one.flow.name}/{one.run_id}" for one in records]
    env = {**os.environ, "METAFLOW_USER": "tester", "METAFLOW_HOME": str(folder)}
    command = [sys.executable, "-c", CLIENT, *places]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_runs_and_tasks_are_as_successful_as_metaflows_client_says(runs: Runs, tmp_path: Path) -> None:
    records = [runs[name] for name in NAMES]
    for record, (successful, finished, tasks) in zip(records, _asked(records, tmp_path), strict=True):
        assert record.status == STATUS[successful, finished]
        assert {task.path: task.state == "done" for task in record.tasks} == tasks


def test_a_clone_of_a_last_step_that_raised_does_not_make_a_run_successful(
    runs: Runs, tmp_path: Path
) -> None:
    resumed = record_resume(runs["caught at the end"], recordings=runs.folder / "recordings")
    [[successful, finished, _]] = _asked([resumed], tmp_path)
    assert (successful, finished, resumed.status) == (False, True, "finished")
    assert [task.state for task in resumed.tasks] == ["cloned", "cloned"]


def test_a_run_that_only_finished_says_why_wherever_it_is_shown(runs: Runs) -> None:
    record = runs["caught at the end"]
    name = f"CaughtEnd/{record.run_id}"
    assert load_run(name, root=runs.store("caught at the end")).status == "finished"
    why = "ValueError: nobody catches this by a name"
    for picture in (RunFilm(record).failure, RunPicture(record).note):
        assert picture.text == f"The run finished, not successfully: {why} was caught."
        assert picture.where.text.startswith("caught_end.py:")
    shown = " ".join(CliRunner().invoke(main, ["show", str(record.recording)]).output.split())
    assert f"{name} finished 2 executed" in shown
    assert "note: the run finished, and was not successful: end/2 raised, and @catch caught" in shown
