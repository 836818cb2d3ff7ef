"""``load_run`` and recordings tell what really happened, checked against the store and the runtime."""

import hashlib
import json
import pickle
import shutil
import subprocess
import sys
from collections import namedtuple
from dataclasses import replace

import pytest
from fact_runs import FLOWS, RESUMES, RUNS, input_paths

from manim_metaflow.errors import RunError
from manim_metaflow.facts import load_flow, load_run, load_storage
from manim_metaflow.facts.run.history import RunHistory

FINISHED = [name for name in [*RUNS, *RESUMES] if name not in ("killed", "unpicklable")]


@pytest.mark.parametrize("name", [name for name in FINISHED if name in RUNS])
def test_parents_are_the_real_input_paths(runs, name):
    record = runs[name]
    told = input_paths(runs.command_lines(name))
    assert told, "no task was started"
    for path, parents in told.items():
        if not any(note.startswith(f"{path}: it never noted") for note in record.notes):
            assert set(record[path].parents) == parents, path


def without_values(record):
    """Leave out the texts of values, which a recording notes and which are not read from a store unasked."""

    def plain(artifacts):
        return tuple(replace(artifact, value="") for artifact in artifacts)

    tasks = []
    for task in record.tasks:
        attempts = tuple(replace(each, artifacts=plain(each.artifacts)) for each in task.attempts)
        tasks.append(replace(task, attempts=attempts))
    return replace(record, tasks=tuple(tasks), parameters=plain(record.parameters))


@pytest.mark.parametrize("name", [*RUNS, *RESUMES])
def test_the_record_survives_json_and_a_second_reading(runs, name):
    record = runs[name]
    again = load_run(f"{record.flow.name}/{record.run_id}", root=runs.store(name), flow=record.flow)
    assert without_values(record) == replace(
        again,
        command=record.command,
        new_blobs=record.new_blobs,
        key=record.key,
        notes=record.notes,
        packages=record.packages,  # what was seen while recording is not in the store
        console=record.console,
        console_times=record.console_times,
        after_run_id=record.after_run_id,
        tasks=without_values(record).tasks if name == "killed" else again.tasks,
    )
    assert type(record).from_json(record.to_json()) == record


def test_an_unbounded_foreach_has_the_tasks_of_its_items_and_the_one_that_started_them(runs):
    record = runs["unbounded"]
    control, *items = record.tasks_of("body")
    assert (control.label, [task.label for task in items]) == ("control", ["xs[0]", "xs[1]"])
    assert control.control
    assert not any(task.control for task in items)
    assert record["join/3"].parents == tuple(task.path for task in items)


def test_an_artifact_called_name_is_listed_and_that_metaflow_puts_the_flows_name_there_again(runs):
    record = runs["an artifact called name"]
    for step in ("start", "end"):
        assert [one.name for one in record.tasks_of(step)[0].artifacts] == ["city", "name"]
    assert record.parameters == ()
    storage = load_storage(f"NamedFlow/{record.run_id}", root=runs.store("an artifact called name"))
    listed = {task.path: [entry.name for entry in task.last.artifacts] for task in storage.tasks}
    assert listed == {"_parameters/0": ["name"], "start/1": ["city", "name"], "end/2": ["city", "name"]}
    assert record["start/1"].artifacts[1].sha != record["end/2"].artifacts[1].sha


def test_states_of_a_plain_run(runs):
    record = runs["linear"]
    assert record.status == "successful"
    assert [(t.path, t.state) for t in record.tasks] == [
        ("start/1", "done"),
        ("process/2", "done"),
        ("use/3", "done"),
        ("end/4", "done"),
    ]
    assert record.notes == ()
    assert (record.origin_run_id, record.command) == (None, ("run",))


def test_provenance_of_artifacts(runs):
    kinds = {t.step: {a.name: (a.provenance, a.source) for a in t.artifacts} for t in runs["linear"].tasks}
    assert kinds["start"] == {"raw": ("created", None), "untouched": ("created", None)}
    assert kinds["process"]["raw"] == ("inherited", "start/1")
    assert kinds["process"]["doubled"] == ("created", None)
    assert kinds["use"]["raw"] == ("changed", None)
    assert kinds["end"] == dict.fromkeys(("doubled", "raw", "total", "untouched"), ("inherited", "use/3"))


