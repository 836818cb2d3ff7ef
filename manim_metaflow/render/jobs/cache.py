"""Tell whether a scene must be rendered again, without importing Manim.

Beside the films, the folder ``.manim-metaflow`` has a cache entry for every scene that was rendered: the
files that it read and those that it looked for in vain, the versions of what drew it, and the files that
were written. As long as nothing of that has changed, the film is up to date.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from manim_metaflow.render.jobs.digests import (
    FileState,
    Identity,
    file_state,
    glob_digest,
    has_changed,
    listing_digest,
    modules_digest,
    probe,
    versions,
)
from manim_metaflow.utils.files import write_text

__all__ = ["HASH_SEED", "CacheEntry", "entry_path", "hash_seed", "read_entry", "value_digest", "write_entry"]

# Part of the name of an entry: a change of what entries hold makes all older ones unfindable.
_SCHEMA = 2

HASH_SEED = "PYTHONHASHSEED"
"""Python draws it anew for each process that is not given one: then the order of sets is chance."""


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
    unwatched
        Why nobody can tell whether the scene is up to date; empty if that is known.
    files
        Every file it read, with the hash of the contents; ``None`` for a file that did not exist.
    probes
        Paths of which only existence or times were asked: how, and the answer.
    listings
        Folders that were listed, with the hash of the names in them.
    globs
        Folder, pattern, kind and the hash of the names that were found, for every search in a folder.
    modules
        Folder, names and a hash, for every folder in which ``import`` looked for modules: one may come to be
        found, or to hide another.
    environment
        Variables that were read, each with the hash of its value: it may be a secret.
    libraries, outputs
        Libraries of the system that drew it, and the files that were written.
    versions
        Versions and places of the packages it imported.
    """

    scene: str
    scenes: tuple[str, ...] = ()
    plays: int = 0
    seconds: float = 0.0
    unwatched: str = ""
    files: Mapping[str, Identity] = field(default_factory=dict)
    probes: tuple[tuple[str, str, str], ...] = ()
    listings: Mapping[str, str] = field(default_factory=dict)
    globs: tuple[tuple[str, str, str, str], ...] = ()
    modules: tuple[tuple[str, tuple[str, ...], str], ...] = ()
    environment: Mapping[str, str | None] = field(default_factory=dict)
    libraries: Mapping[str, FileState] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, FileState] = field(default_factory=dict)

    def is_current(self) -> bool:
        """Whether no input has changed, and every output is as it was written."""
        return (
            # Cheap questions come first: states and versions take a call each, hashes read whole files.
            not self.unwatched
            and all(
                file_state(Path(path)) == tuple(state)
                for path, state in {**self.libraries, **self.outputs}.items()
            )
            and self.versions == versions(self.versions)
            and all(value_digest(_seen(name)) == known for name, known in self.environment.items())
            and not any(has_changed(path, known) for path, known in self.files.items())
            and all(probe(path, how) == known for path, how, known in self.probes)
            and all(listing_digest(folder) == known for folder, known in self.listings.items())
            and all(glob_digest(folder, pattern, how) == known for folder, pattern, how, known in self.globs)
            and all(modules_digest(folder, names) == known for folder, names, known in self.modules)
        )

    def with_outputs(self, written: Mapping[str, FileState]) -> Self:
        """Return the entry with the files that were written."""
        # A scene may read what it writes; compared as an input, its own output would make it out of date at
        # once.
        files = {path: known for path, known in self.files.items() if path not in written}
        return replace(self, files=files, outputs=written)


def entry_path(media: Path, file: Path, scene: str, arguments: Iterable[str]) -> Path:
    """Name the cache entry of a scene: one for each set of options and each working folder."""
    # Relative paths in a scene mean something else in another folder, and the package's own variables
    # change what is drawn.
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


def value_digest(value: str | None) -> str | None:
    """Hash the value of an environment variable."""
    return None if value is None else hashlib.sha256(value.encode(errors="surrogateescape")).hexdigest()


def hash_seed() -> str:
    """Return what decides about the order of sets of strings in a scene's process."""
    return os.environ.get(HASH_SEED, "0")


def _seen(name: str) -> str | None:
    """Return a variable as a scene's process has it."""
    return hash_seed() if name == HASH_SEED else os.environ.get(name)


def _environment() -> dict[str, str]:
    ours = {name: value for name, value in sorted(os.environ.items()) if name.startswith("MANIM_METAFLOW_")}
    return {**ours, HASH_SEED: hash_seed()}
