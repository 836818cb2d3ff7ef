"""Recording a run is hermetic, happens once, and leaves either a whole recording or nothing."""

import errno
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import psutil
import pytest
from fact_runs import FLOWS

from manim_metaflow.errors import FlowError, RunError
from manim_metaflow.facts import list_recordings, load_recording, load_run, record_resume, record_run
from manim_metaflow.facts.recording.request import FlowFile
from manim_metaflow.utils.files import atomic_write

ONE = """
import os
from metaflow import FlowSpec, Parameter, step

class One(FlowSpec):
    n = Parameter("n", default=1)

    @step
    def only(self):
        self.seen = {name: os.environ.get(name) for name in ("METAFLOW_PROFILE", "METAFLOW_HOME", "GIVEN")}
        self.m = self.n + 1
        print("user", os.environ["METAFLOW_USER"], "cwd", os.listdir())
        print("given", os.environ.get("GIVEN"), "profile", os.environ.get("METAFLOW_PROFILE"))

if __name__ == "__main__":
    One()
"""

STEPS = """
import os
from metaflow import FlowSpec, step

class Steps(FlowSpec):
    @step
    def start(self):
        self.a = "A-v1"
        self.next(self.risky)

    @step
    def risky(self):
        self.b = 1 / {divisor}
        self.next(self.end)

    @step
    def end(self):
        pass

if __name__ == "__main__":
    Steps()
"""


def test_a_second_call_reads_the_recording_and_runs_nothing(write, tmp_path, monkeypatch):
    path = write(ONE)
    first = record_run(path, "--n", "4")
    assert (first.status, first.command) == ("successful", ("run", "--n", "4"))
    assert first.recording == tmp_path / "recordings" / f"One-run-{first.key}.json"
    monkeypatch.setattr("subprocess.Popen", _forbidden)
    assert record_run(path, "--n", "4") == first
    assert record_run(f"{path}:One", "--n", "4") == first
    assert load_recording(first.recording) == first
    assert list_recordings(tmp_path / "recordings") == [first.recording]


def test_the_key_is_the_source_the_arguments_and_the_environment(write, monkeypatch):
    monkeypatch.setattr(
        "manim_metaflow.facts.recording.runs._record", lambda request, *_, **__: request.files.key
    )
    path = write(ONE)
    keys = [record_run(path), record_run(path, "--n", "2"), record_run(path, env={"A": "1"})]
    path.write_text(ONE + "# edited\n")
    keys.append(record_run(path))
    assert len(set(keys)) == 4
    path.write_text(ONE)
    assert record_run(path) == keys[0]
    elsewhere = write(ONE, "other/name.py")
    assert record_run(elsewhere) == keys[0]


def test_the_key_is_also_that_of_the_modules_beside_the_flow(write, monkeypatch):
    monkeypatch.setattr(
        "manim_metaflow.facts.recording.runs._record", lambda request, *_, **__: request.files.key
    )
    path = write("import one, package\n" + ONE)
    keys = [record_run(path)]
    for name, text in (
        ("one.py", "import two"),
        ("two.py", "A = 1"),
        ("two.py", "A = 2"),
        ("package/a.py", ""),
    ):
        write(text, name)
        keys.append(record_run(path))
    write("A = 1", "not_imported.py")
    assert len(set(keys)) == 5
    assert record_run(path) == keys[-1]


def test_nothing_of_this_users_metaflow_leaks_in_or_is_touched(write, tmp_path, monkeypatch):
    home = tmp_path / "home"
    (home / ".metaflowconfig").mkdir(parents=True)
    (home / ".metaflowconfig" / "config.json").write_text('{"METAFLOW_DEFAULT_DATASTORE": "s3"}')
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("METAFLOW_PROFILE", "company")
    monkeypatch.setenv("METAFLOW_DATASTORE_SYSROOT_LOCAL", str(tmp_path / "mine"))
    monkeypatch.setenv("METAFLOW_RUN_N", "77")
    record = record_run(write(ONE), env={"GIVEN": "yes"})
    assert record.status == "successful"
    printed = record.tasks[0].attempts[0].stdout
    assert printed[0].startswith("user manim cwd")
    assert printed[1] == "given yes profile None"
    assert [p.name for p in home.rglob("*") if p.is_file()] == ["config.json"]
    assert not (tmp_path / "mine").exists()
    assert list(work.iterdir()) == []
    assert {p.name for p in tmp_path.iterdir()} == {"home", "work", "recordings", "my_flow.py"}
    assert record.blobs
    two = record_run(write(ONE), "--n", "2", env={"GIVEN": "yes"})
    assert [a.sha for a in two.tasks[0].artifacts if a.name == "m"] != [
        a.sha for a in record.tasks[0].artifacts if a.name == "m"
    ]


