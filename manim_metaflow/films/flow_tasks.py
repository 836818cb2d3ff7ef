"""What the tasks of ``render_flow`` do: list scenes, render one, read its film into artifacts."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import av

from manim_metaflow.errors import ManimMetaflowError, UsageError
from manim_metaflow.films.sheets import film_length, film_sheet
from manim_metaflow.render.drawing.part_files import SEGMENTS, read_report
from manim_metaflow.render.jobs.discover import scene_files
from manim_metaflow.render.jobs.job import Job
from manim_metaflow.render.jobs.pool import render_all
from manim_metaflow.render.jobs.processes import run_one
from manim_metaflow.render.jobs.progress import Display
from manim_metaflow.utils.foreign import markup_text
from manim_metaflow.utils.own_folders import scratch_folder
from manim_metaflow.utils.terminal import Terminal

__all__ = ["Film", "card_entries", "choose", "in_parts", "join_parts", "list_scenes", "render_one"]

_EMBED = 24_000_000
"""Bytes of films that a card holds at most: browsers give up on much larger ones."""

_AS_DATA: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
"""Python knows filters since 3.11.4; the archives are our own."""


@dataclass(frozen=True)
class Film:
    """A film, and what goes with it; or a part of one.

    Parameters
    ----------
    scene
        Its scene, named as by :func:`list_scenes`.
    file
        The file's name.
    content
        The film; of a part, its segments as a tar archive.
    captions
        Its captions in SubRip's format, if it has some.
    sheet
        A PNG: one frame for every caption.
    seconds
        How long it is.
    marks
        What a part saw of the scene, play by play: all parts must have seen the same.
    """

    scene: str
    file: str
    content: bytes
    captions: str
    sheet: bytes
    seconds: float
    marks: tuple[str, ...] = ()

    @classmethod
    def of(cls, task: Any) -> Self:
        """Read a film from the artifacts of the task that made it."""
        scene, file, marks = task.scene, task.file, task.marks
        return cls(scene, file, task.film, task.captions, task.sheet, task.seconds, marks)


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
    command = [sys.executable, "-P", "-m", "manim_metaflow.render.jobs.listing", *map(str, files)]
    # In a process of its own: an import changes Manim's settings, and a scene file may do anything.
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ManimMetaflowError(f"{folder}: a scene file cannot be imported.\n{done.stderr.strip()}")
    found = json.loads(done.stdout.splitlines()[-1])
    # The last line: the files themselves may print while they are imported.
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
        absent = f"no scene {missing[0]!r}" if missing else "no scene"
        raise UsageError(f"{folder} has {absent}. Its scenes are: {', '.join(scenes) or 'none'}.")
    twice = next((name for name in every if every.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{folder} has two scenes {twice!r}. Films are kept by name: rename one.")
    return chosen


def in_parts(scenes: Sequence[str], parts: int) -> list[str]:
    """Name the parts of scenes, ``file.py:Scene 1/2``; a scene that is not divided keeps its name."""
    return [
        f"{scene} {part + 1}/{parts}" if parts > 1 else scene for scene in scenes for part in range(parts)
    ]


def render_one(job: str, folder: Path, arguments: Sequence[str], media: str = "", seed: int = 0) -> Film:
    """Render one scene, or a part of it, and read its film.

    Parameters
    ----------
    job
        What to render, named as by :func:`in_parts`.
    folder
        The folder of its file.
    arguments
        Options of ``manim render``.
    media
        Where the film of a whole scene goes too; nowhere if empty.
    seed
        Of the random numbers in a scene that is divided.

    Raises
    ------
    ManimMetaflowError
        It cannot be rendered; the message holds the traceback.
    """
    scene, _, fraction = job.partition(" ")
    file, _, name = scene.partition(":")
    with scratch_folder() as scratch:
        target = Path(media).absolute() if media and not fraction else scratch
        whole = Job(
            file=folder.resolve() / file,
            scene=name,
            arguments=(*arguments, f"--media_dir={target}"),
            media=target,
            seed=seed,
        )
        if not fraction:
            return _read_film(scene, _render(scene, whole))
        part, parts = map(int, fraction.split("/"))
        stage = target / "stage"
        return _render_part(scene, replace(whole, part=part - 1, parts=parts, remote=True, stage=stage))


def _render(scene: str, job: Job) -> Path:
    with Display(Terminal(stderr=True, width=160), bars=False) as display:
        [outcome] = render_all([job], workers=1, listener=display)
    if outcome.status not in ("done", "unchanged"):
        raise ManimMetaflowError(f"{scene} was not rendered. {outcome.text}")
    return Path(outcome.files[-1])


def _render_part(scene: str, job: Job) -> Film:
    job.stage.mkdir()
    event = run_one(job)
    if event is None or event.kind != "part":
        why = event.text if event is not None else "The worker was killed."
        whole = " Render it with --parts 1." if event is not None and event.kind == "whole" else ""
        raise ManimMetaflowError(f"{scene} was not rendered in parts: {why}{whole}")
    film, marks = Path(event.files[0]), tuple(read_report(job.stage)["marks"])
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(job.stage, arcname=".", filter=_plain)
    return Film(scene, film.name, buffer.getvalue(), _captions(film), b"", 0.0, marks)


def _plain(about: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who made a file, and when: the same part has the same bytes."""
    about.mtime = about.uid = about.gid = 0
    about.uname = about.gname = ""
    return about


