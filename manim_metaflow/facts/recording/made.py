"""Read the run that was just made. It cannot be had again, so what cannot be read of it becomes a note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from manim_metaflow.facts.recording.child import Finished
from manim_metaflow.facts.records import FlowInfo, RunRecord, StorageRecord
from manim_metaflow.facts.records.states import FAILED
from manim_metaflow.facts.run.reader import read_run
from manim_metaflow.facts.run.storage import load_storage
from manim_metaflow.facts.run.storage_times import with_times
from manim_metaflow.facts.store.datastore import Datastore

__all__ = ["read_made"]

_HEAD = 64
"""How many of each pickle's first bytes a recording of storage keeps."""

_Made = TypeVar("_Made")


def read_made(
    store: Datastore, run_id: str, flow: FlowInfo, ended: Finished, *, storage: bool
) -> RunRecord | None:
    """Read a run that has ended; ``None`` if it had no task.

    Parameters
    ----------
    store
        Its datastore.
    run_id
        The run.
    flow
        Its flow.
    ended
        How the process of the run ended.
    storage
        Whether what it left in storage is wanted too.
    """
    notes: list[str] = []
    record = _noted("its tasks", notes, lambda: _checked(read_run(store, run_id, flow=flow, ended=True)))
    if record is None:
        record = RunRecord(flow, run_id, "failed" if ended.returncode else "successful", tasks=())
    elif not record.tasks:
        return None
    if storage:
        kept = _noted("what it left in storage", notes, lambda: _storage(store, run_id, flow))
        record = replace(record, storage=kept)
    notes += _unexplained(record, ended, store)
    notes += [f"what was printed is cut: {ended.cut}"] if ended.cut else []
    return replace(record, console=ended.console, console_times=ended.times, notes=(*record.notes, *notes))


def _noted(what: str, notes: list[str], read: Callable[[], _Made]) -> _Made | None:
    """Read something; whatever is wrong with it is noted."""
    try:
        return read()
    except Exception as error:  # of any kind: the run has been made, and all else of it is worth keeping
        notes.append(f"{what} could not be read ({type(error).__name__}: {error})")
        return None


def _checked(record: RunRecord) -> RunRecord:
    """Return the record as its file will be read: what cannot be is better known now."""
    return RunRecord.from_json(record.to_json())


def _storage(store: Datastore, run_id: str, flow: FlowInfo) -> StorageRecord:
    root = Path(store.root)
    kept = load_storage(f"{flow.name}/{run_id}", root=root, flow=flow, values=True, head=_HEAD)
    timed = with_times(kept, root)
    return StorageRecord.from_json(timed.to_json())


def _unexplained(record: RunRecord, ended: Finished, store: Datastore) -> list[str]:
    """Return why the run stopped, where none of its tasks shows it."""
    if ended.returncode == 0 or any(task.state in FAILED for task in record.tasks):
        return []
    last = ended.output.replace(str(Path(store.root).parent), "").splitlines()[-3:]
    return [f"the run stopped with exit code {ended.returncode}: {' / '.join(line.strip() for line in last)}"]
