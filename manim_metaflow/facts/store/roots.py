"""What ``root=`` means: which datastore, and which metadata belongs to it.

A root is a folder, the address of a remote datastore (``s3://bucket/path``, ``gs://bucket/path``,
``azure://container/path``), or ``None`` for the datastore Metaflow is configured for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from manim_metaflow.errors import RunError, RunNotFoundError
from manim_metaflow.facts.metaflow_internals import need_metaflow
from manim_metaflow.facts.store.datastore import Datastore
from manim_metaflow.facts.store.files import LocalFiles
from manim_metaflow.facts.store.metadata import FolderMetadata, Metadata, ServiceMetadata
from manim_metaflow.facts.store.storages import open_files, storage_class

__all__ = ["local_datastore", "open_datastore"]


def local_datastore(folder: Path, flow_name: str) -> Datastore:
    """Open a ``.metaflow`` folder, with the metadata in it."""
    files = LocalFiles(str(folder))
    return Datastore(files, FolderMetadata(files, flow_name), flow_name)


def open_datastore(root: str | Path | None, flow_name: str, *, ask_service: bool = True) -> Datastore:
    """Open the datastore that ``root`` means, with the metadata that belongs to it.

    That of a local datastore is in its folder. Otherwise it comes from where Metaflow is configured to
    keep it: the metadata service, or a ``.metaflow`` folder.

    Parameters
    ----------
    root
        A folder, an address, or ``None``.
    flow_name
        The flow.
    ask_service
        Whether metadata is wanted that is not beside the files: storage is told by the files alone.

    Raises
    ------
    RunError
        If there is no such datastore.
    """
    kind, address = _find(root)
    files = open_files(kind, address)
    service = ask_service and _config().DEFAULT_METADATA == "service"
    metadata: Metadata
    # A folder that was named explicitly is read as it is, also where a service is configured: that knows
    # other runs.
    if isinstance(files, LocalFiles) and not (service and root is None):
        metadata = FolderMetadata(files, flow_name)
    elif service:
        metadata = ServiceMetadata(str(_config().SERVICE_URL), dict(_config().SERVICE_HEADERS), flow_name)
    else:
        folder = _local_root() if ask_service else None
        metadata = FolderMetadata(LocalFiles(folder), flow_name) if folder else Metadata()
    return Datastore(files, metadata, flow_name)


def _find(root: str | Path | None) -> tuple[str, str]:
    """Return the kind of datastore that ``root`` means, in Metaflow's words, and its address."""
    if root is None:
        return _configured()
    kind, separator, _ = str(root).partition("://")
    if separator:
        return kind, str(root)
    folder = Path(root)
    # The folder that holds it or the folder itself: Metaflow's own settings name the first, people copy the
    # second.
    if (folder / ".metaflow").is_dir():
        return "local", str(folder / ".metaflow")
    if folder.name == ".metaflow" and folder.is_dir():
        return "local", str(folder)
    raise RunNotFoundError(f"{root}: no Metaflow datastore here (no .metaflow folder).")


def _configured() -> tuple[str, str]:
    """Return the datastore this user's Metaflow is configured for."""
    kind = str(_config().DEFAULT_DATASTORE)
    if kind == "local":
        folder = _local_root()
        if folder is None:
            raise RunError(
                f"{Path.cwd()}: no Metaflow datastore here or above. Run the flow first, or give root=."
            )
        return kind, folder
    address = storage_class(kind).get_datastore_root_from_config(_nothing)
    if not address:
        raise RunError(
            f"Metaflow is configured for the {kind} datastore, but METAFLOW_DATASTORE_SYSROOT_{kind.upper()} "
            "is not set. Set it, or give root=."
        )
    # Metaflow writes the root of Azure without a scheme.
    return kind, str(address) if "://" in str(address) else f"{kind}://{address}"


def _local_root() -> str | None:
    """Find the folder this process's Metaflow would read, without making it choose or create one."""
    storage = storage_class("local")
    # Metaflow's own way makes a folder where there is none; reading must not.
    found = storage.datastore_root or storage.get_datastore_root_from_config(_nothing, create_on_absent=False)
    return str(found) if found else None


def _config() -> Any:
    need_metaflow()
    from metaflow import metaflow_config

    return metaflow_config


def _nothing(*_: object, **__: object) -> None:
    """Print nothing where Metaflow would."""
