"""A run that has been made is kept, and nothing of the user's is replaced by it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from manim_metaflow.errors import UsageError
from manim_metaflow.facts import FlowInfo, RunRecord, load_recording, load_run, record_run
from manim_metaflow.facts.recording.arguments import top_level_first
from manim_metaflow.facts.recording.output import read_output
from manim_metaflow.facts.recording.recordings import Output, put_recording, scratch_store
from manim_metaflow.utils.own_folders import MARK, sweep

TINY = FlowInfo(name="Tiny", steps=(), edges=(), start="start", end="end")
RUN = RunRecord(flow=TINY, run_id="1", status="successful", tasks=())

RAISES = """
import subprocess
from metaflow import FlowSpec, step

class Raises(FlowSpec):
    @step
    def only(self):
        print("x" * 5000)
        raise FileNotFoundError("cannot open caf\\udce9.csv")

if __name__ == "__main__":
    Raises()
"""


def put(path: Path, run_id: str = "1", *, keep_store: bool = True, force: bool = False) -> RunRecord:
    """Keep a record of a run and its store as if it had just been made."""
    with scratch_store(path.parent) as store:
        (store / ".metaflow").mkdir()
        (store / ".metaflow" / "run").write_text(run_id)
        return put_recording(replace(RUN, run_id=run_id), store, Output(path, keep_store, force))


def test_a_record_of_an_earlier_call_is_replaced_with_its_datastore(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    for run_id in "12":
        assert load_recording(put(path, run_id).recording or "").run_id == run_id
        assert (tmp_path / "run.store" / ".metaflow" / "run").read_text() == run_id
    put(path, "3", keep_store=False)
    assert [each.name for each in tmp_path.iterdir()] == ["run.json"]


def test_a_file_or_folder_of_the_users_is_not_replaced(tmp_path: Path) -> None:
    path, store = tmp_path / "run.json", tmp_path / "run.store"
    path.write_text('{"mine": 1}')
    with pytest.raises(UsageError, match=r"run.json is not a record.* recorded is in .*run-1.json"):
        put(path)
    path.unlink()
    put(path, "1")
    (store / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes.txt was put into it"):
        put(path, "2")
    assert (load_recording(path).run_id, (store / "notes.txt").read_text()) == ("1", "mine")
    assert load_recording(tmp_path / "run-2.json").run_id == "2"
    assert (tmp_path / "run-2.store" / ".metaflow" / "run").read_text() == "2"
    (store / MARK).unlink()
    with pytest.raises(UsageError, match=r"run.store would be replaced, and nothing in it says"):
        put(path, "2", keep_store=False)
    assert {each.name for each in tmp_path.iterdir()} == {
        "run.json", "run.store", "run-1.json", "run-1.store", "run-2.json",
    }  # fmt: skip
    put(path, "3", force=True)
    assert not (store / "notes.txt").exists()


def test_writers_of_one_name_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: put(path, str(number)), range(32)))
    kept = (tmp_path / "run.store" / ".metaflow" / "run").read_text()
    assert load_recording(path).run_id == kept
    assert sorted(each.name for each in tmp_path.iterdir()) == ["run.json", "run.store"]


def test_an_exception_that_is_no_text_is_kept_and_a_long_line_is_cut(write: Callable[..., Path]) -> None:
    record = record_run(write(RAISES, "raises.py"), storage=True)
    assert record.tasks[0].exception is not None
    assert record.tasks[0].exception.message == "cannot open caf\\udce9.csv"
    assert record.recording is not None
    assert load_recording(record.recording) == record
    assert max(map(len, record.console)) <= 1000
    assert [note for note in record.notes if note.startswith("what was printed is cut: of ")]
    assert record.storage is not None


def test_a_run_that_cannot_be_read_is_kept_with_a_note(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise TypeError("'<' not supported")

    with monkeypatch.context() as patch:
        patch.setattr("manim_metaflow.facts.recording.made.read_run", broken)
        patch.setattr("manim_metaflow.facts.recording.made.load_storage", broken)
        record = record_run(write(RAISES, "raises.py"), storage=True)
    assert (record.status, record.tasks, record.storage) == ("failed", (), None)
    assert record.notes[:2] == (
        "its tasks could not be read (TypeError: '<' not supported)",
        "what it left in storage could not be read (TypeError: '<' not supported)",
    )
    assert record.recording is not None
    assert load_recording(record.recording) == record
    stored = load_run(f"Raises/{record.run_id}", root=record.recording.with_suffix(".store"))
    assert [task.path for task in stored.tasks] == ["only/1"]


@pytest.mark.parametrize("moment", range(1, 9))
def test_a_kill_at_any_moment_leaves_the_old_run_or_the_new(tmp_path: Path, moment: int) -> None:
    path = tmp_path / "run.json"
    put(path, "1")
    if (child := os.fork()) == 0:
        replace_file, calls = os.replace, iter(range(2, 100))

        def replace_then_die(source: str, target: str) -> None:
            replace_file(source, target)
            if next(calls) > moment:
                os.kill(os.getpid(), signal.SIGKILL)

        os.replace = replace_then_die  # type: ignore[assignment]
        put(path, "2")
        os._exit(0)
    killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert killed == (moment < 7), "the number of files that are moved has changed: so should the moments"
    sweep(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["run.json", "run.store"]
    kept = (tmp_path / "run.store" / ".metaflow" / "run").read_text()
    assert load_recording(path).run_id == kept
    assert kept == "2" or killed


@pytest.mark.parametrize("text", ["", "one\ntwo\n", "one\ntwo"])
def test_a_short_output_is_kept_whole(tmp_path: Path, text: str) -> None:
    log = tmp_path / "log"
    log.write_text(text)
    assert read_output(log, 2) == (text.splitlines(), text.splitlines(), "")


def test_of_a_long_output_both_ends_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("begin\n" + "é" * 3_000_000 + "\n" + "end\n")
    first, last, cut = read_output(log, 400)
    assert (first[0], last[-1]) == ("begin", "end")
    assert sum(map(len, first + last)) < 5000
    assert cut == "of 6.0 MB the first 2 lines are kept, up to 1000 letters of each"


def test_only_options_of_metaflow_itself_stand_before_the_command() -> None:
    asked = ("--mode", "run", "--config-value", "cfg", json.dumps({"a": 1}), "--with", "retry")
    assert top_level_first("run", asked) == (
        "--config-value", "cfg", '{"a": 1}', "run", "--mode", "run", "--with", "retry",
    )  # fmt: skip
    assert top_level_first("run", ("--config=cfg", "x.json", "run")) == ("--config=cfg", "x.json", "run")