def test_hashes_and_sizes_are_those_of_the_values(runs):
    held = {a.name: a for a in runs["linear"]["end/4"].artifacts}
    for name, value in {"raw": [1, 2, 3, 4], "doubled": [3, 6, 9], "total": 18}.items():
        blob = pickle.dumps(value, protocol=4)
        assert (held[name].sha, held[name].size) == (hashlib.sha1(blob).hexdigest(), len(blob))
        assert held[name].type_name == type(value).__name__


def test_blobs_have_the_size_of_their_file(runs):
    record = runs["linear"]
    assert {b.sha for b in record.blobs} == {a.sha for t in record.tasks for a in t.artifacts}
    for blob in record.blobs:
        file = runs.store("linear") / "LinearFlow" / "data" / blob.sha[:2] / blob.sha
        assert file.stat().st_size == blob.size
    assert set(record.new_blobs) == {b.sha for b in record.blobs}


def test_foreach_indices_carry_their_items(runs):
    tasks = runs["nested foreach"].tasks_of("inner")
    places = [[(f.step, f.variable, f.index, f.count, f.value) for f in t.foreach] for t in tasks]
    assert places[0] == [("start", "xs", 0, 2, "x0"), ("outer", "ys", 0, 3, "10")]
    assert places[-1] == [("start", "xs", 1, 2, "x1"), ("outer", "ys", 2, 3, "30")]
    assert len(places) == 6


def test_a_foreach_join_lists_its_parents_by_index(runs):
    record = runs["foreach"]
    (join,) = record.tasks_of("join")
    assert [record[path].foreach[-1].value for path in join.parents] == [
        "Stranger Things",
        "House of Cards",
        "Narcos",
    ]


def test_parallel_tasks_have_an_index_and_no_count(runs):
    tasks = runs["gang"].tasks_of("train")
    assert [t.task_id for t in tasks] == ["2", "2_node_1", "2_node_2"]
    assert [(f.step, f.variable, f.index, f.count) for t in tasks for f in t.foreach] == [
        ("start", None, index, None) for index in range(3)
    ]


def test_rounds_of_a_recursion_are_counted(runs):
    tasks = runs["loop"].tasks_of("loop")
    assert [t.iteration for t in tasks] == [(0,), (1,), (2,), (3,)]
    assert [t.next_steps for t in tasks] == [("loop",), ("loop",), ("loop",), ("after",)]


def test_a_switch_leaves_the_other_arm_without_tasks(runs):
    record = runs["switch"]
    assert record["start/1"].next_steps == ("fast_path",)
    assert record.tasks_of("slow_path") == ()


def test_every_attempt_has_its_own_state_artifacts_and_exception(runs):
    task = runs["retries"]["start/1"]
    assert [a.state for a in task.attempts] == ["retrying", "retrying", "done"]
    assert [a.exception.message if a.exception else None for a in task.attempts] == [
        "flaky 0",
        "flaky 1",
        None,
    ]
    seen = [next(a.sha for a in attempt.artifacts if a.name == "only_this") for attempt in task.attempts]
    assert seen == [hashlib.sha1(pickle.dumps(f"attempt {n}", protocol=4)).hexdigest() for n in range(3)]
    times = [time for a in task.attempts for time in (a.started, a.finished)]
    assert times == sorted(times)
    assert task.queued <= times[0]


def test_a_caught_exception_leaves_the_task_caught(runs):
    task = runs["retries"]["risky/2"]
    assert [a.state for a in task.attempts] == ["retrying", "caught"]
    assert (task.exception.type, task.exception.code) == ("KeyError", 'raise KeyError("never works")')
    assert runs["retries"].status == "successful"


