"""Write a film into a folder of its own, and publish all of it when it is whole.

Manim writes into the final file while it works, and takes any file in its cache for a whole one. So a scene
is rendered into a separate folder, with links to the cached plays, and the results are moved: each file is
replaced in one step, all files of a film under one lock.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from manim_metaflow.render.drawing.part_files import SEGMENTS
from manim_metaflow.render.jobs.encoders import encoder_opens
from manim_metaflow.utils.files import atomic_write
from manim_metaflow.utils.outputs import (
    CAPTIONS,
    FILMS_AND_PICTURES,
    PNG,
    SECTIONS,
    SOUND,
    Kind,
    check_replaceable,
    is_of_kind,
)

if TYPE_CHECKING:
    from manim import Scene

    from manim_metaflow.manim_internals import OutputPlan, VideoEncoderSpec

__all__ = ["Stage", "locked"]

_SUFFIXES = (".mp4", ".mov", ".webm")


@dataclass(frozen=True)
class Stage:
    """Where a scene's files will be published, and where they are written before.

    Build it with :meth:`for_scene`, after Manim's ``config`` says how to render.
    """

    final: OutputPlan
    folder: Path
    media: Path
    requested: Path | None
    force: bool

    @classmethod
    def for_scene(cls, scene: type[Scene], folder: Path, media: Path, *, force: bool = False) -> Stage:
        """Ask Manim where it would put the scene's files.

        Raises
        ------
        Exception
            Manim, or the encoder, refuses the options, or a file that is there is of another kind.
        """
        from manim import Scene as PlainScene, config
        from manim.renderer.cairo_renderer import CairoRenderer

        # A scene without the user's __init__, which may do anything.
        probe = type(scene.__name__, (PlainScene,), {})(renderer=CairoRenderer())
        requested = Path(config.output_file) if config.output_file else None
        _check_encoder(probe.session_spec.video_encoder)
        stage = cls(probe.output_plan, folder, media, requested, force)
        # Before anything is drawn: --output_file may name any file.
        stage.check_replaceable(path for path in _files_of(stage.final) if path is not None)
        return stage

    def check_replaceable(self, targets: Iterable[Path]) -> None:
        """Check that nothing is in the place of what will be written that is of another kind.

        Raises
        ------
        UsageError
            There is; the message names it.
        """
        for target in targets:
            # A sequence of pictures is a folder, without a suffix. What else is in it stays there.
            if target.exists() and not target.is_dir():
                check_replaceable(target, _kind_of(target), force=self.force)

    def settings(self) -> dict[str, str]:
        """Give Manim's ``config`` the folders of the stage."""
        folders = {
            "video_dir": "video",
            "images_dir": "images",
            "sections_dir": "sections",
            "partial_movie_dir": SEGMENTS,
        }
        settings = {name: str(self.folder / folder) for name, folder in folders.items()}
        if self.requested is not None:
            settings["output_file"] = self.requested.name
        return settings

    def link_cache(self) -> None:
        """Link the cached plays into this render's folder, where Manim looks for them."""
        cache = self.final.segment_cache_dir
        if cache is None or not cache.is_dir():
            return
        here = self.folder / SEGMENTS
        here.mkdir(parents=True, exist_ok=True)
        for play in cache.iterdir():
            if play.suffix in _SUFFIXES:
                _link(play, here / play.name)

    def publish(self, staged: OutputPlan, *, cache: bool) -> list[Path]:
        """Put everything that was written into place, the film itself last, and return its paths.

        With ``cache`` the plays that were written become Manim's cache.
        """
        moves = [(source, target) for source, target in self._moves(staged) if source.exists()]
        with locked(self._lock("publish")):
            self.check_replaceable(target for _, target in moves)
            if cache:
                self._publish_cache(staged)
            written = [_move(source, target) for source, target in moves]
            failed = failed_path(self.final.primary_artifact)
            if failed.is_file() and is_of_kind(failed, _kind_of(failed)):
                failed.unlink()
        return written

    def publish_sections(self, staged: OutputPlan, sections: Iterable[tuple[int, str]]) -> list[Path]:
        """Put the films of some sections into place, each given by its number and name."""
        with locked(self._lock("publish")):
            return [
                _move(staged.section_path(number, name), self.final.section_path(number, name))
                for number, name in sections
            ]

    def keep_failed(self, film: Path) -> Path:
        """Keep the film of a scene that failed, beside the place of the whole film."""
        return _move(film, failed_path(self.final.primary_artifact))

    def lock(self) -> Path:
        """Name the file to lock while this film is rendered."""
        return self._lock(str(self.final.primary_artifact))

    def _lock(self, what: str) -> Path:
        name = hashlib.sha256(what.encode()).hexdigest()[:16]
        return self.media / ".manim-metaflow" / f"{name}.lock"

    def _moves(self, staged: OutputPlan) -> Iterator[tuple[Path, Path]]:
        pairs = zip(_files_of(staged), _files_of(self.final), strict=True)
        sections = staged.sections_dir
        if sections is not None and self.final.sections_dir is not None and sections.is_dir():
            films = sorted(path for path in sections.iterdir() if path.suffix in _SUFFIXES)
            yield from ((path, self.final.sections_dir / path.name) for path in films)
        yield from ((source, target) for source, target in pairs if source is not None and target is not None)

    def _publish_cache(self, staged: OutputPlan) -> None:
        from manim import config
        from manim.utils.caching import prune_segment_cache

        here, there = staged.segment_cache_dir, self.final.segment_cache_dir
        if here is None or there is None or not here.is_dir():
            return
        for path in sorted(here.iterdir()):
            target = there / path.name
            if path == staged.concat_manifest:
                path.write_text(path.read_text().replace(str(here), str(there)))
            elif target.exists() and os.path.samefile(path, target):
                continue
            _move(path, target)
        prune_segment_cache(there, config.max_files_cached)


