"""``manim-metaflow compare`` says what the comparison says, and reads without writing."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from manim_metaflow.cli import main
from manim_metaflow.facts import RunRecord, compare_runs, record_run
from manim_metaflow.facts.run.compare import RunComparison

FLOW = """
from metaflow import FlowSpec, step

class Two(FlowSpec):
    @step
    def start(self):
        self.made = 1
        self.next(self.end)

    @step
    def end(self):
        self.last = 1
"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunRecord, RunRecord]:
    folder = tmp_path_factory.mktemp("pair")
    (folder / "old.py").write_text(FLOW)
    (folder / "new.py").write_text(FLOW.replace("self.last = 1", "self.last = 2"))
    before = record_run(folder / "old.py", recordings=folder)
    return before, record_run(folder / "new.py", recordings=folder, after=before)


def compare(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["compare", *map(str, arguments)], env={"COLUMNS": "160"})


def test_recordings_are_compared_step_by_step(pair):
    before, after = pair
    result = compare(before.recording, after.recording)
    assert result.exit_code == 0
    lines = [line.split() for line in result.output.splitlines()]
    assert lines[0] == ["Two:", before.run_id, "and", after.run_id]
    assert lines[2] == ["start", "=", "=", "=", "yes", "executed", "1", "0", "of", "1"]
    assert lines[3] == [
        "end",
        "≠",
        "end",
        "=",
        "=",
        "no:",
        "code",
        "changed",
        "executed",
        "1",
        "1",
        "of",
        "1",
    ]
    assert result.output.endswith(
        "1 of 2 steps could have been reused. Metaflow executed 2 and cloned 0 tasks.\n"
    )


def test_json_is_the_comparison(pair):
    result = compare(pair[0].recording, pair[1].recording, "--json")
    assert RunComparison.from_json(result.output) == compare_runs(*pair)
    assert json.loads(result.output)["record"]["steps"][0]["reusable"] is True


def test_runs_of_a_datastore_are_read_and_left_as_they_are(pair):
    before, after = pair
    root = after.recording.with_suffix(".store")
    found = {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in root.rglob("*")}
    result = compare(f"Two/{before.run_id}", f"Two/{after.run_id}", "--root", root)
    assert result.exit_code == 0
    assert "unknown: code and environment not known" in result.output
    assert {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in root.rglob("*")} == found


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["two.py", "Two/1"], 2, "two.py: a Python file, not a run. Give a record (run.json), a run ("),
        (["none.json", "none.json"], 2, "none.json: no such file."),
        (["Two/1", "Two/2", "--root", os.devnull], 2, "no Metaflow datastore here"),
        (["Two/1"], 2, "Missing argument 'AFTER'"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_message(arguments, code, said):
    result = compare(*arguments)
    assert (result.exit_code, "Traceback" in result.output) == (code, False)
    assert said in result.output + result.stderr


def test_runs_of_different_flows_are_refused(pair, tmp_path):
    (tmp_path / "other.py").write_text(FLOW.replace("Two", "Other"))
    other = record_run(tmp_path / "other.py", recordings=tmp_path)
    result = compare(pair[0].recording, other.recording)
    assert result.exit_code == 2
    assert "different flows" in result.stderr
