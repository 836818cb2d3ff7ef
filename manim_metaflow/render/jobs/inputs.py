"""Record the files that a render reads, while it reads them.

Python calls an audit hook for every file that is opened. Files of the standard library and of installed
packages are left out: the versions in the cache entry cover them.
"""

from __future__ import annotations

import importlib.util
import os
import site
import sys
import sysconfig
import time
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from manim_metaflow.render.jobs.cache import (
    CacheEntry,
    digest,
    file_state,
    file_states,
    glob_digest,
    installed_versions,
)

__all__ = ["InputRecorder"]

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_DRAWING_LIBRARIES = ("cairo", "pango", "harfbuzz", "freetype", "fontconfig", "pixman", "fribidi")
_FONTS = (".ttf", ".otf", ".ttc", ".pfb")
_KERNEL = ("/proc/", "/sys/", "/dev/")


class InputRecorder:
    """The files that this process reads from now on. An audit hook cannot be removed: make one a process.

    Parameters
    ----------
    media
        The folder of films and of Manim's caches. Files there are derived from other files, and left out.
    """

    def __init__(self, media: Path) -> None:
        self._start = time.time_ns()
        self._left_out = tuple(f"{path}{os.sep}" for path in (media.resolve(), *_python_folders()))
        self._read: set[str] = set()
        self._written: set[str] = set()
        self._globs: set[tuple[str, str]] = set()
        sys.addaudithook(self._audit)

    def add(self, path: str | Path) -> None:
        """Record a file that is not opened by Python."""
        self._read.add(os.path.abspath(path))

    def cache_entry(
        self, scene: str, plays: int = 0, seconds: float = 0.0, scenes: tuple[str, ...] = ()
    ) -> CacheEntry | None:
        """Return what the scene was made of; ``None`` if an input changed while it was rendered."""
        read = {path for path in (*self._read, *_module_files()) if self._is_input(path)} - self._written
        if any((state := file_state(Path(path))) and state[1] > self._start for path in read):
            return None
        written = {path for path in self._written if self._is_input(path) and os.path.isfile(path)}
        return CacheEntry(
            scene=scene,
            scenes=scenes,
            plays=plays,
            seconds=seconds,
            files={path: digest(Path(path)) for path in sorted(read | written) if not os.path.isdir(path)},
            globs=tuple(
                (folder, pattern, glob_digest(folder, pattern))
                for folder, pattern in sorted(self._globs)
                if self._is_input(os.path.join(folder, ""))
            ),
            libraries=_libraries(),
            versions=_versions(),
        )

    def _is_input(self, path: str) -> bool:
        # Most files are left out by name; following links takes a system call for each part of a path.
        if path.startswith((*self._left_out, *_KERNEL)):
            return False
        return not os.path.realpath(path).startswith(self._left_out)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, str | bytes | os.PathLike):
                self._opened(os.path.abspath(os.fsdecode(path)), bool(flags & _WRITE_FLAGS))
        elif event == "os.rename" and not os.fsdecode(arguments[1]).endswith(".pyc"):
            self._written.add(os.path.abspath(os.fsdecode(arguments[1])))
        elif event == "pathlib.Path.glob":
            self._globs.add((os.path.abspath(arguments[0]), str(arguments[1])))

    def _opened(self, path: str, writes: bool) -> None:
        if path.endswith(".pyc"):
            try:
                path = importlib.util.source_from_cache(path)
            except ValueError:
                return
        if writes:
            self._written.add(path)
        elif path not in self._written:
            self._read.add(path)


def _python_folders() -> set[Path]:
    paths = sysconfig.get_paths()
    folders = {paths[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")}
    return {Path(folder).resolve() for folder in (*folders, site.getusersitepackages())}


def _module_files() -> Iterable[str]:
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return {os.path.abspath(file) for file in files if isinstance(file, str)}


def _versions() -> dict[str, str]:
    """Look up the version of every package that something was imported from."""
    imported = {name.partition(".")[0] for name in list(sys.modules)}
    packages = {
        package.lower().replace("_", "-").replace(".", "-")
        for name, found in _packages().items()
        if name in imported
        for package in found
    }
    return {name: version for name, version in installed_versions().items() if name in packages | {"python"}}


# It reads the list of files of every installed package.
_packages = cache(packages_distributions)


def _libraries() -> dict[str, tuple[int, int]]:
    """Find the system's drawing libraries and fonts in what Linux has mapped into this process."""
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return {}
    mapped = {line.split(maxsplit=5)[5] for line in lines if line.count("/") > 1}
    inside = tuple(f"{folder}{os.sep}" for folder in _python_folders())
    chosen = {
        path
        for path in mapped
        if not path.startswith(inside)
        and (path.lower().endswith(_FONTS) or any(name in Path(path).name for name in _DRAWING_LIBRARIES))
    }
    return file_states(map(Path, sorted(chosen)))
