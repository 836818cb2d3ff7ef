"""Write files: checked before long work, over nothing of the user's, and whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from manim_metaflow.errors import UsageError
from manim_metaflow.utils.own_folders import PREFIX, sweep, temporary_folder

__all__ = [
    "atomic_write",
    "folder_locked",
    "is_disk_full",
    "working_folder_kept",
    "writable",
    "write_bytes",
    "write_text",
]

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def writable(output: Path) -> Path:
    """Check before long work that a file can be written, and return its path.

    What calls before left beside it that were killed is removed.

    Raises
    ------
    UsageError
        Its folder does not exist or cannot be written to, or the path is a folder.
    """
    folder = output.resolve().parent
    if output.is_dir():
        raise UsageError(f"{output} is a folder. Name the file to write.")
    if not folder.is_dir():
        raise UsageError(f"Cannot write {output}: there is no folder {folder}.")
    try:
        # Only writing tells: the superuser and network file systems do not go by permissions.
        sweep(folder)
        with temporary_folder(folder, PREFIX):
            pass
    except OSError as error:
        raise UsageError(
            f"Cannot write {output}: the folder {folder} is not writable ({error.strerror})."
        ) from error
    return output


@contextmanager
def working_folder_kept() -> Iterator[None]:
    """Come back to the working folder after code of the user's, which may go to another.

    What is read and written later is named from the folder in which it was asked for.
    """
    try:
        before = os.getcwd()
    except FileNotFoundError:  # It was deleted: there is nothing to come back to.
        yield
        return
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def folder_locked(folder: Path) -> Iterator[None]:
    """Let one process at a time replace files of a folder; the others wait.

    The lock is on the folder itself, so that no file is left behind, and ends with the process at the latest.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield an empty draft on the same disk, and put it in place of ``path`` when the block succeeds.

    A failure or Ctrl-C, whenever it comes, leaves the file as it was and no draft behind. The draft has
    the suffix of ``path``, from which many writers choose the format, and may be replaced in the block. A
    symbolic link stays one: the file it points to is replaced.

    Raises
    ------
    OSError
        The folder does not exist, cannot be written to, or is full.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "numbers.csv")
    ...     with atomic_write(path) as draft:
    ...         count = draft.write_text("1,2,3")
    ...         before = path.exists()
    ...     before, draft.suffix, path.read_text()
    (False, '.csv', '1,2,3')
    """
    target = path.resolve()
    # A folder of its own is locked while it is in use, so that what a killed process leaves can be told.
    with temporary_folder(target.parent, PREFIX) as folder:
        draft = folder / f"draft{target.suffix}"
        draft.touch()
        yield draft
        draft.replace(target)


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8 with plain line ends, whole or not at all."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write bytes, whole or not at all."""
    with atomic_write(path) as draft:
        draft.write_bytes(data)


def is_disk_full(error: BaseException | None) -> bool:
    """Return whether a full disk is the cause, also of an error that libav or Manim made of it."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return True
        if "No space left on device" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False