def test_the_recordings_folder_can_be_named_or_set(write, tmp_path, monkeypatch):
    monkeypatch.setenv("MANIM_METAFLOW_RECORDINGS", str(tmp_path / "set"))
    path = write(ONE)
    assert record_run(path).recording.parent == tmp_path / "set"
    monkeypatch.delenv("MANIM_METAFLOW_RECORDINGS")
    (tmp_path / "set").rename(tmp_path / "named")
    assert record_run(path, recordings=tmp_path / "named").recording.parent == tmp_path / "named"


def test_a_failed_run_is_fixed_resumed_and_resumed_again(write, tmp_path, monkeypatch):
    broken = write(STEPS.format(divisor=0), "broken.py")
    fixed = write(STEPS.format(divisor=1), "fixed.py")
    edited = write(STEPS.format(divisor=1).replace("A-v1", "A-v2"), "edited.py")
    shelf = tmp_path / "shelf"
    failed = record_run(broken, recordings=shelf)
    assert failed.status == "failed"
    assert failed.tasks[-1].exception.type == "ZeroDivisionError"
    resumed = record_resume(failed, fixed)
    assert (resumed.status, resumed.origin_run_id) == ("successful", failed.run_id)
    assert resumed.command == ("resume", "--origin-run-id", failed.run_id)
    assert {t.step: t.state for t in resumed.tasks} == {"start": "cloned", "risky": "done", "end": "done"}
    assert resumed.recording.parent == shelf
    again = record_resume(failed, edited)
    (kept,) = [t for t in again.tasks if t.step == "start"]
    assert kept.cloned
    assert kept.artifacts == failed["start/1"].artifacts
    assert 'self.a = "A-v2"' in again.flow["start"].source
    asked = record_resume(failed, edited, step="start")
    assert not any(t.cloned for t in asked.tasks)
    assert asked.tasks_of("start")[0].artifacts != failed["start/1"].artifacts
    # What one resume stored does not make the other's blobs look old.
    assert set(resumed.new_blobs) == set(again.new_blobs) <= set(asked.new_blobs)
    monkeypatch.setattr("subprocess.Popen", _forbidden)
    assert record_resume(failed, fixed) == resumed
    assert record_resume(load_recording(failed.recording), fixed, recordings=shelf) == resumed


def test_a_resume_follows_its_origin_when_that_is_recorded_anew(write):
    path = write(ONE.replace("self.m =", "self.m = 1 / int(os.environ['D']) +"))
    failed = record_run(path, env={"D": "0"})
    first = record_resume(failed, env={"D": "1"})
    anew = record_run(path, env={"D": "0"}, fresh=True)
    assert anew.run_id != failed.run_id
    assert anew.key == failed.key
    second = record_resume(anew, env={"D": "1"})
    assert (first.origin_run_id, second.origin_run_id) == (failed.run_id, anew.run_id)
    assert first.recording == second.recording


def test_a_resume_without_the_origins_store_names_the_remedy(runs, tmp_path):
    record = runs["failed chain"]
    moved = tmp_path / record.recording.name
    moved.write_text(record.to_json())
    origin = load_recording(moved)
    with pytest.raises(RunError, match=r"its datastore is gone.*fresh=True"):
        record_resume(origin, FLOWS / "resume_flow.py")
    with pytest.raises(RunError, match=r"say which file to resume it with"):
        record_resume(origin)


def test_a_flow_that_fails_before_its_first_task_shows_its_output(write, tmp_path):
    path = write(ONE)
    with pytest.raises(RunError) as caught:
        record_run(path, "--nonsense", "3")
    assert str(caught.value).startswith(f"{path} run --nonsense 3: failed before its first task")
    assert "no such option: --nonsense" in str(caught.value)
    assert list((tmp_path / "recordings").iterdir()) == []


def test_a_run_that_takes_too_long_is_stopped_and_leaves_nothing(write, tmp_path):
    path = write(ONE.replace("self.m =", "import time; time.sleep(60); self.m ="))
    begun = time.monotonic()
    with pytest.raises(RunError, match=r"still (running|being imported) after 2 s"):
        record_run(path, timeout=2)
    assert time.monotonic() - begun < 12
    assert list((tmp_path / "recordings").iterdir()) == []
    assert _processes_with(str(tmp_path)) == []


