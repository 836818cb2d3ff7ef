"""The files below a datastore's root, asked for many at a time; here those of a folder on this machine.

Metaflow's code for a local root asks the file system six to nine times for each file, which is most of the
time that a run of thousands of tasks takes to read. A local root is plain files in a layout that
Metaflow documents, so they are opened as they are here; whatever is unusual is left to Metaflow's code.
Every other root is read through Metaflow: see :mod:`.storages`.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, Protocol

__all__ = ["LocalFiles", "StoreFiles", "json_object", "reason", "unpacked"]

_GZIP = b"\x1f\x8b"
_GZIP_FORMAT = 31
"""``wbits`` that make zlib expect a gzip header."""
_PIECE = 16 * 1024


class StoreFiles(Protocol):
    """What a reader asks of a root. Paths are below the root.

    What is not there is empty or ``None``; what cannot be read is so, too, with the reason beside it.
    """

    kind: str
    """Metaflow's name for this kind of datastore: ``"local"``, ``"s3"``, ``"azure"``, ``"gs"``."""
    root: str
    """Where it is."""

    def folders(self, paths: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """List the folders right inside each folder, by name."""
        ...

    def names(self, paths: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """List all that is right inside each folder, by name."""
        ...

    def read(self, paths: Iterable[str]) -> Iterator[tuple[bytes | None, str]]:
        """Read each file."""
        ...

    def sizes(self, paths: Sequence[str]) -> Iterator[int | None]:
        """Return the size of each file."""
        ...

    def written(self, path: str) -> float | None:
        """Return when a file was written, seconds since the epoch, where the storage keeps that."""
        ...

    def blobs(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        """Read and decompress each blob."""
        ...


class LocalFiles:
    """A folder on this machine.

    Parameters
    ----------
    root
        The ``.metaflow`` folder.
    """

    kind = "local"

    def __init__(self, root: str) -> None:
        self.root = root

    def folders(self, paths: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """List the folders right inside each folder, by name."""
        for path in paths:
            try:
                with os.scandir(f"{self.root}/{path}") as found:
                    yield [entry.name for entry in found if _is_folder(entry)], ""
            except FileNotFoundError:
                yield [], ""
            except OSError as error:
                yield [], reason(error)

    def names(self, paths: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """List all that is right inside each folder, by name."""
        for path in paths:
            try:
                yield os.listdir(f"{self.root}/{path}"), ""
            except FileNotFoundError:
                yield [], ""
            except OSError as error:
                yield [], reason(error)

    def read(self, paths: Iterable[str]) -> Iterator[tuple[bytes | None, str]]:
        """Read each file."""
        for path in paths:
            try:
                yield _whole(f"{self.root}/{path}"), ""
            except FileNotFoundError:
                yield None, ""
            except OSError as error:
                yield None, reason(error)

    def sizes(self, paths: Sequence[str]) -> Iterator[int | None]:
        """Return the size of each file."""
        root, stat = self.root, os.stat  # asked of every blob there is
        for path in paths:
            try:
                yield stat(f"{root}/{path}").st_size
            except OSError:
                yield None

    def written(self, path: str) -> float | None:
        """Return when a file was written, seconds since the epoch."""
        try:
            return os.stat(f"{self.root}/{path}").st_mtime_ns / 1e9
        except OSError:
            return None

    def blobs(self, paths: Sequence[str]) -> Iterator[bytes | None]:
        """Read and decompress each blob."""
        for path, (content, _) in zip(paths, self.read(paths), strict=True):
            blob = None
            # Metaflow keeps only code packages as they are. They are gzip files, too: decompressed they are
            # the same archive, and asking for the note beside each blob would double the requests.
            if content is not None and content.startswith(_GZIP):
                with suppress(zlib.error):
                    blob = zlib.decompress(content, _GZIP_FORMAT)
            yield blob if blob is not None else self._unpacked(path)

    def _unpacked(self, path: str) -> bytes | None:
        from metaflow.plugins.datastores.local_storage import LocalStorage

        storage: Any = LocalStorage
        return unpacked(storage(self.root), path)


def unpacked(storage: Any, path: str) -> bytes | None:
    """Let Metaflow's content-addressed store, which knows all its formats, load one blob."""
    from metaflow.datastore.content_addressed_store import ContentAddressedStore

    folder, _, key = path.rsplit("/", 2)
    store: Any = ContentAddressedStore
    try:
        [(_, blob)] = store(folder, storage).load_blobs([key])
    except Exception:  # each storage raises errors of its own; here they all mean the same
        return None
    return bytes(blob)


def reason(error: Exception) -> str:
    """Return why something cannot be read, in words."""
    # Metaflow's errors have their text in ``message``, some of them only a headline.
    texts = (getattr(error, name, None) for name in ("strerror", "message"))
    given = next((str(text) for text in texts if text), "") or str(error)
    return given or str(getattr(error, "headline", "") or type(error).__name__)


def json_object(text: bytes | None) -> dict[str, Any] | None:
    """Read a JSON object; ``None`` if it is none."""
    try:
        content = json.loads(text) if text is not None else None
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Take a link for a folder, too: reading it shows that nothing is behind it, and why."""
    return entry.is_dir(follow_symlinks=False) or entry.is_symlink()


def _whole(path: str) -> bytes:
    """Read a file with the fewest requests there can be: nearly all are a few hundred bytes."""
    file = os.open(path, os.O_RDONLY)
    try:
        content = os.read(file, _PIECE)
        if len(content) < _PIECE:
            return content
        pieces = [content]
        while content:
            content = os.read(file, 64 * _PIECE)
            pieces.append(content)
        return b"".join(pieces)
    finally:
        os.close(file)
