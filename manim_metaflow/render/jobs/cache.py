"""Tell whether a scene must be rendered again, without importing Manim.

Beside the films, in ``.manim-metaflow``, lies a note for every scene that was rendered: which files it
read and which it looked for, what versions of what drew it, and what was written. As long as all of that
is as it was, so is the film.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Self

__all__ = [
    "Known",
    "digest",
    "forget",
    "glob_digest",
    "installed",
    "note_path",
    "outputs",
    "read_note",
    "stat",
    "write_note",
]

_SCHEMA = 1

Stat = tuple[int, int]


@dataclass(frozen=True)
class Known:
    """What is known of a scene as it was rendered last.

    Parameters
    ----------
    scene
        Its name; empty for the note that lists the scenes of a file.
    scenes
        The scenes of the file, in the note that lists them.
    plays, seconds
        How many plays it had, and how long it was.
    files
        Every file it read, with the hash of what stood in it; ``None`` for one it looked for in vain.
    globs
        Every pattern it looked for in a folder, with the hash of the names that were found.
    libraries, outputs
        Libraries of the system that drew it, and the files that were written: size and time of change.
    versions
        Versions of the packages it imported.
    """

    scene: str
    scenes: tuple[str, ...] = ()
    plays: int = 0
    seconds: float = 0.0
    files: Mapping[str, str | None] = field(default_factory=dict)
    globs: tuple[tuple[str, str, str], ...] = ()
    libraries: Mapping[str, Stat] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Stat] = field(default_factory=dict)

    def current(self) -> bool:
        """Whether nothing that it was made of has changed, and all that was made is there."""
        return (
            all(stat(Path(path)) == tuple(was) for path, was in {**self.libraries, **self.outputs}.items())
            and self.versions == versions(self.versions)
            and all(digest(Path(path)) == was for path, was in self.files.items())
            and all(glob_digest(folder, pattern) == was for folder, pattern, was in self.globs)
        )

    def with_outputs(self, written: Mapping[str, Stat]) -> Self:
        """Add what was written."""
        return replace(self, outputs=written)


def note_path(media: Path, file: Path, scene: str, arguments: Iterable[str]) -> Path:
    """Name the note of a scene: another for every way it is rendered and every folder it is rendered from."""
    said = [_SCHEMA, str(file.resolve()), scene, list(arguments), os.getcwd(), _environment()]
    name = hashlib.sha256(json.dumps(said).encode()).hexdigest()[:20]
    return media / ".manim-metaflow" / f"{scene or file.stem}-{name}.json"


def read_note(path: Path) -> Known | None:
    """Read a note; ``None`` if there is none that can be read, which only costs a render."""
    try:
        values = json.loads(path.read_bytes())
        return Known(**{**values, "globs": tuple(map(tuple, values["globs"]))})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_note(path: Path, note: Known) -> None:
    """Write a note, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(note), file)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


@cache
def digest(path: Path) -> str | None:
    """Hash what stands in a file; ``None`` if there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def forget() -> None:
    """Look again at every file: some may have changed since this process looked."""
    digest.cache_clear()
    installed.cache_clear()


def glob_digest(folder: str, pattern: str) -> str:
    """Hash the names that a pattern finds in a folder."""
    try:
        found = sorted(str(path) for path in Path(folder).glob(pattern))
    except (OSError, ValueError):
        found = []
    return hashlib.sha256("\0".join(found).encode()).hexdigest()


def stat(path: Path) -> Stat | None:
    """Size and time of change, enough to tell whether somebody else wrote a file."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_size, about.st_mtime_ns


def outputs(paths: Iterable[Path]) -> dict[str, Stat]:
    """Describe files that were written."""
    found = {str(path): stat(path) for path in paths}
    return {path: about for path, about in found.items() if about is not None}


def versions(names: Iterable[str]) -> dict[str, str]:
    """Look up versions by package; one that is gone has none, and Python is ``"python"``."""
    found = installed()
    return {name: found[name] for name in names if name in found}


@cache
def installed() -> dict[str, str]:
    """List what is installed, by the names of the folders that say so: no metadata is read."""
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
