"""The datastores that are read through Metaflow: S3, Azure, Google Cloud, and those of Metaflow's extensions.

**A new datastore.** One that Metaflow knows, from an extension perhaps, needs nothing here: the scheme of
its address is the ``TYPE`` of its storage class, ``s3://bucket/path`` for ``S3Storage``. Where its root is
not written as its address is, or where it can return many sizes at once, add a subclass of
:class:`StorageFiles` to :data:`READERS`. Nothing else has to change.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from manim_metaflow.errors import RunError, RunNotFoundError
from manim_metaflow.facts.metaflow_internals import need_metaflow
from manim_metaflow.facts.store.files import (
    LocalFiles,
    StoreFiles,
    bounded_content,
    packed_limit,
    reason,
    unpacked,
)

__all__ = ["READERS", "AzureFiles", "S3Files", "StorageFiles", "open_files", "storage_class"]

_BATCH = 512
"""Files fetched at once: each is on this machine's disk for as long as its batch is read."""


class StorageFiles:
    """A root of any kind that Metaflow can read.

    A request to a remote storage takes long, so what is asked for together is requested together.

    Parameters
    ----------
    kind
        The ``TYPE`` of Metaflow's storage class.
    address
        The root, with its scheme.

    Raises
    ------
    RunError
        Metaflow has no such storage, or a package that it needs is not installed.
    """

    def __init__(self, kind: str, address: str) -> None:
        self.kind, self.root = kind, address
        storage = storage_class(kind)
        # Opening it imports the SDK of the storage, which may not be installed.
        with self._one_message("opened"):
            self._storage = storage(self.storage_root(address))

    def storage_root(self, address: str) -> str:
        """Return the root as Metaflow's storage class expects it: the address itself, for most."""
        return address

    def folders(self, paths: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """List the folders right inside each folder, all with one request."""
        yield from self._listed(paths, files=False)

    def names(self, paths: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """List all that is right inside each folder, all with one request."""
        yield from self._listed(paths, files=True)

    def read(self, paths: Iterable[str]) -> Iterator[tuple[bytes | None, str]]:
        """Read each file, a batch at a time."""
        for batch in _batches(paths):
            found: dict[str, tuple[bytes | None, str]] = {}
            with self._one_message("read"), self._storage.load_bytes(batch) as loaded:
                for path, file, _ in loaded:
                    if file is not None:
                        found[path] = _read(path, file)
            yield from (found.get(path, (None, "")) for path in batch)

    def sizes(self, paths: Sequence[str]) -> Iterator[int | None]:
        """Return the size of each file."""
        for path in paths:
            with self._one_message("read"):
                size = self._storage.size_file(path)
            yield size

    def written(self, path: str) -> float | None:
        """Return ``None``: Metaflow's storage classes do not give the time."""
        return None

    def blobs(self, paths: Sequence[str], most: int) -> Iterator[bytes | None]:
        """Read and decompress each blob, a batch at a time; where one cannot be fetched, one by one."""
        for batch in _batches(paths):
            found = self._unpacked(batch, most)
            if found is None:  # a storage gives the whole batch up at the first file it cannot load
                found = {path: (self._unpacked([path], most) or {}).get(path) for path in batch}
            yield from map(found.get, batch)

    def _unpacked(self, paths: list[str], most: int) -> dict[str, bytes | None] | None:
        found: dict[str, bytes | None] = {}
        try:
            with self._storage.load_bytes(paths) as loaded:
                for path, file, note in loaded:
                    if file is not None and os.path.getsize(file) <= packed_limit(most):
                        content = Path(file).read_bytes()
                        # Metaflow notes beside a blob whether it is kept as it is, as code packages are.
                        raw = isinstance(note, dict) and note.get("cas_raw") is True
                        found[path] = content if raw else unpacked(content, most)
        except Exception:  # each storage raises errors of its own; here they all mean the same
            return None
        return found

    def _listed(self, paths: Sequence[str], *, files: bool) -> Iterator[tuple[list[str], str]]:
        found: dict[str, list[str]] = {path: [] for path in paths}
        with self._one_message("read"):
            for item in self._storage.list_content(list(paths)) if paths else ():
                above, _, name = item.path.rstrip("/").rpartition("/")
                # A storage lists paths below the root, those of all folders mixed: each is sorted to the
                # folder above it.
                if above in found and (files or not item.is_file):
                    found[above].append(name)
        yield from ((names, "") for names in found.values())

    @contextmanager
    def _one_message(self, action: str) -> Iterator[None]:
        """Turn whatever a storage raises into one message: each raises errors of its own, or of its SDK."""
        try:
            yield
        except RunError:
            raise
        except Exception as error:
            raise RunError(f"{self.root}: cannot be {action} ({reason(error).rstrip('.')}).") from error


class S3Files(StorageFiles):
    """A root in S3, ``s3://bucket/path``."""

    def sizes(self, paths: Sequence[str]) -> Iterator[int | None]:
        """Return the size of each file, all with one request."""
        # Only here: it imports boto3, which readers of local datastores need not have.
        from metaflow.plugins.datatools.s3.s3 import S3

        with (
            self._one_message("read"),
            S3(s3root=self.root, external_client=self._storage.s3_client) as client,
        ):
            found = client.info_many(list(paths), return_missing=True)
            sizes = {item.key: item.size if item.exists else None for item in found}
        yield from (sizes.get(path) for path in paths)


class AzureFiles(StorageFiles):
    """A root in Azure Blob Storage, ``azure://container/path``."""

    def storage_root(self, address: str) -> str:
        """Return ``container/path``: Metaflow writes an Azure root without a scheme."""
        return address.removeprefix("azure://").rstrip("/")


READERS: dict[str, type[StorageFiles]] = {"s3": S3Files, "azure": AzureFiles}
"""The datastores that differ from :class:`StorageFiles`, by Metaflow's name for their kind."""


def storage_class(kind: str) -> Any:
    """Return Metaflow's own storage class of a kind, which an extension of Metaflow may have added."""
    need_metaflow()
    from metaflow import plugins

    # `plugins.DATASTORES` has those of installed extensions, too.
    known = {each.TYPE: each for each in plugins.DATASTORES}
    if kind not in known:
        remote = ", ".join(f"{name}://" for name in sorted(known.keys() - {"local", "spin"}))
        raise RunNotFoundError(
            f"{kind}://: Metaflow has no such datastore. Give a folder, or one of {remote}."
        )
    return known[kind]


def open_files(kind: str, address: str) -> StoreFiles:
    """Choose how a root's files are read."""
    if kind == "local":
        return LocalFiles(address)
    return READERS.get(kind, StorageFiles)(kind, address)


def _read(path: str, file: str) -> tuple[bytes | None, str]:
    """Read a file that Metaflow has fetched, as :class:`.LocalFiles` reads one."""
    try:
        size = os.path.getsize(file)
        return bounded_content(file, size, log=path.endswith(".log")), ""
    except OSError as error:
        return None, reason(error)


def _batches(paths: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(paths)
    while batch := list(islice(rest, _BATCH)):
        yield batch
