"""Commands that make no run: what Metaflow says is recorded, and read again."""

from __future__ import annotations

from contextlib import contextmanager

from manim_metaflow import record_run
from manim_metaflow.code import console_story
from manim_metaflow.facts import list_recordings
from manim_metaflow.facts.recording import request
from manim_metaflow.runs import CommandRecord, record_command

FLOW = "tests/flows/linear.py"


def test_a_command_is_recorded_once_and_read_again(tmp_path, monkeypatch):
    first = record_command(FLOW, "show", recordings=tmp_path)
    assert (first.code, first.flow_name, first.command) == (0, "LinearFlow", ("show",))
    assert "Step start" in first.console
    assert list_recordings(tmp_path) == []  # only runs are listed
    monkeypatch.setattr(request, "run_child", None)
    assert record_command(FLOW, "show", recordings=tmp_path) == first
    assert CommandRecord.from_json(first.to_json()) == first


def test_what_metaflow_refuses_is_part_of_the_record(tmp_path):
    refused = record_command(FLOW, "run", "--with", "kubernetes", recordings=tmp_path)
    assert refused.code == 1
    assert any("requires --datastore=s3" in line for line in refused.console)


def test_it_finds_the_datastore_of_a_run_and_a_setting_is_entered_once(tmp_path):
    run = record_run(FLOW, recordings=tmp_path)
    entered = []

    @contextmanager
    def setting():
        entered.append(True)
        yield {"SOME_URL": "http://127.0.0.1:1"}

    records = [
        record_command(FLOW, "dump", f"{run.run_id}/start/1", after=run, setting=setting) for _ in range(2)
    ]
    assert records[0] == records[1]
    assert entered == [True]
    assert any(line.startswith("raw [size:") for line in records[0].console)


def test_a_console_is_shortened_to_its_story():
    lines = [
        "Metaflow 2.19.39 executing F for user:manim",
        "Validating your flow...",
        "    The graph looks good!",
        "Workflow starting (run-id 1):",
        "[1/fit/2] <flow F step fit> failed:",
        "[1/fit/2] Internal error",
        "[1/fit/2] Traceback (most recent call last):",
        '[1/fit/2] File "f.py", line 3, in fit',
        "[1/fit/2] NameError: name 'x' is not defined",
        "[1/fit/2]",
        "[1/fit/2] Task failed.",
        "Workflow failed.",
        "Terminating 0 active tasks...",
    ]
    assert console_story(lines) == [
        "Workflow starting (run-id 1):",
        "[1/fit/2] <flow F step fit> failed:",
        "...",
        "[1/fit/2] NameError: name 'x' is not defined",
        "Workflow failed.",
    ]
