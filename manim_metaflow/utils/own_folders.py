"""Folders that are made here and taken away again: only those with a mark in them, with nothing else in them.

A mark is a file that lists all the files of its folder. A user who puts a file of their own into such a
folder, or has a folder of the same name, keeps it.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from manim_metaflow.errors import UsageError
from manim_metaflow.utils.signals import interrupts_held

__all__ = [
    "MARK",
    "PREFIX",
    "check_removable",
    "keep_folder",
    "mark_folder",
    "replaced_together",
    "scratch_folder",
    "sweep",
    "sweep_scratch",
    "temporary_folder",
]

MARK = ".manim-metaflow"
PREFIX = ".manim-metaflow-"
"""How the names of temporary folders begin that stand among files of the user's."""
_SCRATCH = "manim-metaflow-"
_MAKER = "manim-metaflow, which may remove this folder while it holds these files only"
_LOCK = ".manim-metaflow.lock"
"""In a temporary folder: locked for as long as the process that made it lives."""
_ASIDE, _COMING = "aside", "coming"
"""In a temporary folder, while files that belong together are replaced: what stood there, what is to come."""
_UNLOCKED = f"{_LOCK}.new"
_UNFINISHED = 60.0
"""Seconds after which a temporary folder without a lock is one whose process was killed while making it."""


def mark_folder(folder: Path) -> None:
    """Mark a folder as made here, with all that is in it now."""
    # Not a line each: a name may hold any character but NUL.
    text = json.dumps({"made_by": _MAKER, "files": sorted(_files(folder))}, indent=0)
    (folder / MARK).write_text(text + "\n")


def keep_folder(folder: Path, place: Path) -> None:
    """Move a temporary folder to where it stays."""
    os.replace(folder, place)
    # Only then: without a lock nobody could tell whether a folder of a temporary name is in use.
    (place / _LOCK).unlink(missing_ok=True)


def check_removable(folder: Path, *, force: bool = False) -> None:
    """Check that a folder may be removed: it is marked, and every file in it was there when it was.

    ``force`` says that the user allows it whatever is in it. A folder that does not exist, or has no file
    in it, may be removed.

    Raises
    ------
    UsageError
        The folder is not marked, or something was put into it.
    """
    if force or not os.path.lexists(folder):
        return
    # A link is not followed: what would be removed is somewhere else, and not marked.
    if folder.is_symlink() or not folder.is_dir():
        raise UsageError(f"{folder} is in the way: manim-metaflow would put a folder there. Move it away.")
    found = _files(folder)
    known = _marked_files(folder)
    if found and known is None:
        raise UsageError(
            f"{folder} would be replaced, and nothing in it says that it was made by manim-metaflow. "
            "Name another output, or move the folder away; the option --force replaces it."
        )
    if foreign := sorted(found - (known or set())):
        raise UsageError(
            f"{folder} would be replaced, and {foreign[0]} was put into it since it was made. "
            "Name another output, or move that file away; the option --force replaces it all."
        )


@contextmanager
def temporary_folder(parent: Path, prefix: str, suffix: str = "") -> Iterator[Path]:
    """Make a folder for the time of the block. Ctrl-C waits while it is made and while it is taken away.

    It is locked meanwhile. If this process is killed, the lock ends with it, and :func:`sweep` knows that
    the folder is not in use.
    """
    made: Path | None = None
    lock: int | None = None
    try:
        with interrupts_held():
            made = Path(tempfile.mkdtemp(dir=parent, prefix=prefix, suffix=suffix)).resolve()
            lock = os.open(made / _UNLOCKED, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Under its name only when it is locked: a sweep would take the folder for one that was left.
            os.replace(made / _UNLOCKED, made / _LOCK)
        yield made
    finally:
        with interrupts_held():
            if made is not None:
                shutil.rmtree(made, ignore_errors=True)
            if lock is not None:
                os.close(lock)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a folder for the time of the block where the system keeps what is temporary."""
    with temporary_folder(Path(tempfile.gettempdir()), _SCRATCH) as folder:
        yield folder


def sweep_scratch() -> None:
    """Remove the scratch folders whose processes were killed before they could.

    Commands do so when they begin, and not who makes such a folder: a scene would be drawn anew each time
    because it has listed a folder in which everybody writes.
    """
    sweep(Path(tempfile.gettempdir()), _SCRATCH)


def sweep(parent: Path, prefix: str = PREFIX) -> None:
    """Remove the temporary folders whose processes were killed before they could."""
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _UNFINISHED:
                # Both are refused if anything else is in it.
                (folder / _UNLOCKED).unlink(missing_ok=True)
                if not (folder / _LOCK).exists():
                    folder.rmdir()
                    continue
            lock = os.open(folder / _LOCK, os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _settle(folder)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


@contextmanager
def replaced_together(folder: Path, coming: Path, text: str) -> Iterator[Path]:
    """Let a folder and a file beside it be replaced in the block such that both are old or both are new.

    If this process is killed in the block, :func:`sweep` puts back what was moved aside, or, if what replaces
    it is in its place already, writes the file.

    Parameters
    ----------
    folder
        A temporary folder, beside what is replaced.
    coming, text
        The file that the block replaces last, and what is written to it.

    Yields
    ------
    pathlib.Path
        Where to move aside what stands there, under its own name.
    """
    aside, journal = folder / _ASIDE, folder / _COMING
    aside.mkdir()
    journal.mkdir()
    (journal / coming.name).write_text(text, encoding="utf-8")
    yield aside
    shutil.rmtree(journal)


def _settle(folder: Path) -> None:
    """Undo or finish what a process was replacing when it was killed."""
    coming, aside = ((folder / name) for name in (_COMING, _ASIDE))
    if not coming.is_dir() or not aside.is_dir() or not any(aside.iterdir()):
        return
    undone = False
    for old in aside.iterdir():
        if not os.path.lexists(folder.parent / old.name):
            os.replace(old, folder.parent / old.name)
            undone = True
    for new in coming.iterdir() if not undone else ():
        os.replace(new, folder.parent / new.name)


def _marked_files(folder: Path) -> set[str] | None:
    """Read which files a folder had when it was marked; ``None`` if it has no mark of ours."""
    try:
        mark = json.loads((folder / MARK).read_bytes())
        return set(mark["files"]) if mark["made_by"] == _MAKER else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _files(folder: Path) -> set[str]:
    """Name every file below a folder, links included."""
    names: set[str] = set()
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        links = [name for name in folders if (here / name).is_symlink()]
        names.update(str((here / name).relative_to(folder)) for name in (*files, *links))
    return names - {MARK, _LOCK}
