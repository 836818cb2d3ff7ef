"""A run opens in every way in which somebody would try, and what is no run is told so in one message."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fact_runs import FLOWS, Runs

from manim_metaflow import FlowDAG
from manim_metaflow.errors import ManimMetaflowError, UsageError
from manim_metaflow.facts import compare_runs, load_flow, load_run, load_storage
from manim_metaflow.runs import ReplayRun


def test_a_record_and_its_file_are_the_run(runs: Runs) -> None:
    record = runs["linear"]
    assert load_run(record) is record
    for file in (record.recording, str(record.recording)):
        assert load_run(file) == record
        assert load_storage(file).run_id == record.run_id


@pytest.mark.parametrize("name", ["LinearFlow", "LinearFlow/latest", "{}", load_flow(FLOWS / "linear.py")])
def test_a_run_in_a_datastore_is_found_by_its_name(runs: Runs, name: object) -> None:
    record, root = runs["linear"], runs.store("linear")
    asked = name.format(f"LinearFlow/{record.run_id}") if isinstance(name, str) else name
    assert load_run(asked, root=root).run_id == record.run_id
    assert load_storage(asked, root=root).run_id == record.run_id


def test_graphs_replays_and_comparisons_take_a_run_as_load_run_does(runs: Runs) -> None:
    record = runs["linear"]
    file = str(record.recording)
    dag = FlowDAG(record.flow, run=file)
    assert dag.shows_tasks
    assert ReplayRun(dag, file).record == record
    assert compare_runs(file, record).executed == 4


CLIENT = """
import json, sys
from metaflow import Flow, Run, metadata, namespace
from manim_metaflow.facts import load_run, load_storage
from manim_metaflow.errors import RunNotFoundError

namespace(None)
metadata("local@" + sys.argv[1])
run = Run(sys.argv[2])
found = {load_run(run).run_id, load_run(Flow(run.pathspec.split("/")[0])).run_id, load_storage(run).run_id}
said = []
for part in (next(iter(run)), next(iter(next(iter(run))))):
    try:
        load_run(part)
    except RunNotFoundError as error:
        said.append(str(error))
print(json.dumps([sorted(found), said]))
"""


def test_a_run_of_metaflows_client_is_found_where_the_client_found_it(runs: Runs, tmp_path: Path) -> None:
    record, name = runs["linear"], f"LinearFlow/{runs['linear'].run_id}"
    env = {**os.environ, "METAFLOW_USER": "tester", "METAFLOW_HOME": str(tmp_path)}
    command = [sys.executable, "-c", CLIENT, str(runs.store("linear").parent), name]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found, said = json.loads(done.stdout.splitlines()[-1])
    assert found == [record.run_id]
    for message, kind in zip(said, ("Step", "Task"), strict=True):
        assert message.startswith(f"{kind}('{name}/")
        assert message.endswith(f"not a whole run. Give '{name}'.")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    for name in ("flow.py", "picture.png", "film.mp4", "book.ipynb", "settings.json", "plain"):
        (tmp_path / name).write_text("{}")
    return tmp_path


OTHER_KINDS = [
    (None, "None: not a run."),
    (7, "7: not a run."),
    (b"run.json", "b'run.json': not a run."),
    (str, "<class 'str'>: not a run."),
    ("", "'': not a run."),
    ("flow.py", "flow.py: a Python file, not a run."),
    (Path("flow.py"), "flow.py: a Python file, not a run."),
    ("picture.png", "picture.png: a picture, not a run."),
    ("film.mp4", "film.mp4: a film, not a run."),
    ("book.ipynb", "book.ipynb: a notebook, not a run."),
    (Path("folder"), "folder: a folder, not a run."),
    ("plain", "plain: not a run."),
    ("a/b/c", "a/b/c: not a run."),
    ("gone.json", "gone.json: no such file."),
    ("settings.json", "settings.json: JSON, but not a recording."),
]


@pytest.mark.parametrize(("given", "said"), OTHER_KINDS, ids=[repr(given) for given, _ in OTHER_KINDS])
def test_what_is_no_run_is_refused_wherever_a_run_is_taken(here: Path, given: object, said: str) -> None:
    flow = load_flow(FLOWS / "linear.py")
    dag = FlowDAG(flow)
    takers = [load_run, load_storage, lambda run: ReplayRun(dag, run)]
    if given is not None:
        takers.append(lambda run: FlowDAG(flow, run=run))
    for take in takers:
        with pytest.raises(ManimMetaflowError) as caught:
            take(given)
        assert str(caught.value).startswith(said)
        assert isinstance(caught.value, UsageError)


def test_options_that_a_record_cannot_have_are_refused(runs: Runs) -> None:
    record = runs["linear"]
    for words, said in (
        ({"root": "x"}, "leave the id and the datastore out"),
        ({"run_id": "1"}, "leave the id and the datastore out"),
        (
            {"flow": FLOWS / "branch.py"},
            "The run is one of LinearFlow, and the flow that was given is Branch",
        ),
    ):
        with pytest.raises(UsageError, match=said):
            load_run(record, **words)
    with pytest.raises(UsageError, match="two run ids, 1 and 2"):
        load_run("LinearFlow/1", "2")
