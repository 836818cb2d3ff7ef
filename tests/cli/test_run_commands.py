"""record, replay and show: real runs, from a shell, and nothing else touched."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import av
import psutil
import pytest
from forked import PROGRAM, command as run
from PIL import Image
from trees import tree

from manim_metaflow.facts import load_recording

FLOWS = Path(__file__).parents[1] / "flows"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a failed run of a flow, recorded from the command line."""
    folder = tmp_path_factory.mktemp("run")
    shutil.copy(FLOWS / "resume_flow.py", folder)
    done = run("record", "resume_flow.py", "-o", "run.json", cwd=folder, FAIL="1")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "run.json\n"
    assert "failed, 3 tasks executed" in done.stderr
    return folder


def test_record_keeps_the_record_and_its_store(folder: Path) -> None:
    record = load_recording(folder / "run.json")
    assert record.status == "failed"
    assert (folder / "run.store" / ".metaflow" / "ResumeFlow" / record.run_id).is_dir()
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []


def test_record_passes_decorators_and_parameters_on(tmp_path: Path) -> None:
    shutil.copy(FLOWS / "linear.py", tmp_path)
    words = (
        "record",
        "linear.py",
        "-o",
        "r.json",
        "--with",
        "retry",
        "--discard-store",
        "--",
        "--alpha",
        "4",
    )
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert load_recording(tmp_path / "r.json").command == ("run", "--with", "retry", "--alpha", "4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["linear.py", "r.json"]


@pytest.mark.parametrize("theirs", ["run.json", "run.store/notes.txt", "run.store"])
def test_record_replaces_nothing_of_the_users(tmp_path: Path, theirs: str) -> None:
    shutil.copy(FLOWS / "one_step.py", tmp_path)
    (tmp_path / theirs).parent.mkdir(exist_ok=True)
    (tmp_path / theirs).write_text('{"mine": 1}')
    before = tree(tmp_path)
    done = run("record", "one_step.py", "-o", "run.json", cwd=tmp_path)
    assert done.returncode == 2
    assert theirs.partition("/")[0] in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(tmp_path) == before


def test_record_replaces_its_own_records_and_what_it_is_told_to(tmp_path: Path) -> None:
    shutil.copy(FLOWS / "one_step.py", tmp_path)
    (tmp_path / "one_step.json").write_text('{"mine": 1}')
    for options in (("--force",), ()):
        done = run("record", "one_step.py", *options, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, "one_step.json\n"), done.stderr
    record = load_recording(tmp_path / "one_step.json")
    assert record.storage is not None
    assert (tmp_path / "one_step.store" / ".metaflow" / record.flow.name / record.run_id).is_dir()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "one_step.json", "one_step.py", "one_step.store",
    ]  # fmt: skip


def test_record_resumes_a_record_with_the_file_as_it_is_now(folder: Path) -> None:
    before = tree(folder / "run.store")
    done = run("record", "resume_flow.py", "--resume", "run.json", "-o", "resumed.json", cwd=folder)
    assert done.returncode == 0, done.stderr
    resumed = load_recording(folder / "resumed.json")
    assert resumed.origin_run_id == load_recording(folder / "run.json").run_id
    assert sorted(task.step for task in resumed.cloned) == ["middle", "start"]
    assert tree(folder / "run.store") == before


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("record", "nowhere.py"), 2, "nowhere.py"),
        (("record", "resume_flow.py", "-o", "no/such/run.json"), 2, "there is no folder"),
        (("record", "resume_flow.py", "-o", "run.txt"), 2, "its suffix must be .json (a record)"),
        (("record", "resume_flow.py", "--step", "risky", "-o", "x.json"), 2, "Give --resume too"),
        (("record", "resume_flow.py", "-o", "x.json", "--", "--beta", "3"), 1, "beta"),
        (("replay", "resume_flow.py", "-o", "x.mp4"), 2, "not a run"),
        (("replay", "run.json", "-o", "x.avi"), 2, "its suffix must be one of"),
        (("replay", "ResumeFlow/7", "-o", "x.mp4", "--root", "run.store"), 2, "no such run"),
        (("show", "NoFlow/7", "--root", "run.store"), 2, "no run of NoFlow here"),
        (("show", "gone.json"), 2, "no such file"),
    ],
)
def test_what_cannot_be_done_is_one_message(
    folder: Path, words: tuple[str, ...], code: int, message: str
) -> None:
    before = tree(folder)
    done = run(*words, cwd=folder)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert {name: it for name, it in tree(folder).items() if "__pycache__" not in name} == before


def test_a_resume_without_its_store_says_so(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "run.json", tmp_path)
    shutil.copy(FLOWS / "resume_flow.py", tmp_path)
    done = run("record", "resume_flow.py", "--resume", "run.json", "-o", "x.json", cwd=tmp_path)
    assert done.returncode == 1
    assert "its datastore is gone" in done.stderr
    assert not (tmp_path / "x.json").exists()


def test_show_lists_tasks_of_a_run_in_a_datastore_and_of_a_record(folder: Path) -> None:
    record = load_recording(folder / "run.json")
    stored = run("show", f"ResumeFlow/{record.run_id}", "--root", "run.store", cwd=folder)
    kept = run("show", "run.json", cwd=folder)
    for done in (stored, kept):
        assert done.returncode == 0, done.stderr
        assert f"ResumeFlow/{record.run_id}  failed  3 executed" in done.stdout
        assert "✗ failed" in done.stdout
        assert "RuntimeError: risky failed" in done.stdout
        assert "never reached" in done.stdout
    said = json.loads(run("show", "run.json", "--json", cwd=folder).stdout)
    assert said["record"]["run_id"] == record.run_id