def _check_encoder(spec: VideoEncoderSpec | None) -> None:
    """Open the encoder once: Manim would only find out with the first frame."""
    if spec is None:
        return
    if not encoder_opens(spec.codec, spec.pixel_format, (spec.width, spec.height), spec.options):
        options = ", ".join(f"{name}={value}" for name, value in spec.options)
        raise ValueError(
            f"The encoder {spec.codec} refuses frames of {spec.width} by {spec.height} pixels in "
            f"{spec.pixel_format} with {options or 'its defaults'}. Most formats need even numbers of pixels."
        )


def _files_of(plan: OutputPlan) -> tuple[Path | None, ...]:
    """List the files of a film, itself last; ``None`` for those that its options do not ask for."""
    return (
        plan.section_index,
        plan.subcaption_file,
        plan.fallback_image,
        # Manim leaves the sound of a film beside it.
        _sound_of(plan),
        plan.primary_artifact,
    )


def _kind_of(path: Path) -> Kind:
    beside = {".srt": CAPTIONS, ".wav": SOUND, ".json": SECTIONS}
    return beside.get(path.suffix) or FILMS_AND_PICTURES.get(path.suffix.lower(), PNG)


def _sound_of(plan: OutputPlan) -> Path | None:
    return (
        plan.primary_artifact.with_suffix(".wav") if plan.primary_artifact and plan.output.is_video else None
    )


def failed_path(film: Path | None) -> Path:
    """Name the file that keeps the beginning of a film whose scene failed."""
    assert film is not None
    return film.with_name(f"{film.stem}.failed{film.suffix}")


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Hold a lock that ends with the process at the latest; yield whether it could be had without waiting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        pass
    except OSError:
        shutil.copy2(source, target)


def _move(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        return _move_folder(source, target)
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # On another disk the file can only be copied: it must not be seen half-way.
        with atomic_write(target) as draft:
            shutil.copy2(source, draft)
    return target


def _move_folder(source: Path, target: Path) -> Path:
    """Put a sequence of pictures into its folder, from which only frames of a longer one go."""
    frames = sorted(source.iterdir())
    for frame in frames:
        _move(frame, target / frame.name)
    written = {frame.name for frame in frames}
    for path in target.iterdir():
        if path.stem.isdecimal() and path.suffix == ".png" and path.name not in written:
            path.unlink()
    return target
