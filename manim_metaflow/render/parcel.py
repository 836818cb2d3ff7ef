"""Find scenes, render one, and bring its film along: what the tasks of a flow do."""

from __future__ import annotations

import base64
import html
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from manim_metaflow.errors import ManimMetaflowError, UsageError
from manim_metaflow.render.discover import scene_files
from manim_metaflow.render.job import Job
from manim_metaflow.render.jobs import render_all
from manim_metaflow.render.progress import Display

__all__ = ["Film", "choose", "list_scenes", "render_one", "shown"]

_EMBED = 24_000_000
"""Bytes of films that a card holds at most: browsers give up on much larger ones."""


@dataclass(frozen=True)
class Film:
    """A film, and what goes with it.

    Parameters
    ----------
    file
        The file's name.
    content
        The film.
    captions
        Its captions in SubRip's format, if it has some.
    sheet
        A PNG: one frame for every caption.
    seconds
        How long it is.
    """

    file: str
    content: bytes
    captions: str
    sheet: bytes
    seconds: float


def list_scenes(folder: Path, only: Sequence[str]) -> list[str]:
    """Name the scenes of a folder, or those asked for, as ``file.py:Scene``.

    Raises
    ------
    UsageError
        There is none, or not the one that is asked for.
    ManimMetaflowError
        A file cannot be imported.
    """
    return choose(_listed(folder, scene_files(folder, only)), folder, only)


def _listed(folder: Path, files: Sequence[Path]) -> list[str]:
    command = [sys.executable, "-P", "-m", "manim_metaflow.render.listing", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ManimMetaflowError(f"{folder}: a scene file cannot be imported.\n{done.stderr.strip()}")
    found = json.loads(done.stdout.splitlines()[-1])
    return [f"{Path(file).name}:{name}" for file, names in found.items() for name in names]


def choose(scenes: Sequence[str], folder: Path, only: Sequence[str]) -> list[str]:
    """Choose the scenes that are asked for; all if none is.

    Raises
    ------
    UsageError
        One of them is not there, or two have the same name.
    """
    chosen = [scene for scene in scenes if not only or scene.partition(":")[2] in only]
    every = [scene.partition(":")[2] for scene in scenes]
    missing = [name for name in only if name not in every]
    if missing or not chosen:
        asked = f"no scene {missing[0]!r}" if missing else "no scene"
        raise UsageError(f"{folder} has {asked}. Its scenes are: {', '.join(scenes) or 'none'}.")
    twice = next((name for name in every if every.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{folder} has two scenes {twice!r}. Films are kept by name: rename one.")
    return chosen


def render_one(scene: str, folder: Path, arguments: Sequence[str], media: str) -> Film:
    """Render one scene and bring its film here.

    Parameters
    ----------
    scene
        The scene, named as by :func:`list_scenes`.
    folder
        The folder it stands in.
    arguments
        Options of ``manim render``.
    media
        Where the film goes too; nowhere if empty.

    Raises
    ------
    ManimMetaflowError
        It cannot be rendered; the message holds what was said about it.
    """
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(media).absolute() if media else Path(scratch)
        return _bring(_render(scene, folder, [*arguments, f"--media_dir={place}"], place))


def _render(scene: str, folder: Path, arguments: Sequence[str], media: Path) -> Path:
    file, _, name = scene.partition(":")
    job = Job(file=folder.resolve() / file, scene=name, arguments=tuple(arguments), media=media)
    with Display(Console(stderr=True, width=160), bars=False) as display:
        [outcome] = render_all([job], workers=1, watcher=display)
    if outcome.how not in ("done", "unchanged"):
        raise ManimMetaflowError(f"{scene} was not rendered. {outcome.text}")
    return Path(outcome.files[-1])


def _bring(film: Path) -> Film:
    from manim_metaflow.render.sheets import film_length, film_sheet

    captions = film.with_suffix(".srt")
    return Film(
        file=film.name,
        content=film.read_bytes(),
        captions=captions.read_text(encoding="utf-8") if captions.is_file() else "",
        sheet=film_sheet(film),
        seconds=round(film_length(film), 2),
    )


def shown(films: Mapping[str, Film], *, embed: int = _EMBED) -> Iterator[tuple[str, bytes]]:
    """Give what a card shows of each film: a heading and the film itself as HTML, and its sheet.

    Films that do not fit into ``embed`` bytes, all together, are shown by their sheet alone.
    """
    room = embed
    for scene, film in films.items():
        text = f"## {html.escape(scene)}\n\n{film.seconds:.1f} s, {len(film.content):,} bytes"
        kind = film.file.rpartition(".")[2]
        if len(film.content) <= room and kind in ("mp4", "webm"):
            room -= len(film.content)
            source = f"data:video/{kind};base64,{base64.b64encode(film.content).decode()}"
            text += f'\n\n<video controls style="width:100%" src="{source}"></video>'
        yield text, film.sheet
