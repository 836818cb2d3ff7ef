"""Read what a run left in storage: key maps and blobs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import FlowInfo, RunRecord
from manim_metaflow.facts.records.storage import StorageRecord
from manim_metaflow.facts.run.load import load_run
from manim_metaflow.facts.run.record_file import store_of
from manim_metaflow.facts.run.recorded_storage import recorded_storage, recorded_values
from manim_metaflow.facts.run.source import is_record_file, run_named
from manim_metaflow.facts.run.storage_reader import StorageReader
from manim_metaflow.facts.store.datastore import Datastore
from manim_metaflow.facts.store.roots import local_datastore, open_datastore

__all__ = ["load_flow_storage", "load_storage"]


def load_storage(
    run: Any,
    *,
    root: str | Path | None = None,
    flow: FlowInfo | None = None,
    values: bool = False,
    head: int = 0,
) -> StorageRecord:
    """Read a run's key maps and the blobs they name. Nothing is written, nothing stored is executed.

    Parameters
    ----------
    run
        What :func:`load_run` takes. Of a record, what it keeps of its storage is read; where it keeps nothing
        more, its datastore, if that is still beside its file; and else the artifacts that every record has.
    root
        The folder that contains ``.metaflow``, that folder itself, or the address of a remote datastore, as
        for :func:`load_run`. By default the datastore this user's Metaflow is configured for.
    flow
        The flow, if known; otherwise the run's own description of its graph tells who came from whom.
    values
        Whether to add a bounded text of each value to its blob. Values are decoded as plain structure
        (see the notes). A record that was made with its values has them without being asked.
    head
        How many of each blob's first bytes to keep.

    Raises
    ------
    RunNotFoundError
        If there is no such datastore or run.
    UsageError
        If values are wanted of a record that has none.

    Notes
    -----
    Damage is marked where it is found and listed in ``notes``: a missing blob, a key map cut short, a
    serializer this library does not know, a folder that cannot be read, a pickle that would call
    something on loading. Pickles are never loaded by importing what they name: with ``values=True``, and
    to tell a re-keyed value from a changed one, they are read as structure, each class a stand-in.

    Examples
    --------
    >>> import tempfile
    >>> from manim_metaflow.facts import load_storage, record_run
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = record_run("tests/flows/linear.py", recordings=folder)
    ...     storage = load_storage("LinearFlow", root=run.recording.with_suffix(".store"))
    >>> [(entry.name, entry.change) for entry in storage["use/3"].last.artifacts if entry.name != "CONST"]
    [('alpha', 'inherited'), ('doubled', 'inherited'), ('raw', 'changed'), ('total', 'created'), ('untouched', 'inherited')]
    """  # noqa: E501
    if isinstance(run, RunRecord) or is_record_file(run):
        record = load_run(run, root=root)
        kept, noted = record.storage or _beside(record, values, head), recorded_values(record)
        if kept is None and values and not noted:
            raise UsageError(
                f"{record.recording or record.run_id}: the record has keys and sizes of artifacts, not their "
                f"values. Give the run in its datastore: {record.flow.name}/{record.run_id}."
            )
        if kept is None:
            return recorded_storage(record)
        blobs = tuple(replace(blob, value=noted.get(blob.sha, blob.value)) for blob in kept.blobs)
        return replace(kept, blobs=blobs)
    named = run_named(run)
    store = open_datastore(root if root is not None else named.root, named.flow, ask_service=False)
    return _read(store, store.need_run(named.run_id), flow, values, head)


def _beside(record: RunRecord, values: bool, head: int) -> StorageRecord | None:
    """Read the datastore that was kept beside a record, if it is there and still holds the run."""
    if record.recording is None:
        return None
    folder = store_of(record.recording) / ".metaflow"
    if not (folder / record.flow.name / record.run_id).is_dir():
        return None
    return _read(local_datastore(folder, record.flow.name), record.run_id, record.flow, values, head)


def load_flow_storage(
    flow_name: str, *, root: str | Path | None = None, values: bool = False, head: int = 0
) -> tuple[StorageRecord, ...]:
    """Read every run of a flow, oldest first; :func:`.storage_totals` sums them up.

    Parameters
    ----------
    flow_name
        The flow's name.
    root, values, head
        As for :func:`load_storage`.
    """
    store = open_datastore(root, flow_name, ask_service=False)
    store.need_run(None)
    return tuple(_read(store, run_id, None, values, head) for run_id in reversed(store.run_ids()))


def _read(store: Datastore, run_id: str, flow: FlowInfo | None, values: bool, head: int) -> StorageRecord:
    return StorageReader(store, run_id, flow, values=values, head=head).record()