def test_an_exception_points_into_the_flows_own_file(runs):
    record = runs["failed"]
    (failed,) = [t for t in record.tasks if t.state == "failed"]
    assert failed.foreach[0].value == "3"
    error = failed.exception
    lines = (FLOWS / "fe_resume.py").read_text().splitlines()
    assert (error.type, error.message, error.file) == ("RuntimeError", "no 3", "fe_resume.py")
    assert lines[error.line - 1].strip() == error.code == 'raise RuntimeError("no 3")'
    assert failed.attempts[0].stdout == ("working 3",)
    assert record.status == "failed"


def test_a_failed_attempt_keeps_the_artifacts_it_wrote(runs):
    names = {a.name: a.provenance for a in runs["failed chain"].tasks_of("risky")[0].artifacts}
    assert names == {"a": "inherited", "b": "inherited", "nonce": "inherited", "partial": "created"}


def test_a_killed_task_is_drawn_as_it_stands(runs):
    record = runs["killed"]
    (task,) = record.tasks
    assert (record.status, task.state, task.artifacts) == ("failed", "killed", ())
    assert task.finished > task.started
    assert record.notes == ("start/1, attempt 0: ended with code -9 and stored nothing",)


def test_a_task_that_cannot_store_its_value_says_why(runs):
    record = runs["unpicklable"]
    assert [t.state for t in record.tasks] == ["failed"]
    assert 'Cannot pickle dump artifact named "g"' in record.notes[0]


def test_the_graph_comes_from_the_run_when_no_source_is_given(runs):
    for name in ("nested foreach", "switch", "loop", "gang", "branch"):
        record = runs[name]
        told = load_run(record.flow.name, record.run_id, root=runs.store(name)).flow
        assert [s.name for s in told.steps] == [s.name for s in record.flow.steps]
        assert told.edges == record.flow.edges
        for step in record.flow.steps:
            kept = replace(step, source="", first_line=0, last_line=0, decorators=())
            assert replace(told[step.name], decorators=()) == kept


def test_lineage_is_the_same_from_the_runs_own_graph(runs):
    for name in FINISHED:
        record = runs[name]
        told = load_run(record.flow.name, record.run_id, root=runs.store(name).parent)
        assert [(t.path, t.parents, t.state) for t in told.tasks] == [
            (t.path, t.parents, t.state) for t in record.tasks
        ]


def test_parameters_and_constants_are_not_artifacts(runs):
    names = {a.name for t in runs["linear"].tasks for a in t.artifacts}
    assert names == {"raw", "untouched", "doubled", "total"}


def test_the_newest_run_is_read_when_none_is_named(runs):
    newest = load_run("FeResume", root=runs.store("resumed"))
    assert newest.run_id == runs["resumed"].run_id
    assert (
        load_run(load_flow(FLOWS / "fe_resume.py"), root=runs.store("failed")).run_id == runs["failed"].run_id
    )


def test_a_run_still_going_is_drawn_as_it_stands(runs, tmp_path):
    record = runs["foreach"]
    root = _copy(runs, "foreach", tmp_path)
    folder = root / "ForeachFlow" / record.run_id
    running, queued, other = (task.path for task in record.tasks_of("a"))
    for path, keep in ((running, ("0.attempt.json", "0.task_begin")), (queued, ())):
        for file in (folder / path).iterdir():
            if file.is_file() and file.name not in keep:
                file.unlink()
    for file in (folder / queued / "_meta").glob("sysmeta_*"):
        if "attempt" in file.name or "foreach" in file.name:
            file.unlink()
    for step in ("a_more", "join", "end"):
        shutil.rmtree(folder / step)
    going = load_run("ForeachFlow", record.run_id, root=tmp_path)
    assert going.status == "running"
    assert going.finished is None
    assert any("has not ended" in note for note in going.notes)
    assert [going[path].state for path in (running, queued, other)] == ["running", "queued", "done"]
    assert going[running].parents == ("start/1",)
    assert [(f.step, f.variable, f.index, f.value) for f in going[running].foreach] == [
        ("start", "titles", 0, "Stranger Things")
    ]


