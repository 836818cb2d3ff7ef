"""The folders in which films are written before they are put into place."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from manim_metaflow.errors import ManimMetaflowError
from manim_metaflow.render.jobs.processes import alive

__all__ = ["REPORT", "SEGMENTS", "part_folder", "read_report", "stages_in"]

SEGMENTS = "plays"
"""Where a process keeps what it has encoded."""


REPORT = "report.json"
"""Where a process that draws a part says what it has seen."""


def read_report(folder: Path) -> dict[str, list[str]]:
    """Read what a part has seen (its marks) and which segments the whole film is made of."""
    found: dict[str, list[str]] = json.loads((folder / REPORT).read_text())
    return found


def part_folder(stage: Path, number: int) -> Path:
    """Name the folder in which a part is drawn, given that of the part which leads."""
    return stage / f"part-{number}"


@contextmanager
def stages_in(media: Path) -> Iterator[Path]:
    """Make a folder for the stages of this round, on the disk the films go to."""
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
    """Remove the stages of renders that were killed on this machine."""
    for folder in parent.glob(f"stage-{platform.node()}-*"):
        owner = folder.name.split("-")[-2]
        if owner.isdigit() and not alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)