def join_parts(films: Iterable[Film]) -> list[Film]:
    """Put parts together to films; their order is that of the first part of each.

    Raises
    ------
    ManimMetaflowError
        Two parts have not seen the same scene.
    """
    scenes: dict[str, list[Film]] = {}
    for film in films:
        scenes.setdefault(film.scene, []).append(film)
    return [parts[0] if not parts[0].marks else _join(parts) for parts in scenes.values()]


def _join(parts: list[Film]) -> Film:
    first = parts[0]
    if any(part.marks != first.marks for part in parts):
        raise ManimMetaflowError(
            f"{first.scene}: its parts saw two scenes: it depends on the clock, or on chance. Use --parts 1."
        )
    with scratch_folder() as folder:
        for part in parts:
            with tarfile.open(fileobj=io.BytesIO(part.content)) as archive:
                archive.extractall(folder, **_AS_DATA)
        film = folder / first.file
        _join_segments([folder / SEGMENTS / name for name in read_report(folder)["segments"]], film)
        if first.captions:
            film.with_suffix(".srt").write_text(first.captions, encoding="utf-8")
        return _read_film(first.scene, film)


def _join_segments(segments: Iterable[Path], film: Path) -> None:
    """Put encoded segments one after the other, without encoding them again, as Manim does."""
    listed = "".join(f"file 'file:{path.as_posix()}'\n" for path in segments).encode()
    options = {"safe": "0"}
    with (
        av.open(io.BytesIO(listed), mode="r", format="concat", options=options) as source,
        av.open(film, mode="w") as target,
    ):
        stream = source.streams.video[0]
        copied = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.dts = None  # Each segment counts from 0: libav counts anew.
                packet.stream = copied
                target.mux(packet)


def _read_film(scene: str, film: Path) -> Film:
    sheet, seconds = film_sheet(film), round(film_length(film), 2)
    return Film(scene, film.name, film.read_bytes(), _captions(film), sheet, seconds)


def _captions(film: Path) -> str:
    captions = film.with_suffix(".srt")
    return captions.read_text(encoding="utf-8") if captions.is_file() else ""


def card_entries(films: Iterable[Film], *, embed: int = _EMBED) -> Iterator[tuple[str, bytes]]:
    """Give what a card shows of each film: a heading and the film itself as HTML, and its sheet.

    Films that do not fit into ``embed`` bytes, all together, are shown by their sheet alone.
    """
    room = embed
    for film in films:
        text = f"## {markup_text(film.scene)}\n\n{film.seconds:.1f} s, {len(film.content):,} bytes"
        kind = film.file.rpartition(".")[2]
        if len(film.content) <= room and kind in ("mp4", "webm"):
            room -= len(film.content)
            source = f"data:video/{kind};base64,{base64.b64encode(film.content).decode()}"
            text += f'\n\n<video controls style="width:100%" src="{source}"></video>'
        yield text, film.sheet
