"""Where a command writes, and how it says what it does meanwhile."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from manim_metaflow.errors import UsageError

__all__ = ["whole_file", "writable"]


def writable(output: Path) -> Path:
    """Check before long work that a file can be written, and return its path.

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
    if not os.access(folder, os.W_OK):
        raise UsageError(f"Cannot write {output}: the folder {folder} is not writable.")
    return output


@contextmanager
def whole_file(output: Path) -> Iterator[Path]:
    """Write beside the file and put it in place when it is whole; nothing is left when it is not."""
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=output.suffix, dir=output.resolve().parent)
    except OSError as error:  # a folder that lets nobody write, whatever its permissions say
        raise UsageError(f"Cannot write {output}: {error.strerror}.") from error
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(0o644)
        draft.replace(output)
    finally:
        draft.unlink(missing_ok=True)
