"""Note what a render reads, while it reads it.

Python tells an audit hook of every file that is opened. What the standard library and installed packages
read is left out: their versions stand for it.
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

from manim_metaflow.render.jobs.cache import Known, digest, glob_digest, installed, stat

__all__ = ["Notes"]

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_DRAWS = ("cairo", "pango", "harfbuzz", "freetype", "fontconfig", "pixman", "fribidi")
_FONTS = (".ttf", ".otf", ".ttc", ".pfb")
_KERNEL = ("/proc/", "/sys/", "/dev/")


class Notes:
    """What this process reads from now on. An audit hook cannot be removed: one a process.

    Parameters
    ----------
    media
        Where films and Manim's caches go; what is read there was made from something else.
    """

    def __init__(self, media: Path) -> None:
        self._began = time.time_ns()
        self._ours = tuple(f"{path}{os.sep}" for path in (media.resolve(), *_python_folders()))
        self._read: set[str] = set()
        self._made: set[str] = set()
        self._globs: set[tuple[str, str]] = set()
        sys.addaudithook(self._hear)

    def also(self, path: str | Path) -> None:
        """Note a file that is not opened by Python."""
        self._read.add(os.path.abspath(path))

    def about(
        self, scene: str, plays: int = 0, seconds: float = 0.0, scenes: tuple[str, ...] = ()
    ) -> Known | None:
        """Say what the scene was made of; ``None`` if some of it changed while it was rendered."""
        read = {path for path in (*self._read, *_module_files()) if self._counts(path)} - self._made
        if any((about := stat(Path(path))) and about[1] > self._began for path in read):
            return None
        made = {path for path in self._made if self._counts(path) and os.path.isfile(path)}
        return Known(
            scene=scene,
            scenes=scenes,
            plays=plays,
            seconds=seconds,
            files={path: digest(Path(path)) for path in sorted(read | made) if not os.path.isdir(path)},
            globs=tuple(
                (folder, pattern, glob_digest(folder, pattern))
                for folder, pattern in sorted(self._globs)
                if self._counts(os.path.join(folder, ""))
            ),
            libraries=_libraries(),
            versions=_versions(),
        )

    def _counts(self, path: str) -> bool:
        if path.startswith(self._ours) or path.startswith(
            _KERNEL
        ):  # most are, and a link is followed name by name
            return False
        return not os.path.realpath(path).startswith(self._ours)

    def _hear(self, event: str, about: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = about
            if isinstance(path, str | bytes | os.PathLike):
                self._opened(os.path.abspath(os.fsdecode(path)), bool(flags & _WRITES))
        elif event == "os.rename" and not os.fsdecode(about[1]).endswith(".pyc"):
            self._made.add(os.path.abspath(os.fsdecode(about[1])))
        elif event == "pathlib.Path.glob":
            self._globs.add((os.path.abspath(about[0]), str(about[1])))

    def _opened(self, path: str, writes: bool) -> None:
        if path.endswith(".pyc"):
            try:
                path = importlib.util.source_from_cache(path)
            except ValueError:
                return
        if writes:
            self._made.add(path)
        elif path not in self._made:
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
    return {name: version for name, version in installed().items() if name in packages | {"python"}}


_packages = cache(packages_distributions)  # it reads every package's list of files


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
        and (path.lower().endswith(_FONTS) or any(name in Path(path).name for name in _DRAWS))
    }
    found = {path: stat(Path(path)) for path in sorted(chosen)}
    return {path: about for path, about in found.items() if about is not None}
