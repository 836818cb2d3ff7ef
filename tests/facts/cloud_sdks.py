"""Stand-ins for the SDKs of Azure and Google Cloud: a folder for a bucket, under Metaflow's own code."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


class NotFound(Exception):
    """What either SDK raises for a blob that is not there."""


class Blob:
    """One object, with the methods of both SDKs that reading uses."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.metadata: dict[str, str] | None = None

    def reload(self) -> None:
        self._properties("metaflow-user-attributes")

    def get_blob_properties(self) -> Any:
        return self._properties("metaflow_user_attributes")

    def _properties(self, name: str) -> Any:
        if not self._file.is_file():
            raise NotFound(str(self._file))
        note = self._file.with_name(f"{self._file.name}_meta")
        if note.is_file():
            self.metadata = {name: json.dumps(json.loads(note.read_text()))}
        self.size = self._file.stat().st_size
        return self

    def download_to_filename(self, name: str) -> None:
        Path(name).write_bytes(self._file.read_bytes())

    def download_blob(self, **_: Any) -> Any:
        return SimpleNamespace(readinto=lambda file: file.write(self._file.read_bytes()))


class Bucket:
    """A folder below which ``prefix/...`` are objects; the notes beside blobs are metadata, not objects."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def blob(self, path: str) -> Blob:
        return Blob(self._folder / path)

    get_blob_client = blob

    def listed(self, prefix: str) -> tuple[list[str], list[str]]:
        """Names of the objects and of the folders right below."""
        folder = self._folder / prefix
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
        inside = [each for each in inside if not each.name.endswith("_meta")]
        files = [f"{prefix}{each.name}" for each in inside if each.is_file()]
        return files, [f"{prefix}{each.name}/" for each in inside if each.is_dir()]

    def walk_blobs(self, name_starts_with: str) -> list[Any]:
        """List as Azure does."""
        files, folders = self.listed(name_starts_with)
        return [
            SimpleNamespace(name=name, has_key=lambda key, is_file=is_file: is_file and key == "blob_type")
            for names, is_file in ((files, True), (folders, False))
            for name in names
        ]


def azure(monkeypatch: pytest.MonkeyPatch, buckets: Path) -> None:
    """Let Metaflow's Azure code find its SDK; a container is a folder in ``buckets``."""
    from metaflow.plugins.azure import azure_utils
    from metaflow.plugins.datastores import azure_storage

    _module(monkeypatch, "azure.core.exceptions", ResourceNotFoundError=NotFound)
    monkeypatch.setattr(azure_utils, "_check_and_init_azure_deps", lambda: None)
    monkeypatch.setattr(azure_storage, "create_static_token_credential", lambda token: token)
    monkeypatch.setattr(azure_storage.AzureStorage, "_get_default_token", lambda self: "token")
    service = SimpleNamespace(get_container_client=lambda name: Bucket(buckets / name))
    monkeypatch.setattr(azure_storage, "get_azure_blob_service_client", lambda **_: service)


def google(monkeypatch: pytest.MonkeyPatch, buckets: Path) -> None:
    """Let Metaflow's Google code find its SDK; a bucket is a folder in ``buckets``."""
    from metaflow.plugins.datastores import gs_storage
    from metaflow.plugins.gcp import gs_utils

    class Listing(list[Any]):
        prefixes: list[str]

    def list_blobs(bucket: str, prefix: str, **_: Any) -> Listing:
        files, folders = Bucket(buckets / bucket).listed(prefix)
        listing = Listing(SimpleNamespace(name=name) for name in files)
        listing.prefixes = folders
        return listing

    _module(monkeypatch, "google.api_core.exceptions", NotFound=NotFound)
    monkeypatch.setattr(gs_utils, "_check_and_init_gs_deps", lambda: None)
    client = SimpleNamespace(bucket=lambda name: Bucket(buckets / name), list_blobs=list_blobs)
    monkeypatch.setattr(gs_storage, "get_gs_storage_client", lambda: client)


def _module(monkeypatch: pytest.MonkeyPatch, name: str, **names: Any) -> None:
    """Let a module with some names be imported, and the packages above it."""
    above = None
    for end in [index for index, letter in enumerate(f"{name}.") if letter == "."]:
        made = ModuleType(name[:end])
        monkeypatch.setitem(sys.modules, made.__name__, made)
        if above is not None:
            monkeypatch.setattr(above, made.__name__.rpartition(".")[2], made, raising=False)
        above = made
    for each, value in names.items():
        setattr(above, each, value)