def test_a_task_that_never_recorded_its_frames_is_noted(runs, tmp_path):
    record = runs["foreach"]
    root = _copy(runs, "foreach", tmp_path)
    first, second, _ = (task.path for task in record.tasks_of("a"))
    for path in (first, second):
        folder = root / "ForeachFlow" / record.run_id / path
        for file in (*folder.glob("0.d*"), *folder.glob("0.D*"), *folder.glob("_meta/sysmeta_foreach*")):
            file.unlink()
    told = load_run("ForeachFlow", record.run_id, root=tmp_path)
    note = "it never noted its place in the foreach; the order of the tasks' ids tells it"
    assert [path for path in (first, second) if f"{path}: {note}" in told.notes] == [first, second]
    assert [told[path].place for path in (first, second)] == ["a[0]", "a[1]"]
    assert told[first].parents == ("start/1",)


def _rewritten(root, flow, name, change):
    """Store ``change(task's folder)`` under a name in every key map, or take the name out of it."""
    for file in root.glob(f"{flow}/*/*/*/0.data.json"):
        held, value = json.loads(file.read_text()), change(file.parent)
        if name not in held["objects"]:
            continue
        del held["objects"][name]
        if value is not None:
            sha = hashlib.sha1(value).hexdigest()
            (root / flow / "data" / sha[:2]).mkdir(exist_ok=True)
            (root / flow / "data" / sha[:2] / sha).write_bytes(value)
            (root / flow / "data" / sha[:2] / f"{sha}_meta").write_text('{"cas_raw": true}')
            held["objects"][name] = sha
        file.write_text(json.dumps(held))


def test_what_an_older_metaflow_wrote_is_read(runs, tmp_path, monkeypatch):
    """Metaflow 2.10 kept its frames in another module, without the items, and counted no iterations."""
    import metaflow.task

    frame = namedtuple("ForeachFrame", ["step", "var", "num_splits", "index"])
    frame.__module__ = "metaflow.task"
    monkeypatch.setattr(metaflow.task, "ForeachFrame", frame, raising=False)
    record = runs["foreach"]
    root = _copy(runs, "foreach", tmp_path)
    stacks = {task.path: [frame("a", "titles", 3, f.index) for f in task.foreach] for task in record.tasks}

    def old(folder):
        return pickle.dumps(stacks.get(f"{folder.parent.name}/{folder.name}", []), protocol=2)

    _rewritten(root, "ForeachFlow", "_foreach_stack", old)
    _rewritten(root, "ForeachFlow", "_iteration_stack", lambda _: None)
    told = load_run("ForeachFlow", record.run_id, root=root)
    assert told.notes == ()
    assert [(t.place, t.state, t.parents) for t in told.tasks] == [
        (t.place, t.state, t.parents) for t in record.tasks
    ]


def test_frames_nobody_can_read_are_told_by_what_the_task_noted(runs, tmp_path):
    record = runs["foreach"]
    root = _copy(runs, "foreach", tmp_path)
    _rewritten(root, "ForeachFlow", "_foreach_stack", lambda _: b"no pickle at all")
    told = load_run("ForeachFlow", record.run_id, root=root)
    assert any("_foreach_stack: not read" in note for note in told.notes)
    assert [(t.place, t.parents) for t in told.tasks] == [(t.place, t.parents) for t in record.tasks]


def test_without_its_metadata_a_run_keeps_its_tasks_states_and_lineage(runs, tmp_path):
    record = runs["foreach"]
    root = _copy(runs, "foreach", tmp_path)
    for folder in list(root.glob("ForeachFlow/*/**/_meta")):
        shutil.rmtree(folder)
    told = load_run("ForeachFlow", record.run_id, root=root)
    assert told.status == "successful"
    assert {(t.place, t.state, t.parents) for t in told.tasks} == {
        (t.place, t.state, t.parents) for t in record.tasks
    }
    assert {(t.queued, t.started, t.finished) for t in told.tasks} == {(None, None, None)}
    history = RunHistory(told)
    assert history.timeless
    assert len(history.guessed) == len(told.tasks)
    ended = {path: history.ended(path) for path in (task.path for task in told.tasks)}
    assert all(ended[parent] < ended[task.path] for task in told.tasks for parent in task.parents)


