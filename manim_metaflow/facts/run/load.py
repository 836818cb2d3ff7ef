"""Read a run that exists: its tasks, attempts, lineage and artifacts, without running what it stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from manim_metaflow.errors import FlowError, RunError
from manim_metaflow.facts.flow.load import load_flow
from manim_metaflow.facts.records import FlowInfo, RunRecord
from manim_metaflow.facts.run.reader import read_run
from manim_metaflow.facts.store.local import LocalStore
from manim_metaflow.facts.store.metadata import LocalMetadata, Metadata, ServiceMetadata
from manim_metaflow.facts.store.remote import RemoteStore
from manim_metaflow.facts.store.stored import RunStore

__all__ = ["datastore_folder", "load_run", "run_store"]

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
        The folder that contains ``.metaflow``, that folder itself, or an ``s3://`` address. By default the
        datastore this user's Metaflow is configured for.
    flow
        The flow's source, anything :func:`.load_flow` takes. Without it the graph comes from the run
        itself, and its source from the run's code package, if it has one; by default a local run has none.

    Raises
    ------
    RunError
        If there is no such datastore, flow or run; the message lists what there is.

    Notes
    -----
    Times, foreach items and clones are told by Metaflow's metadata. That of a local datastore stands in
    it; otherwise it comes from where Metaflow is configured to keep it: the metadata service, or folders.

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
    store = run_store(root, flow_name)
    known = store.run_ids()
    if not known:
        raise RunError(f"{store.name}: no run of {flow_name} here. {_flows_of(store)}".strip())
    if wanted is not None and wanted not in known:
        raise RunError(f"{flow_name}/{wanted}: no such run in {store.name}. {_runs_of(flow_name, known)}")
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


def run_store(root: str | Path | None, flow_name: str) -> RunStore:
    """Open the datastore that ``root`` means, with the metadata that goes with it."""
    from metaflow import metaflow_config

    config: Any = metaflow_config
    text = str(root) if root is not None else _configured_address()
    service = config.DEFAULT_METADATA == "service"
    if text is None and service:
        text = str(_configured_datastore())
    if text is None or (root is not None and "://" not in text):
        return LocalStore(datastore_folder(root), flow_name)
    if "://" in text and not text.startswith("s3://"):
        raise RunError(f"{text}: only local and s3:// datastores can be read.")
    metadata: Metadata
    if service:
        metadata = ServiceMetadata(str(config.SERVICE_URL), dict(config.SERVICE_HEADERS), flow_name)
    else:
        metadata = LocalMetadata(_local_root(), flow_name)
    return RemoteStore(text, flow_name, metadata)


def _configured_address() -> str | None:
    """Tell where Metaflow is configured to store, if that is not in a local folder."""
    from metaflow import metaflow_config

    config: Any = metaflow_config
    if config.DEFAULT_DATASTORE == "local":
        return None
    if config.DEFAULT_DATASTORE == "s3" and config.DATASTORE_SYSROOT_S3:
        return str(config.DATASTORE_SYSROOT_S3)
    raise RunError(
        f"Metaflow is configured for the {config.DEFAULT_DATASTORE} datastore; only local and s3 ones can be "
        "read. Name one with root=."
    )


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
    _configured_address()
    held = _local_root()
    if held is None:
        raise RunError(
            f"{Path.cwd()}: no Metaflow datastore here or above. Run the flow first, or give root=."
        )
    return held


def _local_root() -> Path | None:
    from metaflow.plugins.datastores.local_storage import LocalStorage

    find: Any = LocalStorage.get_datastore_root_from_config
    held = LocalStorage.datastore_root or find(lambda *_, **__: None, create_on_absent=False)
    return Path(held) if held else None


def _runs_of(flow_name: str, known: list[str]) -> str:
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"The newest are {', '.join(f'{flow_name}/{run_id}' for run_id in known[:_SHOWN])}{more}."


def _flows_of(store: RunStore) -> str:
    if not isinstance(store, LocalStore):
        return ""
    root = store.root
    names = (
        sorted(entry.name for entry in root.iterdir() if (entry / "_meta").is_dir()) if root.is_dir() else []
    )
    return f"It holds {', '.join(names)}." if names else "It is empty."
