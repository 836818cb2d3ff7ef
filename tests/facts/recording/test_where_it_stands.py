"""A flow is recorded in its own folder, as its author runs it, and still away from this user's Metaflow."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from trees import tree

from manim_metaflow.errors import FlowError, RunError, UsageError
from manim_metaflow.facts import RunRecord, record_run

STANDS = """
import os
from metaflow import Config, FlowSpec, Parameter, card, current, step
import beside

class Stands(FlowSpec):
    settings = Config("settings", default="config.json")
    alpha = Parameter("alpha", default=1)

    @card
    @step
    def only(self):
        with open("written.txt", "w") as file:
            file.write("by the flow")
        print(self.settings.size, open("data.csv").read(), beside.VALUE, self.alpha, os.environ.get("MINE"))
        print(current.username, os.environ.get("METAFLOW_PROFILE"), os.getcwd())

if __name__ == "__main__":
    Stands()
"""

CLIENT = """
import sys
from metaflow import Flow, metadata, namespace
from metaflow.cards import get_cards

metadata(f"local@{sys.argv[1]}")
namespace(None)
(run,) = Flow("Stands")
task = run["only"].task
print(run.id, run.successful, task["alpha"].data, task.data.settings["size"], len(get_cards(task)))
print(task.stdout.splitlines()[0])
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A flow with the files that it reads, and a user who runs it from elsewhere."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "stands.py").write_text(STANDS)
    (folder / "config.json").write_text('{"size": 3}')
    (folder / "prod.json").write_text('{"size": 9}')
    (folder / "data.csv").write_text("a,b")
    (folder / "beside.py").write_text("VALUE = 7")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("MINE", "yes")
    monkeypatch.setenv("METAFLOW_PROFILE", "company")
    return folder


def printed(record: RunRecord) -> tuple[str, ...]:
    assert record.status == "successful", record.console
    return record.tasks[0].attempts[0].stdout


def test_it_finds_what_is_beside_it_and_metaflows_client_reads_what_is_kept(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_run(folder / "stands.py", "--alpha", "4")
    assert printed(record) == ("3 a,b 7 4 yes", f"manim None {folder}")
    assert (folder / "written.txt").read_text() == "by the flow"
    assert {path.name for path in folder.iterdir()} == {
        "beside.py", "config.json", "data.csv", "prod.json", "recordings", "stands.py", "written.txt",
    }  # fmt: skip
    assert list(Path.cwd().iterdir()) == []
    assert record.recording is not None
    store = record.recording.with_suffix(".store")
    before = tree(store)
    monkeypatch.delenv("METAFLOW_PROFILE")
    monkeypatch.setenv("METAFLOW_CLIENT_CACHE_PATH", str(tmp_path / "cache"))
    client = subprocess.run(
        [sys.executable, "-c", CLIENT, str(store)], capture_output=True, text=True, check=False
    )
    assert client.stdout == f"{record.run_id} True 4 3 1\n3 a,b 7 4 yes\n", client.stderr
    assert tree(store) == before


def test_settings_of_the_project_are_not_read_and_its_datastore_is_not_touched(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Metaflow reads .metaflow/config.json above the working folder, and writes cards into that .metaflow."""
    (folder / ".metaflow").mkdir()
    settings = {"METAFLOW_USER": "leaked", "METAFLOW_DEFAULT_DATASTORE": "nonsense"}
    (folder / ".metaflow" / "config.json").write_text(json.dumps(settings))
    before = tree(folder / ".metaflow")
    monkeypatch.setenv("METAFLOW_RUN_ALPHA", "5")
    record = record_run(folder / "stands.py", "--config", "settings", "prod.json")
    assert printed(record) == ("9 a,b 7 5 yes", f"manim None {folder}")
    assert record.command == ("--config", "settings", "prod.json", "run")
    assert tree(folder / ".metaflow") == before


def test_it_can_run_in_another_folder_or_in_a_sandbox(folder: Path, tmp_path: Path) -> None:
    source = STANDS.replace('Config("settings", default="config.json")', "{'size': 0}")
    source = source.replace("self.settings.size, open", "sorted(os.listdir()), os.path.exists")
    source = source.replace(".read(), beside.VALUE", "")
    (folder / "stands.py").write_text(source)
    other = tmp_path / "other"
    other.mkdir()
    (other / "data.csv").touch()
    flow = folder / "stands.py"
    assert "['data.csv', 'written.txt'] True" in printed(record_run(flow, cwd=other))[0]
    files = set(tree(folder))
    assert "data.csv" not in printed(record_run(flow, sandbox=True, fresh=True))[0]
    assert "written.txt" not in files | set(tree(folder))
    with pytest.raises(UsageError, match="either in a folder"):
        record_run(flow, cwd=other, sandbox=True)
    with pytest.raises(UsageError, match="nowhere: no such folder"):
        record_run(flow, cwd="nowhere")


@pytest.mark.parametrize(
    ("first", "error", "message"),
    [
        ("import time; time.sleep(40)", RunError, r"stands.py: still being imported after 2 s; stopped"),
        ("import os; print('bye'); os._exit(3)", FlowError, r"it ends Python \(exit code 3\).\nbye"),
        ("1 / 0", FlowError, r"stands.py:1: cannot be imported: ZeroDivisionError"),
    ],
    ids=["hangs", "ends Python", "raises"],
)
def test_an_import_does_what_it_does_to_a_process_of_its_own(
    write: Callable[..., Path], tmp_path: Path, first: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        record_run(write(first + STANDS, "stands.py"), timeout=2 if "sleep" in first else None)
    assert list((tmp_path / "recordings").iterdir()) == []


def test_an_import_that_changes_the_folder_does_not_move_the_recording(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    flow = "import os; os.chdir('/')\nfrom metaflow import FlowSpec, step\n"
    flow += "class Moves(FlowSpec):\n    @step\n    def only(self):\n        pass\n"
    write(flow + "if __name__ == '__main__':\n    Moves()\n", "moves.py")
    record = record_run("moves.py", recordings="here")
    assert [path.suffix for path in sorted((tmp_path / "here").iterdir())] == [".json", ".store"]
    assert record.recording is not None
    assert record.recording.resolve().is_file()
