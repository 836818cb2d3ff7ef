"""A run whose process is gone is told from one that is still going, where the store can tell."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fact_runs import Runs
from metadata_service import service

from manim_metaflow.facts import RunRecord
from manim_metaflow.facts.run.outcome import failure_reason
from manim_metaflow.facts.run.reader import read_run
from manim_metaflow.facts.store.datastore import Datastore
from manim_metaflow.facts.store.files import LocalFiles
from manim_metaflow.facts.store.metadata import FolderMetadata, RunMetadata, ServiceMetadata


class Heartbeats(FolderMetadata):
    """Metadata in folders, with the heartbeat that a metadata service would have beside it."""

    seconds_ago: float | None = None

    def run(self, run_id: str) -> RunMetadata:
        beat = None if self.seconds_ago is None else time.time() - self.seconds_ago
        return replace(super().run(run_id), heartbeat=beat)


@pytest.fixture
def unfinished(runs: Runs, tmp_path: Path) -> Path:
    """Copy a real run without its last task, and with its second last not yet stored."""
    root = shutil.copytree(runs.store("linear"), tmp_path / ".metaflow")
    run = root / "LinearFlow" / runs["linear"].run_id
    shutil.rmtree(run / "end")
    for file in (run / "use" / "3").iterdir():
        if file.suffix in (".lock", ".runtime") or file.name.endswith((".data.json", "task_end")):
            file.unlink()
    return root


def read(root: Path, seconds_ago: float | None) -> RunRecord:
    files = LocalFiles(str(root))
    metadata = Heartbeats(files, "LinearFlow")
    metadata.seconds_ago = seconds_ago
    store = Datastore(files, metadata, "LinearFlow")
    return read_run(store, store.need_run(None))


def test_a_run_without_heartbeats_for_a_minute_was_stopped(unfinished: Path) -> None:
    record = read(unfinished, 90)
    assert (record.status, record["use/3"].state) == ("failed", "killed")
    (note,) = (note for note in record.notes if note.startswith("the run was stopped"))
    assert "its last heartbeat came 90 s before it was read" in note
    assert failure_reason(record) == "task use/3 was killed"


@pytest.mark.parametrize("seconds_ago", [5, None], ids=["heartbeat", "no heartbeat"])
def test_a_run_is_not_called_stopped_without_evidence(unfinished: Path, seconds_ago: float | None) -> None:
    record = read(unfinished, seconds_ago)
    assert (record.status, record["use/3"].state) == ("running", "running")


def test_a_run_that_succeeded_needs_no_heartbeat(runs: Runs) -> None:
    record = read(runs.store("linear"), 1e6)
    assert record.status == "successful"
    assert not [note for note in record.notes if "heartbeat" in note]


def test_the_heartbeat_comes_from_the_metadata_service() -> None:
    with service() as (url, held):
        held.post(("LinearFlow",), "/run", {"run_number": "7"})
        assert ServiceMetadata(url, {}, "LinearFlow").run("7").heartbeat is None
        held.objects["LinearFlow", "7"]["last_heartbeat_ts"] = 1763700154
        assert ServiceMetadata(url, {}, "LinearFlow").run("7").heartbeat == 1763700154
