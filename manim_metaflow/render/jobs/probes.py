"""Tell of what Python has no audit event for: existence and times of files, variables, module names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any

__all__ = ["ModuleNames", "watch_environment", "watch_probes"]

_ASKING_FOR_TIMES = {"getmtime", "getsize", "getatime", "getctime", "stat", "lstat"}
"""Functions of the standard library that hand on more of a file's entry than that it is there."""


def watch_probes(probed: Callable[[Any, str, FrameType], None]) -> None:
    """Call a function with path, kind of question and frame, whenever a file is looked at and not opened.

    The kind is ``"kind"``, ``"link"`` if links are not followed, or ``"all"`` if the answer has the times.
    """
    for name in ("stat", "lstat", "access", "readlink"):
        original = getattr(os, name)
        watched = _watched(original, name, probed)
        # `shutil` and others ask in these sets what a function can do.
        for support in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if original in support:
                support.add(watched)
        setattr(os, name, watched)


def _watched(original: Any, name: str, probed: Callable[[Any, str, FrameType], None]) -> Any:
    follows = name in ("stat", "access")

    def look(path: Any, *arguments: Any, **named: Any) -> Any:
        frame = sys._getframe(1)
        how = "kind" if follows and named.get("follow_symlinks", True) else "link"
        if name == "stat" and how == "kind" and _wants_times(frame):
            how = "all"
        # A path below an open folder, known by its number only, cannot be named; `os.open` of the folder
        # was recorded.
        if named.get("dir_fd") is None:
            probed(path, how, frame)
        return original(path, *arguments, **named)

    return look


def _wants_times(frame: FrameType) -> bool:
    """Whether who asks gets more than yes or no: ``Path.stat`` for itself, but not for ``Path.exists``."""
    name, where = frame.f_code.co_name, os.path.basename(frame.f_code.co_filename)
    if not where.startswith(("pathlib", "genericpath", "posixpath", "ntpath", "_local", "_abc")):
        return True
    outer = frame.f_back
    within = outer is not None and outer.f_code.co_filename == frame.f_code.co_filename
    return name in _ASKING_FOR_TIMES and not within


def watch_environment(asked: Callable[[str, str | None, FrameType], None]) -> None:
    """Call a function with name, value and frame, whenever an environment variable is read.

    What the process sets itself is not read from outside, and does not count from then on.
    """
    base: Any = type(os.environ)
    own: set[str] = set()

    class Watched(base):  # type: ignore[misc]
        """The environment, which tells what is read of it."""

        def __getitem__(self, name: str) -> str:
            self._tell(name)
            return str(super().__getitem__(name))

        def __contains__(self, name: object) -> bool:
            if isinstance(name, str):
                self._tell(name)
            return bool(super().__contains__(name))

        def __setitem__(self, name: str, value: str) -> None:
            own.add(name)
            super().__setitem__(name, value)

        def __delitem__(self, name: str) -> None:
            own.add(name)
            super().__delitem__(name)

        def _tell(self, name: str) -> None:
            # Of whoever reads the variable, two calls out: over `__getitem__` or `__contains__`.
            frame = sys._getframe(2)
            # Whoever copies the whole environment, as for another program, has not asked for any variable.
            copies = (
                frame.f_code.co_name in ("__iter__", "copy", "keys") and "abc" in frame.f_code.co_filename
            )
            if isinstance(name, str) and name not in own and not (copies and self._is_foreign(frame)):
                try:
                    value = str(super().__getitem__(name))
                except KeyError:
                    value = None
                asked(name, value, frame)

        def _is_foreign(self, frame: FrameType) -> bool:
            from manim_metaflow.render.jobs.callers import asking, is_foreign

            asks = asking(frame)
            return asks is None or is_foreign(asks.f_code)

    # The object itself stays: others have imported it by now.
    os.environ.__class__ = Watched


class ModuleNames:
    """A finder of modules that finds none, and notes for what names it was asked, and where they may be."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}
        # What was imported before is looked for on the path, too: a new file may come to hide it.
        self._top: set[str] = {name for name in sys.modules if "." not in name}

    def find_spec(self, name: str, path: Iterable[str] | None = None, target: Any = None) -> None:
        """Note a name; ``path`` are the folders of its package, and nothing for a name without one."""
        if path is None:
            self._top.add(name)
            return
        for folder in list(path):
            self._names.setdefault(os.path.abspath(folder), set()).add(name.rpartition(".")[2])

    def searched(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Give every folder in which modules are looked for, with their names."""
        top = dict.fromkeys(os.path.abspath(folder or ".") for folder in sys.path)
        folders = {folder: set(self._top) for folder in top}
        for folder, names in self._names.items():
            folders.setdefault(folder, set()).update(names)
        for folder, names in folders.items():
            yield folder, tuple(sorted(names))
