"""Tell whether files, folders and packages are what they were, by what is in them."""

from __future__ import annotations

import glob
import hashlib
import os
import stat
import time
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from manim_metaflow.render.jobs.callers import PYTHON, site_folders

__all__ = [
    "FileState",
    "Identity",
    "clear_digests",
    "digest",
    "file_state",
    "file_states",
    "full_state",
    "glob_digest",
    "has_changed",
    "identity",
    "listing_digest",
    "modules_digest",
    "probe",
    "versions",
]

FileState = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds."""

Identity = tuple[str | None, tuple[int, ...] | None]
"""The hash of a file, and the state it had; the state is missing where it proves nothing."""

_SETTLED = 2_000_000_000
"""Nanoseconds for which a file has to be at rest before its state proves anything.

Clocks of file systems have steps: two changes within one step, of the same length, leave the same state.
The coarsest in use (FAT's) has a step of two seconds.
"""


@cache
def digest(path: Path) -> str | None:
    """Hash the contents of a file; ``None`` if there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def identity(path: Path) -> Identity:
    """Say which file it is: by its contents, and by its state where that is enough to know it again."""
    state = full_state(path)
    settled = state is not None and max(state[1:3]) < time.time_ns() - _SETTLED
    return digest(path), state if settled else None


def has_changed(path: str, known: Iterable[object]) -> bool:
    """Whether a file has other contents than it had. They are read only if its state is another, too."""
    contents, state = known
    if state is not None and full_state(Path(path)) == tuple(state):  # type: ignore[arg-type]
        return False
    return digest(Path(path)) != contents


def full_state(path: Path) -> tuple[int, ...] | None:
    """Return size, time of change, time of change of the entry (which nobody can set), and inode."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def clear_digests() -> None:
    """Read every file again: some may have changed since this process read them."""
    digest.cache_clear()
    _installed.cache_clear()


def file_state(path: Path) -> FileState | None:
    """Return size and time of change: enough to see that something else has written the file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def file_states(paths: Iterable[Path]) -> dict[str, FileState]:
    """Return the states of the files that exist."""
    found = {str(path): file_state(path) for path in paths}
    return {path: state for path, state in found.items() if state is not None}


def probe(path: str, how: str) -> str:
    """Answer what was asked of a path: whether and as what it exists, and with ``how="all"`` its times.

    With ``how="link"`` a link is not followed.
    """
    try:
        found = os.lstat(path) if how == "link" else os.stat(path)
    except (OSError, ValueError):
        return ""
    kind = str(stat.S_IFMT(found.st_mode))
    # Sizes and times only where somebody asked for them: a folder's change with every file in it.
    return f"{kind} {found.st_size} {found.st_mtime_ns} {found.st_mode}" if how == "all" else kind


def listing_digest(folder: str) -> str:
    """Hash the names in a folder, and which of them are folders; empty if it cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            # Sorted, as a file system may list the same names in another order.
            names = sorted(f"{entry.name}{os.sep if entry.is_dir() else ''}" for entry in entries)
    except OSError:
        return ""
    return _hash(names)


def glob_digest(folder: str, pattern: str, how: str = "path") -> str:
    """Hash the names that match a pattern in a folder, by ``Path.glob`` or the functions of ``glob``."""
    try:
        if how == "path":
            found = [str(path) for path in Path(folder).glob(pattern)]
        else:
            found = glob.glob(pattern, root_dir=folder, recursive=how == "recursive")
    except (OSError, ValueError, NotImplementedError):
        found = []
    return _hash(sorted(found))


def modules_digest(folder: str, names: Iterable[str]) -> str:
    """Hash what a folder has that ``import`` would take for one of these modules."""
    try:
        there = os.listdir(folder)
    except OSError:
        return ""
    wanted = set(names)
    return _hash(sorted(name for name in there if _module_name(name) in wanted))


def _module_name(name: str) -> str:
    stem, dot, rest = name.partition(".")
    # Python's file names: `name` (a package), `name.py`, `name.pyc`,
    # `name.cpython-312-x86_64-linux-gnu.so`.
    return stem if not dot or rest in ("py", "pyc") or rest.endswith("so") else ""


def versions(names: Iterable[str]) -> dict[str, str]:
    """Look up where packages are installed, in which versions, and since when; Python is ``"python"``."""
    found = _installed()
    return {name: _installation(found[name]) for name in names if name in found}


def _installation(place: str) -> str:
    try:
        # The folder's time is that of its installation: the same version installed anew, from a checkout as
        # well, counts.
        return f"{place} {os.stat(place).st_mtime_ns}"
    except OSError:
        return place


@cache
def _installed() -> Mapping[str, str]:
    """List what is installed, from the names of the ``dist-info`` folders: reading metadata takes longer."""
    found = {"python": PYTHON}
    for folder in site_folders():
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            stem, _, kind = name.rpartition(".")
            if kind == "dist-info" and "-" in stem:
                package = stem.partition("-")[0].lower().replace("_", "-").replace(".", "-")
                # The first folder on the path wins, as for `import`.
                found.setdefault(package, os.path.join(folder, name))
    return found


def _hash(names: Iterable[str]) -> str:
    # NUL is the one character that no file name has.
    return hashlib.sha256("\0".join(names).encode(errors="surrogateescape")).hexdigest()
