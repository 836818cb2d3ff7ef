"""The files of a datastore root, read many at a time: a local root directly, any other through Metaflow.

Metaflow's code for a local root asks the file system six to nine times for each file, which is most of the
time that a run of thousands of tasks takes to read. A local root is plain files in a layout that
Metaflow documents, so they are opened as they are here; whatever is unusual is left to Metaflow's code.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

__all__ = ["LocalFiles", "RemoteFiles", "StoreFiles", "open_files", "reason"]

_GZIP = b"\x1f\x8b"
_GZIP_FORMAT = 31
_PIECE = 16 * 1024
_BATCH = 512
"""Files fetched at once from a remote root: each is on disk for as long as its batch is read."""


class StoreFiles(Protocol):
    """What a reader asks of a root. Paths are below it; what cannot be had is ``None``, beside a reason."""

    kind: str

    def folders(self, paths: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """List the folders inside each folder."""
        ...

    def files(self, paths: Sequence[str]) -> Iterator[list[str]]:
        """List the files right inside each folder."""
        ...

    def read(self, paths: Sequence[str]) -> Iterator[tuple[bytes | None, str]]:
        """Read each file."""
        ...

    def exist(self, paths: Sequence[str]) -> list[bool]:
        """Tell which files there are."""
        ...

    def sizes(self, paths: Sequence[str]) -> Iterator[int | None]:
        """Tell the size of each file."""
        ...

    def blobs(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        """Read and unpack each blob."""
        ...


class LocalFiles:
    """A folder on this machine.

    Parameters
    ----------
    root
        The ``.metaflow`` folder.
    shelf
        Metaflow's own content-addressed store, which unpacks what is not in today's format.
    """

    kind = "local"

    def __init__(self, root: str, shelf: Any) -> None:
        self._root, self._shelf = root, shelf

    def folders(self, paths: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """List the folders inside each folder."""
        for path in paths:
            try:
                with os.scandir(f"{self._root}/{path}") as found:
                    yield [entry.name for entry in found if _is_folder(entry)], ""
            except FileNotFoundError:
                yield [], ""
            except OSError as error:
                yield [], reason(error)

    def files(self, paths: Sequence[str]) -> Iterator[list[str]]:
        """List the files right inside each folder."""
        for path in paths:
            try:
                with os.scandir(f"{self._root}/{path}") as found:
                    yield [entry.name for entry in found if entry.is_file()]
            except OSError:
                yield []

    def read(self, paths: Sequence[str]) -> Iterator[tuple[bytes | None, str]]:
        """Read each file."""
        for path in paths:
            try:
                yield _whole(f"{self._root}/{path}"), ""
            except FileNotFoundError:
                yield None, ""
            except OSError as error:
                yield None, reason(error)

    def exist(self, paths: Sequence[str]) -> list[bool]:
        """Tell which files there are."""
        return [os.access(f"{self._root}/{path}", os.F_OK) for path in paths]

    def sizes(self, paths: Sequence[str]) -> Iterator[int | None]:
        """Tell the size of each file."""
        for path in paths:
            try:
                yield os.stat(f"{self._root}/{path}").st_size
            except OSError:
                yield None

    def blobs(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        """Read and unpack each blob."""
        for path, (held, _) in zip(paths, self.read(paths), strict=True):
            blob = None
            if held is not None and held.startswith(_GZIP):
                with suppress(zlib.error):
                    blob = zlib.decompress(held, _GZIP_FORMAT)
            yield blob if blob is not None else _unpacked(self._shelf, path)


class RemoteFiles:
    """Any root that Metaflow can read, such as one in S3.

    Parameters
    ----------
    kind
        Metaflow's name for it.
    root
        Its address.
    storage, shelf
        Metaflow's own storage, and the content-addressed store in it.
    """

    def __init__(self, kind: str, root: str, storage: Any, shelf: Any) -> None:
        self.kind = kind
        self._root, self._storage, self._shelf = root, storage, shelf

    def folders(self, paths: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """List the folders inside each folder, all with one request."""
        found: dict[str, list[str]] = {path: [] for path in paths}
        try:
            for item in self._storage.list_content(list(paths)):
                above, _, name = item.path.rstrip("/").rpartition("/")
                if not item.is_file and above in found:
                    found[above].append(name)
        except Exception as error:
            yield from (([], reason(error)) for _ in paths)
            return
        yield from ((names, "") for names in found.values())

    def files(self, paths: Sequence[str]) -> Iterator[list[str]]:
        """List the files right inside each folder, all with one request."""
        found: dict[str, list[str]] = {path: [] for path in paths}
        for item in self._storage.list_content(list(paths)) if paths else ():
            above, _, name = item.path.rpartition("/")
            if item.is_file and above in found:
                found[above].append(name)
        yield from found.values()

    def read(self, paths: Sequence[str]) -> Iterator[tuple[bytes | None, str]]:
        """Read each file, a batch at a time."""
        for batch in _batches(paths):
            found: dict[str, tuple[bytes | None, str]] = {}
            with self._storage.load_bytes(batch) as loaded:
                for path, file, _ in loaded:
                    found[path] = (Path(file).read_bytes() if file is not None else None, "")
            yield from (found.get(path, (None, "")) for path in batch)

    def exist(self, paths: Sequence[str]) -> list[bool]:
        """Tell which files there are."""
        return list(self._storage.is_file(list(paths)))

    def sizes(self, paths: Sequence[str]) -> Iterator[int | None]:
        """Tell the size of each file, all with one request."""
        from metaflow.plugins.datatools.s3.s3 import S3

        with S3(s3root=self._root, external_client=self._storage.s3_client) as client:
            found = client.info_many(list(paths), return_missing=True)
            sizes = {item.key: item.size if item.exists else None for item in found}
        return iter([sizes.get(path) for path in paths])

    def blobs(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        """Read and unpack each blob, a batch at a time; where one is damaged, one by one."""
        for batch in _batches(paths):
            keys = [path.rpartition("/")[2] for path in batch]
            try:
                held = dict(self._shelf.load_blobs(keys))
            except Exception:  # Metaflow gives the whole batch up at the first blob that is amiss
                held = {}
            for path, key in zip(batch, keys, strict=True):
                yield held[key] if key in held else _unpacked(self._shelf, path)


def open_files(root: str, flow_name: str) -> StoreFiles:
    """Choose how the root's files are read."""
    from metaflow.datastore.flow_datastore import FlowDataStore

    make: Any = FlowDataStore
    if not root.startswith("s3://"):
        from metaflow.plugins.datastores.local_storage import LocalStorage

        return LocalFiles(root, make(flow_name, storage_impl=LocalStorage, ds_root=root).ca_store)
    from metaflow.plugins.datastores.s3_storage import S3Storage

    flow = make(flow_name, storage_impl=S3Storage, ds_root=root)
    return RemoteFiles("s3", root, flow._storage_impl, flow.ca_store)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Take a link for a folder, too: that nothing can be read behind it is found out there, and said."""
    return entry.is_dir(follow_symlinks=False) or entry.is_symlink()


def _whole(path: str) -> bytes:
    """Read a file with the fewest requests there can be: nearly all are a few hundred bytes."""
    file = os.open(path, os.O_RDONLY)
    try:
        held = os.read(file, _PIECE)
        if len(held) < _PIECE:
            return held
        pieces = [held]
        while held:
            held = os.read(file, 64 * _PIECE)
            pieces.append(held)
        return b"".join(pieces)
    finally:
        os.close(file)


def _unpacked(shelf: Any, path: str) -> bytes | None:
    """Let Metaflow load one blob."""
    try:
        [(_, blob)] = shelf.load_blobs([path.rpartition("/")[2]])
    except Exception:
        return None
    return bytes(blob)


def _batches(paths: Sequence[str]) -> Iterable[list[str]]:
    return (list(paths[at : at + _BATCH]) for at in range(0, len(paths), _BATCH))


def reason(error: Exception) -> str:
    """Say why something cannot be read."""
    return str(getattr(error, "strerror", None) or error or type(error).__name__)
