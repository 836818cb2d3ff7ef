"""Read a run that exists: its tasks, attempts, lineage and artifacts, without running what it stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.flow.load import load_flow
from manim_metaflow.facts.records import FlowInfo, RunRecord
from manim_metaflow.facts.run.reader import read_run
from manim_metaflow.facts.run.record_file import load_recording
from manim_metaflow.facts.run.source import is_record_file, run_named
from manim_metaflow.facts.store.roots import open_datastore

__all__ = ["load_run"]


def load_run(
    run: Any,
    run_id: str | None = None,
    *,
    root: str | Path | None = None,
    flow: Any = None,
) -> RunRecord:
    """Read a run from its record or from a datastore. Nothing is written, nothing stored in it is executed.

    Parameters
    ----------
    run
        ``"MyFlow/123"``, or ``"MyFlow"`` and ``"MyFlow/latest"`` for the newest run; a flow (its class or
        record), with ``run_id`` beside it or for the newest run; the file of a record (``"run.json"``); a
        ``Run`` of Metaflow's client. A :class:`.RunRecord` is returned as it is.
    run_id
        The run's id, where ``run`` does not hold it.
    root
        Of a run in a datastore: the folder that contains ``.metaflow``, that folder itself, or the address of
        a remote datastore: ``s3://bucket/path``, ``gs://bucket/path``, ``azure://container/path``. By default
        the datastore this user's Metaflow is configured for, or in which the client found the run.
    flow
        The flow's source, anything :func:`.load_flow` takes. Without it the graph comes from the run
        itself, and its source from the run's code package, if it has one; by default a local run has none.

    Raises
    ------
    RunNotFoundError
        If there is no such datastore, flow or run, the message lists what there is; or if what was given is
        nothing that names a run.
    RecordingError
        If the file is no record, or cannot be read.
    UsageError
        If ``run_id`` or ``root`` is given beside a record, or ``flow`` is another flow than the run's.

    Notes
    -----
    Times, foreach items and clones are told by Metaflow's metadata. That of a local datastore is in its
    folder; otherwise it comes from where Metaflow is configured to keep it: the metadata service, or folders.

    A run whose process died is told from one that is still going by its heartbeats, which Metaflow sends to
    the metadata service. Metadata in folders has neither heartbeats nor the process: there such a run is
    ``"running"``, with a note that says that it may have been stopped.

    Examples
    --------
    >>> from manim_metaflow.facts import load_run
    >>> load_run("NoSuchFlow/1", root="tests")
    Traceback (most recent call last):
        ...
    manim_metaflow.errors.RunNotFoundError: tests: no Metaflow datastore here (no .metaflow folder).
    """
    info = load_flow(flow) if flow is not None else None
    if isinstance(run, RunRecord) or is_record_file(run):
        if run_id is not None or root is not None:
            what = "A record" if isinstance(run, RunRecord) else f"{run}: a record"
            raise UsageError(f"{what} is one whole run; leave the id and the datastore out.")
        record = run if isinstance(run, RunRecord) else load_recording(run)
        _check_flow(record.flow.name, info)
        return record
    named = run_named(run, run_id)
    # Before the datastore is opened: a mistake in the call needs no network to be found.
    _check_flow(named.flow, info)
    store = open_datastore(root if root is not None else named.root, named.flow)
    return read_run(store, store.need_run(named.run_id), flow=info)


def _check_flow(name: str, flow: FlowInfo | None) -> None:
    if flow is not None and flow.name != name:
        raise UsageError(f"The run is one of {name}, and the flow that was given is {flow.name}.")
