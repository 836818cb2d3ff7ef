"""Tell on whose behalf something is read: a scene's, that of an installed package, or Python's own."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FrameType

__all__ = ["asking", "by_import", "is_foreign", "python_folders", "site_folders", "standard_library"]

_OWN = str(Path(__file__).resolve().parents[2]) + os.sep


@cache
def standard_library() -> tuple[str, ...]:
    """Name the folders of Python's own modules, each with a separator at its end."""
    kinds = sysconfig.get_paths()
    folders = {kinds["stdlib"], kinds["platstdlib"]}
    return tuple(sorted({f"{form}{os.sep}" for folder in folders for form in _forms(folder)}))


@cache
def site_folders() -> tuple[str, ...]:
    """Name the folders that packages are installed in, the user's own among them."""
    kinds = sysconfig.get_paths()
    folders = [kinds["purelib"], kinds["platlib"], *site.getsitepackages()]
    # An environment of its own leaves the user's packages out, and so does `python -s`.
    if site.ENABLE_USER_SITE:
        folders.append(site.getusersitepackages())
    return tuple(dict.fromkeys(form for folder in folders for form in _forms(folder)))


def python_folders() -> tuple[str, ...]:
    """Name all folders that hold no code of a scene, each with a separator at its end."""
    return (*(f"{folder}{os.sep}" for folder in site_folders()), *standard_library())


def is_foreign(code: CodeType) -> bool:
    """Whether code is a package's, Python's or ours, and so no part of a scene."""
    name = code.co_filename
    return name.startswith(("<frozen", _OWN)) or name.startswith(python_folders())


def asking(frame: FrameType | None) -> FrameType | None:
    """Find the code that asks: the nearest frame that is not of Python's own library."""
    return next((each for each in _outwards(frame) if not _is_standard(each)), None)


def by_import(frame: FrameType | None) -> bool:
    """Whether it is Python that looks for a module, or for what is installed."""
    first = next(_outwards(frame), None)
    return first is not None and ("importlib" in first.f_code.co_filename or _is_linecache(first))


def _is_linecache(frame: FrameType) -> bool:
    return os.path.basename(frame.f_code.co_filename) in ("linecache.py", "inspect.py", "traceback.py")


def _is_standard(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    # On many systems packages are installed below the folder of the standard library.
    return name.startswith("<frozen") or (
        name.startswith(standard_library()) and not name.startswith(site_folders())
    )


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        if frame.f_code.co_filename != __file__:
            yield frame
        frame = frame.f_back


def _forms(folder: str) -> set[str]:
    """Give a folder as it is written and with its links followed: file names come both ways."""
    return {os.path.abspath(folder), os.path.realpath(folder)}


# The interpreter's own location is part of what draws: another one has other packages.
PYTHON = f"{sys.implementation.name} {'.'.join(map(str, sys.version_info))} {sys.platform} {sys.base_prefix}"