def test_what_reads_a_run_changes_nothing_of_the_users(folder: Path, tmp_path: Path) -> None:
    """Not the configured datastore, ``latest_run`` included, nor the home, nor where the command runs."""
    run_id = load_recording(folder / "run.json").run_id
    store, home, here = folder / "run.store", tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    env = {
        "HOME": str(home),
        "METAFLOW_HOME": str(home / ".metaflowconfig"),
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(store),
    }
    before = tree(store)
    assert ".metaflow/ResumeFlow/latest_run" in before
    named = f"ResumeFlow/{run_id}"
    for words in (
        ("show", named),
        ("show", named, "--json"),
        ("show", named, "--artifacts", "--values"),
        ("compare", named, named),
        ("replay", named, "-o", tmp_path / "run.mp4", "-q", "l", "--speed", "20"),
    ):
        done = run(*words, cwd=here, **env)
        assert done.returncode == 0, done.stderr
        assert run_id in done.stdout or words[0] == "replay"
        assert (words, tree(store)) == (words, before)
        assert (words, tree(home), tree(here)) == (words, {}, {})


@pytest.mark.parametrize("view", ["graph", "timeline", "both"])
def test_replay_makes_a_film_and_leaves_the_datastore_as_it_was(folder: Path, view: str) -> None:
    record = load_recording(folder / "run.json")
    before = tree(folder / "run.store")
    words = ("--root", "run.store", "-o", f"{view}.mp4", "-q", "l", "--view", view, "--speed", "4")
    done = run("replay", f"ResumeFlow/{record.run_id}", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{view}.mp4\n"
    assert done.stderr == ""
    with av.open(str(folder / f"{view}.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) > 30
    assert tree(folder / "run.store") == before


def test_the_newest_run_of_a_flow_is_replayed_by_the_flows_name(folder: Path, tmp_path: Path) -> None:
    words = ("replay", "ResumeFlow", "--root", folder / "run.store", "-o", "frame.png", "-r", "160,90")
    done = run(*words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "frame.png\n"), done.stderr
    with Image.open(tmp_path / "frame.png") as frame:
        assert frame.size == (160, 90)


def test_the_newest_run_of_a_flow_is_shown_by_the_flows_name(folder: Path) -> None:
    record = load_recording(folder / "run.json")
    for name in ("ResumeFlow", "ResumeFlow/latest"):
        done = run("show", name, "--root", "run.store", cwd=folder)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"ResumeFlow/{record.run_id}  failed")


def test_errors_of_a_command_speak_of_its_options(folder: Path, tmp_path: Path) -> None:
    said = run("show", "ResumeFlow/1", cwd=tmp_path, METAFLOW_DEFAULT_DATASTORE="s3").stderr
    assert "Set it, or give --root." in said
    assert "--root is for runs in a datastore" in run("show", "run.json", "--root", ".", cwd=folder).stderr
    text = run("show", "--help", cwd=folder).stdout
    for place in ("folder that holds .metaflow", "s3://", "azure://", "gs://"):
        assert place in " ".join(text.split())


@pytest.mark.parametrize(
    ("words", "suffix"),
    [
        (("draw", "run.json"), ".png"),
        (("replay", "run.json", "--at", "0.5s"), ".png"),
        (("compare", "run.json", "run.json"), ".png"),
        (("compare", "run.json", "run.json", "--fps", "5"), ".gif"),
    ],
)
def test_a_picture_of_a_record_is_written(folder: Path, words: tuple[str, ...], suffix: str) -> None:
    name = f"{'-'.join(words[::2])}{suffix}".replace("/", "")
    done = run(*words, "-o", name, "-q", "l", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{name}\n", "")
    with Image.open(folder / name) as picture:
        assert picture.format == suffix[1:].upper()
        picture.seek(getattr(picture, "n_frames", 1) - 1)  # a film begins with an empty frame
        assert len(picture.convert("L").getcolors()) > 10
    (folder / name).unlink()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("draw run.json -o x.mp4", "draw makes a still of its end, .png, and replay makes a film"),
        ("draw resume_flow.py --root .", "is a flow; --root is for runs"),
        ("replay run.json -o x.mp4 --at 1", "--at draws one moment as a still"),
        ("replay run.json --at 1", "--at draws one moment as a still"),
        ("replay run.json -o x.png --at 1e9s", "It has no moment at 1e+09 s"),
        ("replay run.json -o x.png --at soon", "Invalid value for '--at'"),
        ("compare run.json run.json -o x.png --json", "Give one of them"),
        ("compare run.json run.json --quality l", "need a file to write"),
    ],
)
def test_options_that_do_not_go_together_are_refused(folder: Path, words: str, message: str) -> None:
    before = tree(folder)
    done = run(*words.split(), cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert tree(folder) == before


@pytest.mark.parametrize(
    ("number", "after"),
    [
        *((signal.SIGINT, after) for after in (0.4, 1.2, 1.8, 3.6)),
        *((signal.SIGTERM, after) for after in (1.2, 2.6)),
        *((signal.SIGHUP, after) for after in (1.8, 3.6)),
    ],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else str(value),
)
def test_an_interrupted_record_leaves_nothing(tmp_path: Path, number: signal.Signals, after: float) -> None:
    shutil.copy(FLOWS / "foreach.py", tmp_path)
    child = subprocess.Popen(
        [PROGRAM, "record", "foreach.py", "-o", "run.json"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(after)
    started = psutil.Process(child.pid).children(recursive=True) if child.poll() is None else []
    child.send_signal(number)
    child.communicate(timeout=30)
    assert [process for process in started if process.is_running() and process.status() != "zombie"] == []
    left = sorted(path.name for path in tmp_path.iterdir() if path.name != "__pycache__")
    assert left in (["foreach.py"], ["foreach.py", "run.json", "run.store"])