def test_a_damaged_key_map_is_noted_not_fatal(runs, tmp_path):
    record = runs["linear"]
    root = _copy(runs, "linear", tmp_path)
    (root / "LinearFlow" / record.run_id / "use/3/0.data.json").write_text('{"objects": {"raw"')
    told = load_run("LinearFlow", record.run_id, root=root)
    assert told["use/3"].artifacts == ()
    assert "use/3, attempt 0: 0.data.json is cut short or no JSON" in told.notes


def test_a_missing_blob_is_noted_not_fatal(runs, tmp_path):
    record = runs["linear"]
    root = _copy(runs, "linear", tmp_path)
    sha = next(a.sha for a in record["use/3"].artifacts if a.name == "total")
    (root / "LinearFlow/data" / sha[:2] / sha).unlink()
    told = load_run("LinearFlow", record.run_id, root=root)
    assert f"blob {sha} is not in the store" in told.notes
    assert sha not in {b.sha for b in told.blobs}


class _Trap:
    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return (open, (str(self.target), "w"))


@pytest.mark.parametrize("name", ["_transition", "_foreach_stack", "_exception", "_graph_info", "raw"])
def test_a_malicious_pickle_is_never_executed(runs, tmp_path, name):
    record = runs["linear"]
    root = _copy(runs, "linear", tmp_path)
    sprung = tmp_path / "sprung"
    blob = pickle.dumps(_Trap(sprung), protocol=4)
    sha = hashlib.sha1(blob).hexdigest()
    folder = root / "LinearFlow/data" / sha[:2]
    folder.mkdir(exist_ok=True)
    (folder / sha).write_bytes(blob)
    (folder / f"{sha}_meta").write_text('{"cas_raw": true, "cas_version": 1}')
    for file in (root / "LinearFlow" / record.run_id).glob("*/*/0.data.json"):
        held = json.loads(file.read_text())
        held["objects"][name] = sha
        file.write_text(json.dumps(held))
    told = load_run("LinearFlow", record.run_id, root=root, flow=FLOWS / "linear.py")
    assert not sprung.exists()
    assert len(told.tasks) == 4
    if name != "raw":
        assert any(f"{name}: not read: it asks for" in note for note in told.notes)


def test_reading_writes_nothing_and_leaves_metaflow_as_it_was(runs, tmp_path):
    from metaflow import get_metadata
    from metaflow.client import core
    from metaflow.plugins.datastores.local_storage import LocalStorage

    root = _copy(runs, "retries", tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    held = (LocalStorage.datastore_root, get_metadata(), core.current_namespace)
    load_run("RetryFlow", root=root)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert (LocalStorage.datastore_root, get_metadata(), core.current_namespace) == held


def test_the_configured_datastore_is_the_default(runs, monkeypatch):
    from metaflow.plugins.datastores.local_storage import LocalStorage

    monkeypatch.setattr(LocalStorage, "datastore_root", str(runs.store("linear")))
    assert load_run(f"LinearFlow/{runs['linear'].run_id}").run_id == runs["linear"].run_id


def test_a_folder_without_a_datastore_is_an_error(tmp_path):
    with pytest.raises(RunError, match=r"no Metaflow datastore here"):
        load_run("LinearFlow/1", root=tmp_path)


def test_no_such_flow_lists_the_flows(runs):
    with pytest.raises(RunError, match=r"no run of NoFlow here. It holds LinearFlow\."):
        load_run("NoFlow/1", root=runs.store("linear"))


def test_no_such_run_lists_the_newest(runs):
    run_id = runs["linear"].run_id
    with pytest.raises(
        RunError, match=rf"LinearFlow/1: no such run in .* The newest is LinearFlow/{run_id}\."
    ):
        load_run("LinearFlow/1", root=runs.store("linear"))


def test_importing_facts_does_not_import_metaflow_or_manim():
    code = (
        "import sys, manim_metaflow.facts\n"
        "from manim_metaflow.facts.records import RunRecord\n"
        "from manim_metaflow.facts import load_recording\n"
        "print([name for name in ('metaflow', 'manim', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _copy(runs, name, tmp_path):
    shutil.copytree(runs.store(name), tmp_path / ".metaflow")
    return tmp_path / ".metaflow"


def _empty(folder):
    for file in folder.iterdir():
        file.unlink()