def test_ctrl_c_leaves_no_process_and_no_file(write, tmp_path):
    path = write(
        ONE.replace(
            "self.m =", f"open({str(tmp_path / 'begun')!r}, 'w'); import time; time.sleep(60); self.m ="
        )
    )
    code = f"from manim_metaflow.facts import record_run; record_run({str(path)!r})"
    child = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    _wait_for(tmp_path / "begun")
    assert len(_processes_with(str(path))) > 1
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=20)
    assert "KeyboardInterrupt" in errors
    assert _processes_with(str(path)) == []
    assert list((tmp_path / "recordings").iterdir()) == []


def test_a_record_that_cannot_be_written_leaves_the_datastore_and_says_where(write, tmp_path, monkeypatch):
    @contextmanager
    def refuse(path):
        # Other runs are recorded meanwhile, by other threads.
        if path.is_relative_to(tmp_path):
            raise OSError(errno.ENOSPC, "No space left on device")
        with atomic_write(path) as draft:
            yield draft

    monkeypatch.setattr("manim_metaflow.facts.recording.recordings.atomic_write", refuse)
    path = write(ONE)
    with pytest.raises(RunError) as caught:
        record_run(path)
    (store,) = (tmp_path / "recordings").iterdir()
    assert "cannot be written (No space left on device). Its datastore is in " in str(caught.value)
    assert str(store) in str(caught.value)
    named = str(caught.value).partition(":")[0]
    assert load_run(named, root=store).status == "successful"


def test_a_flow_in_a_file_that_does_not_run_it_is_run_all_the_same(write):
    path = write(ONE.partition("if __name__")[0] + ONE.partition("if __name__")[0].replace("One", "Other"))
    record = record_run(f"{path}:Other")
    assert (record.flow.name, record.status) == ("Other", "successful")
    assert [t.path for t in record.tasks] == ["only/1"]
    assert record.flow.file == "my_flow.py"


def test_several_flows_in_a_file_need_a_name(write):
    # Of a file that runs one of them, that is the one.
    body = ONE.partition("if __name__")[0]
    path = write(body + body.replace("One", "Other"))
    with pytest.raises(FlowError, match=r"more than one flow: One, Other"):
        record_run(path)


def test_a_class_stands_for_its_file(monkeypatch, write):
    path = write(ONE, "one_flow.py")
    monkeypatch.syspath_prepend(path.parent)
    module = import_module("one_flow")
    file = FlowFile.of(module.One)
    assert (file.path, file.class_name) == (path, "One")


def test_a_class_that_inherits_its_steps_stands_for_its_own_file(monkeypatch, write):
    path = write(ONE, "one_flow.py")
    write("def helper(self):\n    return 1\n", "tools.py")
    child = write(
        "import tools\nfrom one_flow import One\nclass Child(One):\n    helper = tools.helper\n",
        "child_flow.py",
    )
    monkeypatch.syspath_prepend(path.parent)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    module = import_module("child_flow")
    file = FlowFile.of(module.Child)
    assert (file.path, file.class_name, file.text) == (child, "Child", child.read_text())


def test_a_class_inside_a_function_cannot_be_run(tmp_path):
    from metaflow import FlowSpec, step

    class Inside(FlowSpec):
        @step
        def only(self):
            pass

    with pytest.raises(FlowError, match=r"Inside: defined inside a function. Move the class to the top of"):
        record_run(Inside, recordings=tmp_path)


def test_no_path_of_this_machine_is_in_a_recording(runs):
    for name in ("linear", "retries", "resumed", "unpicklable"):
        text = runs[name].recording.read_text()
        assert not re.search(re.escape(str(FLOWS.parent)) + "|" + re.escape(str(runs.folder)), text)


def _forbidden(*_, **__):
    raise AssertionError("a process was started")


def _wait_for(path: Path) -> None:
    for _ in range(300):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} never came")


def _processes_with(text: str) -> list[str]:
    """Command lines of live processes that mention ``text``."""
    found = []
    for process in psutil.process_iter(["pid", "status", "cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        alive = process.info["status"] != psutil.STATUS_ZOMBIE and process.info["pid"] != os.getpid()
        if alive and text in line:
            found.append(line)
    return found
