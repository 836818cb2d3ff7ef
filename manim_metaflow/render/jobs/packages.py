"""Tell what of a process comes from Python and from installed packages, which their versions cover."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from manim_metaflow.render.jobs.callers import python_folders, site_folders
from manim_metaflow.render.jobs.digests import file_states, versions

__all__ = ["drawing_libraries", "imported_versions", "is_packaged", "module_files", "package_names"]

_DRAWING_LIBRARIES = ("cairo", "pango", "harfbuzz", "freetype", "fontconfig", "pixman", "fribidi")
_FONTS = (".ttf", ".otf", ".ttc", ".pfb")


def is_packaged(path: str) -> bool:
    """Whether a file is Python's or belongs to a package, whose version covers it."""
    if not path.startswith(python_folders()):
        return False
    for folder in site_folders():
        if path.startswith(f"{folder}{os.sep}"):
            name = path[len(folder) + 1 :].split(os.sep, maxsplit=1)[0]
            # Somebody may have put a module there by hand.
            return name.partition(".")[0] in package_names() or name.endswith((".dist-info", ".pth", ".libs"))
    return True


def module_files() -> Iterable[str]:
    """List the files of all modules that are imported."""
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    # Modules that were frozen or made at run time have no file, or a name that is no path.
    return {os.path.abspath(file) for file in files if isinstance(file, str) and os.path.isabs(file)}


def imported_versions() -> dict[str, str]:
    """Look up the version and the place of every package that something was imported from."""
    imported = {name.partition(".")[0] for name in list(sys.modules)}
    packages = {
        package.lower().replace("_", "-").replace(".", "-")
        for name, found in package_names().items()
        if name in imported
        for package in found
    }
    return versions(sorted(packages | {"python"}))


# It reads the list of files of every installed package.
package_names = cache(packages_distributions)


def drawing_libraries() -> dict[str, tuple[int, int]]:
    """Find the system's drawing libraries and fonts in what Linux has mapped into this process."""
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    # There is no such file on macOS: a change of the system's libraries goes unnoticed there.
    except OSError:
        return {}
    # The sixth column of `/proc/PID/maps` is the file; most lines of other memory have none.
    mapped = {line.split(maxsplit=5)[5] for line in lines if line.count("/") > 1}
    chosen = {
        path
        for path in mapped
        if not path.startswith(python_folders())
        and (path.lower().endswith(_FONTS) or any(name in Path(path).name for name in _DRAWING_LIBRARIES))
    }
    return file_states(map(Path, sorted(chosen)))
