"""What is asked of a worker, and what it says meanwhile."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Self

__all__ = ["Job", "Said", "say"]

_MANNERS = ("--verbosity=", "--disable_caching", "--notify_outdated_version", "--silent")
"""What says how to render, not what."""


@dataclass(frozen=True)
class Job:
    """One scene to render in a process of its own.

    Parameters
    ----------
    file
        The file the scene stands in, as the user wrote it: Manim names folders after it.
    scene
        The scene; empty to say which there are and render the first of them.
    names
        The scenes that are asked for; empty for all of the file. Only without ``scene``.
    arguments
        Options for ``manim render``, as it would be given them.
    media
        Where Manim's files go.
    stage
        A folder of this job alone, on the same disk as ``media``. What is written goes there first.
    section
        Render this section only.
    plain
        Let Manim render by itself.
    background
        The colour behind scenes that do not set their own; Manim's when empty.
    watermark
        A line of text in a corner of every frame; none when empty.
    parts, part
        How many processes draw the scene, and which of them this is; the first puts the film together.
        0 parts leave open how many.
    apart
        The other parts are drawn on other machines, and all are put together there.
    chance
        What seeds random numbers where nothing else does: all parts must draw the same.
    """

    file: Path
    scene: str = ""
    names: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    media: Path = Path("media")
    stage: Path = Path()
    section: str | None = None
    plain: bool = False
    background: str = ""
    watermark: str = ""
    parts: int = 0
    part: int = 0
    apart: bool = False
    chance: int = 0

    @property
    def title(self) -> str:
        """How a person calls it."""
        return self.scene or str(self.file)

    @property
    def asked(self) -> tuple[str, ...]:
        """Everything that decides how the film will be, other than the scene itself."""
        film = [said for said in self.arguments if not said.startswith(_MANNERS)]
        own = [f"section {self.section}"] if self.section is not None else []
        own += ["plain"] if self.plain else []
        own += [f"background {self.background}"] if self.background else []
        own += [f"watermark {self.watermark}"] if self.watermark else []
        return (*film, *own)

    def to_json(self) -> str:
        """Write it on one line."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read it again."""
        values = json.loads(text)
        paths = {name: Path(values[name]) for name in ("file", "media", "stage")}
        tuples = {name: tuple(values[name]) for name in ("names", "arguments")}
        return cls(**{**values, **paths, **tuples})


@dataclass(frozen=True)
class Said:
    """One thing a worker says.

    Parameters
    ----------
    what
        ``scenes`` (which there are), ``play`` (so many are done), ``waits`` (for another render of the same
        scene), ``note`` (a line for the user); and as the last word ``done``, ``unchanged``, ``failed``,
        ``usage`` (asked for what is not there), ``empty`` (the file has no scene), ``listed`` (no more was
        asked), ``part`` (its part is drawn) or ``whole`` (it cannot be drawn in parts).
    scene
        Which scene it is about.
    text
        A message: a traceback, why it failed, what is not there.
    number
        Plays done.
    names
        Scenes.
    files
        What was written.
    """

    what: str
    scene: str = ""
    text: str = ""
    number: int = 0
    names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def last(self) -> bool:
        """Whether nothing comes after it."""
        return self.what not in ("scenes", "play", "waits", "note")

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read what a worker said."""
        values = json.loads(text)
        lists = {name: tuple(values.get(name, ())) for name in ("names", "files")}
        return cls(**{**values, **lists})


def say(channel: IO[str], said: Said) -> None:
    """Say it on one line, without what has nothing in it."""
    about = {entry.name: getattr(said, entry.name) for entry in fields(said)}
    channel.write(json.dumps({key: value for key, value in about.items() if value}) + "\n")
    channel.flush()
