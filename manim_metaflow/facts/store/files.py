"""The files below a datastore's root, asked for many at a time; here those of a folder on this machine.

Metaflow's code for a local root asks the file system six to nine times for each file, which is most of the
time that a run of thousands of tasks takes to read. A local root is plain files in a layout that
Metaflow documents, so they are opened as they are here. Every other root is read through Metaflow: see
:mod:`.storages`.

A root may come from a stranger. Only regular files inside it are opened, no device and no pipe, and no link
that leads out of it; and of each no more is read than a caller has use for.
"""

from __future__ import annotations

import errno
import os
import stat
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from manim_metaflow.facts.store.checked import json_object

__all__ = ["LocalFiles", "StoreFiles", "bounded_content", "packed_limit", "reason", "unpacked"]

_GZIP_FORMAT = 31
"""``wbits`` that make zlib expect a gzip header."""
_PIECE = 16 * 1024
_LARGEST = 64 * 1024 * 1024
"""Bytes of a file that are read at most: a key map of 400,000 names has as many."""
_LOG_END = 1024 * 1024
"""Bytes at the end of a log that are read: a task may have printed gigabytes, and a record has 50 lines."""


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

    def blobs(self, paths: Sequence[str], most: int) -> Iterator[bytes | None]:
        """Read and decompress each blob; ``None`` also for one that is of more than ``most`` bytes then."""
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
        # The root itself may be a link: the user named it. What its links may lead to is compared with the
        # real one.
        self._real = os.path.realpath(root)
        self._places = {"": root}
        """Folders below the root that were found to be inside it, and where they are."""

    def folders(self, paths: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """List the folders right inside each folder, by name."""
        for path in paths:
            try:
                with os.scandir(self._folder(path)) as found:
                    yield [entry.name for entry in found if _is_folder(entry)], ""
            except FileNotFoundError:
                yield [], ""
            except OSError as error:
                yield [], reason(error)

    def names(self, paths: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """List all that is right inside each folder, by name."""
        for path in paths:
            try:
                yield os.listdir(self._folder(path)), ""
            except FileNotFoundError:
                yield [], ""
            except OSError as error:
                yield [], reason(error)

    def read(self, paths: Iterable[str]) -> Iterator[tuple[bytes | None, str]]:
        """Read each file."""
        for path in paths:
            try:
                yield self._content(path, _LARGEST), ""
            except FileNotFoundError:
                yield None, ""
            except OSError as error:
                yield None, reason(error)

    def sizes(self, paths: Sequence[str]) -> Iterator[int | None]:
        """Return the size of each file."""
        for path in paths:
            try:
                yield self._file(path)[1].st_size
            except OSError:
                yield None

    def written(self, path: str) -> float | None:
        """Return when a file was written, seconds since the epoch."""
        try:
            return self._file(path)[1].st_mtime_ns / 1e9
        except OSError:
            return None

    def blobs(self, paths: Sequence[str], most: int) -> Iterator[bytes | None]:
        """Read and decompress each blob; ``None`` also for one that is of more than ``most`` bytes then."""
        for path in paths:
            try:
                yield self._blob(path, most)
            except OSError:
                yield None

    def _blob(self, path: str, most: int) -> bytes | None:
        content = self._content(path, packed_limit(most))
        # Metaflow keeps only code packages as they are. They are gzip files, too: decompressed they are
        # the same archive, and asking for the note beside each blob would double the requests.
        blob = unpacked(content, most)
        if blob is None:
            note = json_object(self._content(f"{path}_meta", _PIECE)) or {}
            return content if note.get("cas_raw") is True and len(content) <= most else None
        return blob

    def _content(self, path: str, most: int) -> bytes:
        """Read a file, of a log its end; an error if it has more bytes than are wanted."""
        place, found = self._file(path)
        return bounded_content(place, found.st_size, most, log=path.endswith(".log"))

    def _file(self, path: str) -> tuple[str, os.stat_result]:
        """Find a regular file inside the root: where it is, and its size and time."""
        folder, _, name = path.rpartition("/")
        place = f"{self._folder(folder)}/{name}"
        found = os.lstat(place)
        if stat.S_ISLNK(found.st_mode):
            place = self._target(place)
            # Looked at again: a link may lead to a device or a pipe inside the root.
            found = os.lstat(place)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        return place, found

    def _folder(self, path: str) -> str:
        """Find a folder inside the root. Each is looked at once: most of them hold many files."""
        place = self._places.get(path)
        if place is None:
            above, _, name = path.rpartition("/")
            if name in ("", ".", ".."):
                raise OSError(errno.EINVAL, "its name is no name of a folder")
            place = f"{self._folder(above)}/{name}"
            if stat.S_ISLNK(os.lstat(place).st_mode):
                place = self._target(place)
            self._places[path] = place
        return place

    def _target(self, link: str) -> str:
        """Return where a link leads to, if that is inside the root."""
        target = os.path.realpath(link, strict=True)
        # By whole names: as texts, `/data/.metaflow2` would begin with `/data/.metaflow`.
        if os.path.commonpath((target, self._real)) != self._real:
            raise OSError(errno.EXDEV, "it is a link that leads out of the datastore")
        return target


def bounded_content(place: str, size: int, most: int = _LARGEST, *, log: bool) -> bytes:
    """Read a file of a datastore, of a log its end.

    Raises
    ------
    OSError
        It has more bytes than are wanted.
    """
    if size > most and not log:
        raise OSError(errno.EFBIG, f"it has {size} bytes, more than are read")
    # Should a link or a pipe take the file's place now, it is not followed, and not waited for.
    file = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if log and size > _LOG_END:
            os.lseek(file, -_LOG_END, os.SEEK_END)
        return _whole(file, most)
    finally:
        os.close(file)


def unpacked(content: bytes, most: int) -> bytes | None:
    """Decompress a blob; ``None`` if it is no gzip, cut short, or of more than ``most`` bytes.

    >>> import gzip
    >>> unpacked(gzip.compress(b"abc"), 3), unpacked(gzip.compress(b"abc"), 2), unpacked(b"abc", 3)
    (b'abc', None, None)
    """
    reader = zlib.decompressobj(_GZIP_FORMAT)
    try:
        # One byte more than is wanted tells a blob that is too large from one that just fits, without
        # unpacking the rest.
        blob = reader.decompress(content, most + 1)
    except zlib.error:
        return None
    return blob if reader.eof and len(blob) <= most else None


def packed_limit(most: int) -> int:
    """Return how many bytes a blob's file can have whose content has so many: random bytes grow a little."""
    return most + most // 1000 + 1024


def reason(error: Exception) -> str:
    """Return why something cannot be read, in words."""
    # Metaflow's errors have their text in ``message``, some of them only a headline.
    texts = (getattr(error, name, None) for name in ("strerror", "message"))
    given = next((str(text) for text in texts if text), "") or str(error)
    return given or str(getattr(error, "headline", "") or type(error).__name__)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Take a link for a folder, too: reading it shows that nothing is behind it, and why."""
    return entry.is_dir(follow_symlinks=False) or entry.is_symlink()


def _whole(file: int, most: int) -> bytes:
    """Read a file with the fewest requests there can be: nearly all are a few hundred bytes."""
    # A short answer is the end of a regular file: no second request is needed to see it.
    content = os.read(file, _PIECE)
    if len(content) < _PIECE:
        return content
    pieces, size = [content], len(content)
    while content and size <= most:  # it may grow while it is read
        content = os.read(file, 64 * _PIECE)
        pieces.append(content)
        size += len(content)
    return b"".join(pieces)
