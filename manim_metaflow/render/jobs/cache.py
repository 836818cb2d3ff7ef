"""Tell whether a scene must be rendered again, without importing Manim.

Beside the films, the folder ``.manim-metaflow`` has a cache entry for every scene that was rendered: the
files that it read and those that it looked for in vain, the versions of what drew it, and the files that
were written. As long as nothing of that has changed, the film is up to date.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Self

from manim_metaflow.utils.files import write_text

__all__ = [
    "CacheEntry",
    "clear_digests",
    "digest",
    "entry_path",
    "file_state",
    "file_states",
    "glob_digest",
    "installed_versions",
    "read_entry",
    "write_entry",
]

_SCHEMA = 1

FileState = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds."""


@dataclass(frozen=True)
class CacheEntry:
    """What a scene was made of and what it wrote, when it was last rendered.

    Parameters
    ----------
    scene
        Its name; empty in the entry that lists the scenes of a file.
    scenes
        The scenes of the file, in the entry that lists them.
    plays, seconds
        The number of its plays, and its length.
    files
        Every file it read, with the hash of the contents; ``None`` for a file that did not exist.
    globs
        Folder, pattern and the hash of the names that were found, for every search in a folder.
    libraries, outputs
        Libraries of the system that drew it, and the files that were written.
    versions
        Versions of the packages it imported.
    """

    scene: str
    scenes: tuple[str, ...] = ()
    plays: int = 0
    seconds: float = 0.0
    files: Mapping[str, str | None] = field(default_factory=dict)
    globs: tuple[tuple[str, str, str], ...] = ()
    libraries: Mapping[str, FileState] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, FileState] = field(default_factory=dict)

    def is_current(self) -> bool:
        """Whether no input has changed, and every output is as it was written."""
        return (
            all(
                file_state(Path(path)) == tuple(state)
                for path, state in {**self.libraries, **self.outputs}.items()
            )
            and self.versions == versions(self.versions)
            and all(digest(Path(path)) == known for path, known in self.files.items())
            and all(glob_digest(folder, pattern) == known for folder, pattern, known in self.globs)
        )

    def with_outputs(self, written: Mapping[str, FileState]) -> Self:
        """Return the entry with the files that were written."""
        return replace(self, outputs=written)


def entry_path(media: Path, file: Path, scene: str, arguments: Iterable[str]) -> Path:
    """Name the cache entry of a scene: one for each set of options and each working folder."""
    key = [_SCHEMA, str(file.resolve()), scene, list(arguments), os.getcwd(), _environment()]
    name = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:20]
    return media / ".manim-metaflow" / f"{scene or file.stem}-{name}.json"


def read_entry(path: Path) -> CacheEntry | None:
    """Read a cache entry; ``None`` if it is missing or damaged, which only costs a render."""
    try:
        values = json.loads(path.read_bytes())
        return CacheEntry(**{**values, "globs": tuple(map(tuple, values["globs"]))})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_entry(path: Path, entry: CacheEntry) -> None:
    """Write a cache entry, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(asdict(entry)))


@cache
def digest(path: Path) -> str | None:
    """Hash the contents of a file; ``None`` if there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def clear_digests() -> None:
    """Read every file again: some may have changed since this process read them."""
    digest.cache_clear()
    installed_versions.cache_clear()


def glob_digest(folder: str, pattern: str) -> str:
    """Hash the names that match a pattern in a folder."""
    try:
        found = sorted(str(path) for path in Path(folder).glob(pattern))
    except (OSError, ValueError):
        found = []
    return hashlib.sha256("\0".join(found).encode()).hexdigest()


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


def versions(names: Iterable[str]) -> dict[str, str]:
    """Look up the versions of packages that are installed; Python's is under ``"python"``."""
    found = installed_versions()
    return {name: found[name] for name in names if name in found}


@cache
def installed_versions() -> dict[str, str]:
    """List what is installed, from the names of the ``dist-info`` folders: reading metadata takes longer."""
    found = {"python": f"{platform.python_implementation()} {platform.python_version()} {sys.platform}"}
    for folder in dict.fromkeys(sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            stem, _, kind = name.rpartition(".")
            if kind == "dist-info" and "-" in stem:
                package, _, version = stem.partition("-")
                found[package.lower().replace("_", "-").replace(".", "-")] = version
    return found


def _environment() -> dict[str, str]:
    return {name: value for name, value in sorted(os.environ.items()) if name.startswith("MANIM_METAFLOW_")}
