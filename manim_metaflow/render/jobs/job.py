"""The job that a worker process is given, and the events that it sends while it works."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Self

__all__ = ["Event", "Job", "send"]

_PRESENTATION = ("--verbosity=", "--disable_caching", "--notify_outdated_version", "--silent")
"""Options that change how a render is shown, and not what is rendered."""


@dataclass(frozen=True)
class Job:
    """One scene to render in a process of its own.

    Parameters
    ----------
    file
        The file that defines the scene, as the user wrote it: Manim names folders after it.
    scene
        The scene; empty to list the scenes of the file and render the first of them.
    names
        The scenes to render; empty for all of the file. Only used without ``scene``.
    arguments
        Options of ``manim render``, as on its command line.
    media
        Manim's media folder.
    stage
        A folder of this job alone, on the same disk as ``media``. Files are written there first.
    section
        Render this section only.
    plain
        Let Manim render by itself.
    background
        The colour behind scenes that do not set their own; Manim's when empty.
    watermark
        A line of text in a corner of every frame; none when empty.
    verify
        Every so many frames, one is compared with Manim's; never if 0.
    parts, part
        How many processes draw the scene, and which of them this is; the first puts the film together.
        With 0 parts the pool decides how many.
    remote
        The parts are drawn on several machines, and put together by the process that collects them.
    seed
        Seeds random numbers where nothing else does: all parts must draw the same ones.
    force
        Replace files that are of another kind than those that are written, too.
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
    verify: int = 0
    parts: int = 0
    part: int = 0
    remote: bool = False
    seed: int = 0
    force: bool = False

    @property
    def title(self) -> str:
        """The name under which the job is shown to the user."""
        return self.scene or str(self.file)

    @property
    def film_options(self) -> tuple[str, ...]:
        """Every option that decides what the film will be, other than the scene itself."""
        film = [option for option in self.arguments if not option.startswith(_PRESENTATION)]
        own = [f"section {self.section}"] if self.section is not None else []
        own += ["plain"] if self.plain else []
        own += [f"background {self.background}"] if self.background else []
        own += [f"watermark {self.watermark}"] if self.watermark else []
        return (*film, *own)

    def to_json(self) -> str:
        """Return the job as one line of JSON."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what :meth:`to_json` has written."""
        values = json.loads(text)
        paths = {name: Path(values[name]) for name in ("file", "media", "stage")}
        tuples = {name: tuple(values[name]) for name in ("names", "arguments")}
        return cls(**{**values, **paths, **tuples})


@dataclass(frozen=True)
class Event:
    """Something that happened in a worker.

    Parameters
    ----------
    kind
        ``scenes`` (the scenes of the file), ``play`` (one more play is rendered), ``waiting`` (for another
        render of the same scene), ``message`` (a line for the user). The last event of a worker is one of
        ``done``, ``unchanged``, ``failed``, ``usage`` (the job asks for something that does not exist),
        ``empty`` (the file has no scene), ``listed`` (only the scenes were wanted), ``part`` (its part is
        drawn) and ``whole`` (the scene cannot be drawn in parts).
    scene
        The scene it happened in.
    text
        A message, such as a traceback.
    number
        How many plays are rendered.
    names
        Scenes.
    files
        The files that were written.
    """

    kind: str
    scene: str = ""
    text: str = ""
    number: int = 0
    names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def last(self) -> bool:
        """Whether the worker sends nothing after it."""
        return self.kind not in ("scenes", "play", "waiting", "message")

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read one line that :func:`send` has written."""
        values = json.loads(text)
        lists = {name: tuple(values.get(name, ())) for name in ("names", "files")}
        return cls(**{**values, **lists})


def send(channel: IO[str], event: Event) -> None:
    """Write an event as one line of JSON; empty fields are left out."""
    values = {entry.name: getattr(event, entry.name) for entry in fields(event)}
    channel.write(json.dumps({key: value for key, value in values.items() if value}) + "\n")
    channel.flush()
