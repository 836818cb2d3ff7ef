"""Read a run that exists: its tasks, attempts, lineage and artifacts, without running what it stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from manim_metaflow.errors import FlowError, RunError
from manim_metaflow.facts._run_reader import read_run
from manim_metaflow.facts._store import LocalStore
from manim_metaflow.facts.flow import load_flow
from manim_metaflow.facts.records import FlowInfo, RunRecord

__all__ = ["datastore_folder", "load_run"]

_SHOWN = 5


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
        The folder that contains ``.metaflow``, or that folder itself. By default the datastore this
        user's Metaflow is configured for.
    flow
        The flow's source, anything :func:`.load_flow` takes. Without it the graph comes from the run
        itself, which knows no source.

    Raises
    ------
    RunError
        If there is no such datastore, flow or run; the message lists what there is.

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
    store = LocalStore(datastore_folder(root), flow_name)
    known = store.run_ids()
    if not known:
        raise RunError(f"{store.root}: no run of {flow_name} here. {_flows_of(store.root)}")
    if wanted is not None and wanted not in known:
        raise RunError(f"{flow_name}/{wanted}: no such run in {store.root}. {_runs_of(flow_name, known)}")
    return read_run(store, flow_name, wanted or known[0], flow=info)


def _names(run: str | type | FlowInfo, run_id: str | None) -> tuple[str, str | None]:
    if not isinstance(run, str):
        try:
            return load_flow(run).name, run_id
        except FlowError:
            if isinstance(run, type):
                return run.__name__, run_id
            raise
    name, _, held = run.partition("/")
    if held and run_id is not None and held != run_id:
        raise RunError(f"{run}: two run ids, {held} and {run_id}. Give one.")
    return name, run_id or held or None


def datastore_folder(root: str | Path | None) -> Path:
    """Find the ``.metaflow`` folder that ``root`` means."""
    if root is None:
        return _configured_datastore()
    folder = Path(root)
    if (folder / ".metaflow").is_dir():
        return folder / ".metaflow"
    if folder.name == ".metaflow" and folder.is_dir():
        return folder
    raise RunError(f"{root}: no Metaflow datastore here (no .metaflow folder).")


def _configured_datastore() -> Path:
    """Find the root this process's Metaflow would read, without making it choose one for good."""
    from metaflow.metaflow_config import DEFAULT_DATASTORE
    from metaflow.plugins.datastores.local_storage import LocalStorage

    if DEFAULT_DATASTORE != "local":
        raise RunError(
            f"Metaflow is configured for the {DEFAULT_DATASTORE} datastore; only local ones can be read. "
            "Name a local one with root=."
        )
    find: Any = LocalStorage.get_datastore_root_from_config
    held = LocalStorage.datastore_root or find(lambda *_, **__: None, create_on_absent=False)
    if held is None:
        raise RunError(
            f"{Path.cwd()}: no Metaflow datastore here or above. Run the flow first, or give root=."
        )
    return Path(held)


def _runs_of(flow_name: str, known: list[str]) -> str:
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"The newest are {', '.join(f'{flow_name}/{run_id}' for run_id in known[:_SHOWN])}{more}."


def _flows_of(root: Path) -> str:
    names = (
        sorted(entry.name for entry in root.iterdir() if (entry / "_meta").is_dir()) if root.is_dir() else []
    )
    return f"It holds {', '.join(names)}." if names else "It is empty."
