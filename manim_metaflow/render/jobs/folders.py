"""The folders in which films are written before they are published."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from manim_metaflow.errors import ManimMetaflowError
from manim_metaflow.utils.own_folders import sweep, temporary_folder

__all__ = ["stage_folder"]


@contextmanager
def stage_folder(media: Path) -> Iterator[Path]:
    """Make a folder for the files of one call, on the disk of the films."""
    # Below the media folder: a film can be moved into place in one step only within a disk.
    parent = media / ".manim-metaflow"
    # A media folder may be shared over the network, where locks of other machines cannot be relied on.
    prefix = f"stage-{platform.node()}-"
    with ExitStack() as stack:
        try:
            parent.mkdir(parents=True, exist_ok=True)
            sweep(parent, prefix)
            folder = stack.enter_context(temporary_folder(parent, prefix))
        except OSError as error:
            raise ManimMetaflowError(f"{media}: cannot write there: {error.strerror}.") from error
        yield folder
