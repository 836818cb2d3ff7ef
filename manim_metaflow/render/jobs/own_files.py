"""Which files are inputs of a scene, and which a render makes itself or packages bring along."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from manim_metaflow.render.jobs.packages import is_packaged

__all__ = ["OwnFiles"]

_NOTES = f"{os.sep}.manim-metaflow{os.sep}"
"""The folder of cache entries and locks, which has a name of its own."""

_KERNEL = ("/proc/", "/sys/")
_DERIVED = re.compile(r"[0-9a-f]{16,64}\.\w+")
"""Names that Manim gives to what it derives from texts and formulas: hashes of all that they depend on."""


class OwnFiles:
    """What a render makes itself.

    Parameters
    ----------
    stage
        The folder that was made for the files of this render. Nothing in it was there before.

    Attributes
    ----------
    derived
        Folders in which Manim keeps what it derives, each with a separator at its end.
    made
        Folders that were made since.
    """

    def __init__(self, stage: Path) -> None:
        self._stage = f"{stage.resolve()}{os.sep}"
        self.derived: tuple[str, ...] = ()
        self.made: set[str] = set()

    def is_input(self, path: str, *, packages: bool = False) -> bool:
        """Whether a path is none of what a render makes itself, nor of Python and its packages."""
        # Most files are left out by name; following links takes a system call for each part of a path.
        if path.startswith((*_KERNEL, self._stage)) or _NOTES in path or (not packages and is_packaged(path)):
            return False
        if any(parent in self.made for parent in _and_parents(path)):
            return False
        real = os.path.realpath(path)
        if path.startswith("/dev/") or real.startswith("/dev/"):
            # A folder of files in memory is one of files. Everything else there is a device.
            return os.path.isfile(real) or os.path.isdir(real)
        if real.startswith(self.derived) and _DERIVED.fullmatch(os.path.basename(real)):
            return False
        return not real.startswith(self._stage) and (packages or not is_packaged(real))


def _and_parents(path: str) -> Iterable[str]:
    while path not in ("", os.sep):
        yield path
        path = os.path.dirname(path)
