"""Read a run that exists: its tasks, attempts, lineage and artifacts, without running what it stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from manim_metaflow.errors import FlowError, RunError
from manim_metaflow.facts.flow.load import load_flow
from manim_metaflow.facts.records import FlowInfo, RunRecord
from manim_metaflow.facts.run.reader import read_run
from manim_metaflow.facts.store.roots import open_datastore

__all__ = ["load_run"]


def load_run(
    run: str | type | FlowInfo,
    run_id: str | None = None,
    *,
    root: str | Path | None = None,
    flow: Any = None,
) -> RunRecord:
    """Read a run from a datastore. Nothing is written, and nothing stored in it is executed.

    Parameters
    ----------
    run
        ``"MyFlow/123"``, or a flow (its name, class or record) beside ``run_id``. Without an id, the
        newest run.
    run_id
        The run's id, where ``run`` does not hold it.
    root
        The folder that contains ``.metaflow``, that folder itself, or the address of a remote datastore:
        ``s3://bucket/path``, ``gs://bucket/path``, ``azure://container/path``. By default the datastore this
        user's Metaflow is configured for.
    flow
        The flow's source, anything :func:`.load_flow` takes. Without it the graph comes from the run
        itself, and its source from the run's code package, if it has one; by default a local run has none.

    Raises
    ------
    RunError
        If there is no such datastore, flow or run; the message lists what there is.

    Notes
    -----
    Times, foreach items and clones are told by Metaflow's metadata. That of a local datastore is in its
    folder; otherwise it comes from where Metaflow is configured to keep it: the metadata service, or folders.

    Examples
    --------
    >>> from manim_metaflow.facts import load_run
    >>> load_run("NoSuchFlow/1", root="tests")
    Traceback (most recent call last):
        ...
    manim_metaflow.errors.RunError: tests: no Metaflow datastore here (no .metaflow folder).
    """
    flow_name, wanted = _names(run, run_id)
    info = load_flow(flow) if flow is not None else None
    store = open_datastore(root, flow_name)
    return read_run(store, store.need_run(wanted), flow=info)


def _names(run: str | type | FlowInfo, run_id: str | None) -> tuple[str, str | None]:
    if not isinstance(run, str):
        try:
            return load_flow(run).name, run_id
        except FlowError:
            if isinstance(run, type):
                return run.__name__, run_id
            raise
    name, _, named = run.partition("/")
    if named and run_id is not None and named != run_id:
        raise RunError(f"{run}: two run ids, {named} and {run_id}. Give one.")
    return name, run_id or named or None
