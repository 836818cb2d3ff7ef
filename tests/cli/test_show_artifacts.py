"""``manim-metaflow show RUN --artifacts``: what it prints of a run, of a record, and of damage."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from manim_metaflow.cli import main
from manim_metaflow.facts import RunRecord, StorageRecord, load_recording, load_storage, record_run
from manim_metaflow.utils.units import readable_size

TESTS = Path(__file__).parents[1]
FLOW = TESTS / "flows" / "linear.py"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    return record_run(FLOW, recordings=tmp_path_factory.mktemp("shown"), storage=True)


def root(made: RunRecord) -> Path:
    return made.recording.with_suffix(".store")


def show(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["show", *map(str, arguments), "--artifacts"])


def lines_of(result: Result, task: str) -> dict[str, list[str]]:
    """Name to cells of the table below a task's path."""
    lines = result.stdout.splitlines()
    start = lines.index(task) + 2
    rows = [re.split(r"\s{2,}", line.strip()) for line in lines[start : lines.index("", start)]]
    return {row[0]: row[1:] for row in rows}


def test_each_name_has_its_key_its_sizes_and_its_way(made: RunRecord) -> None:
    result = show(f"LinearFlow/{made.run_id}", "--root", root(made))
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(f"LinearFlow/{made.run_id}\n")
    held = load_storage("LinearFlow", root=root(made))
    for task in held.tasks:
        rows = lines_of(result, task.path) if task.last.artifacts else {}
        assert rows == {
            entry.name: [
                entry.sha[:12],
                readable_size(entry.size),
                readable_size(held.blob(entry.sha).size),
                entry.type_name,
                entry.change if entry.source is None else f"{entry.change} from {entry.source}",
            ]
            for entry in task.last.artifacts
        }
    totals = held.totals()
    assert f"{totals.entries} names stand for {readable_size(totals.written)}" in result.stdout
    assert f"Deduplication saved {readable_size(totals.saved)}." in result.stdout


def test_values_are_shown_when_asked_for(made: RunRecord) -> None:
    said = {
        way: lines_of(show(f"LinearFlow/{made.run_id}", "--root", root(made), *way), "use/3")
        for way in ((), ("--values",))
    }
    assert said["--values",]["raw"][-1] == "[1, 2, 3, 4]"
    assert "[1, 2, 3, 4]" not in said[()]["raw"]


def test_json_is_the_record(made: RunRecord) -> None:
    result = show(f"LinearFlow/{made.run_id}", "--root", root(made), "--json")
    assert StorageRecord.from_json(result.stdout) == load_storage("LinearFlow", root=root(made))
    assert json.loads(result.stdout)["kind"] == "StorageRecord"


def test_a_record_is_shown_without_its_store(made: RunRecord, tmp_path: Path) -> None:
    alone = tmp_path / "alone.json"
    shutil.copy(made.recording, alone)
    result = show(alone, "--json")
    assert StorageRecord.from_json(result.stdout) == made.storage


def test_damage_is_named(made: RunRecord, tmp_path: Path) -> None:
    shutil.copytree(root(made), tmp_path / "store")
    sha = made.storage["use/3"].last["raw"].sha
    (tmp_path / "store" / ".metaflow" / made.storage.blob(sha).path).unlink()
    result = show(f"LinearFlow/{made.run_id}", "--root", tmp_path / "store")
    assert result.exit_code == 0
    assert lines_of(result, "use/3")["raw"][2] == "missing"
    assert f"damaged: {sha}: its blob is missing from the store" in result.stdout


def recorded_alone(folder: Path) -> Path:
    """Copy a recording that was made without ``storage=`` to where its datastore is not."""
    recordings = sorted((TESTS / "recordings").glob("LinearFlow-*.json"))
    return Path(shutil.copy(recordings[0], folder / "alone.json"))


def test_a_record_without_storage_shows_the_artifacts_that_every_record_has(tmp_path: Path) -> None:
    path = recorded_alone(tmp_path)
    result = show(path)
    assert result.exit_code == 0, result.stderr
    for task in load_recording(path).tasks:
        assert {name: cells[0] for name, cells in lines_of(result, task.path).items()} == {
            artifact.name: artifact.sha[:12] for artifact in task.artifacts
        }


def test_a_record_is_shown_from_the_datastore_that_is_kept_beside_it(made: RunRecord, tmp_path: Path) -> None:
    plain = tmp_path / "run.json"
    plain.write_text(replace(made, storage=None).to_json())
    shutil.copytree(root(made), tmp_path / "run.store")
    stored = show(f"LinearFlow/{made.run_id}", "--root", root(made), "--values")
    beside = show(plain, "--values")
    assert (beside.exit_code, beside.stdout) == (0, stored.stdout)


def test_what_cannot_be_shown_is_said_in_one_line(made: RunRecord, tmp_path: Path) -> None:
    wrong = show(FLOW)
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "a Python file, not a run" in wrong.stderr
    valueless = show(recorded_alone(tmp_path), "--values")
    assert valueless.exit_code == 2
    assert "the record has keys and sizes of artifacts, not their values" in valueless.stderr
    absent = show("LinearFlow/12", "--root", root(made))
    assert (absent.exit_code, "no such run" in absent.stderr) == (2, True)
    assert "Traceback" not in wrong.output + valueless.output + absent.output
