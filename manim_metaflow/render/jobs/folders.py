"""The folders in which films are written before they are published."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from manim_metaflow.errors import ManimMetaflowError

__all__ = ["stage_folder"]


@contextmanager
def stage_folder(media: Path) -> Iterator[Path]:
    """Make a folder for the files of one call, on the disk of the films."""
    # Below the media folder: a film can be moved into place in one step only within a disk.
    parent = media / ".manim-metaflow"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _clear(parent)
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=f"stage-{platform.node()}-{os.getpid()}-"))
    except OSError as error:
        raise ManimMetaflowError(f"{media}: cannot write there: {error.strerror}.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear(parent: Path) -> None:
    """Remove the folders of renders that were killed on this machine."""
    for folder in parent.glob(f"stage-{platform.node()}-*"):
        # Process ids mean something on one machine only: a media folder may be shared over the network.
        owner = folder.name.split("-")[-2]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
