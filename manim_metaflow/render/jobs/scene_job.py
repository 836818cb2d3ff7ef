"""What a worker does: find the scene, render it into its own folder, and publish the result."""

from __future__ import annotations

import traceback
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path
from types import TracebackType
from typing import Any

import click
from manim import Scene, config, tempconfig
from manim.cli.render.commands import render as manim_render
from manim.utils.module_ops import scene_classes_from_file

from manim_metaflow.errors import UsageError
from manim_metaflow.render.drawing.accelerate import accelerate
from manim_metaflow.render.drawing.shares import CannotShareError, Share
from manim_metaflow.render.drawing.watermark import Watermark, mark_frames
from manim_metaflow.render.jobs.cache import CacheEntry, entry_path, read_entry, write_entry
from manim_metaflow.render.jobs.digests import file_states
from manim_metaflow.render.jobs.inputs import InputRecorder
from manim_metaflow.render.jobs.job import Event, Job
from manim_metaflow.render.jobs.scene_manager import SceneManager
from manim_metaflow.render.jobs.staging import Stage, locked
from manim_metaflow.utils.files import is_disk_full

__all__ = ["JobError", "SceneFailedError", "render_scene"]

Send = Callable[[Event], None]


class JobError(Exception):
    """The job asks for something that does not exist, or for options that Manim refuses."""


class SceneFailedError(Exception):
    """The scene raised, or its file cannot be imported."""

    def __init__(self, scene: str, text: str, files: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.scene, self.text, self.files = scene, text, files


def render_scene(job: Job, inputs: InputRecorder, send: Send) -> Iterator[Event]:
    """Render the job's scene, or list the scenes of its file and render the first that is wanted."""
    _configure(job)
    # A seed that all parts of a scene share is drawn anew for each render.
    drawn_seed = job.seed if job.parts > 1 else None
    inputs.begin(config.get_dir("text_dir"), config.get_dir("tex_dir"), seed=drawn_seed)
    scenes = _scenes(job)
    if not job.scene:
        chosen = _chosen(job, list(scenes))
        listing = inputs.cache_entry("", scenes=tuple(scenes))
        _store_entry(entry_path(job.media, job.file, "", ()), listing)
        if not chosen:
            yield Event("empty")
            return
        yield Event("scenes", names=chosen)
        if job.parts > 1:
            yield Event("listed")
            return
    elif job.scene not in scenes:
        raise JobError(f"{job.file} has no scene {job.scene!r}. Its scenes are: {', '.join(scenes)}.")
    # The first scene is rendered here: Manim and the file are imported already, which takes longer than
    # most scenes.
    name = job.scene or chosen[0]
    yield _Film(job, scenes[name], inputs, send).make()


def _configure(job: Job) -> None:
    try:
        context = manim_render.make_context("render", [str(job.file), *job.arguments])
    except click.ClickException as error:
        raise JobError(error.format_message()) from error
    except SystemExit as error:
        raise JobError(f"Manim refuses these options: {' '.join(job.arguments)}") from error
    if context.params["verbosity"] is None and config.verbosity == "INFO":
        config.verbosity = "WARNING"
    if context.params["progress_bar"] is None:
        context.params["progress_bar"] = "none"
    try:
        config.digest_args(Namespace(**context.params))
    except Exception as error:  # Manim raises anything here, and nothing of the user's has run yet
        raise JobError(_reason(error)) from error
    if job.background:
        config.background_color = job.background
    if job.parts > 1 and config.seed is None:
        config.seed = job.seed


def _scenes(job: Job) -> dict[str, type[Scene]]:
    try:
        found = scene_classes_from_file(Path(config.input_file), require_single_scene=False, full_list=True)
    except (Exception, SystemExit) as error:
        raise SceneFailedError(
            job.scene, f"{job.file} cannot be imported.\n{_trace(error, job.file)}"
        ) from error
    return {scene.__name__: scene for scene in found}


def _chosen(job: Job, scenes: list[str]) -> tuple[str, ...]:
    missing = [name for name in job.names if name not in scenes]
    if missing:
        there = ", ".join(scenes) or "none"
        raise JobError(f"{job.file} has no scene {missing[0]!r}. Its scenes are: {there}.")
    return tuple(name for name in scenes if not job.names or name in job.names)


class _DiskFullError(SceneFailedError):
    """The disk has no room for the film."""


class _Film:
    """One scene from its class to its published file."""

    def __init__(self, job: Job, scene: type[Scene], inputs: InputRecorder, send: Send) -> None:
        self.job, self.cls, self.inputs, self.send = job, scene, inputs, send
        self.name = scene.__name__
        self.scene: Scene | None = None
        self.manager: SceneManager | None = None
        self._caches = False
        self._share = Share(job.part, job.parts, job.stage, job.remote) if job.parts > 1 else None

    def make(self) -> Event:
        """Render, or find that another render has just done so, or that it cannot be done in parts."""
        try:
            return self._make()
        except CannotShareError as reason:
            return Event("whole", self.name, text=str(reason))

    def _make(self) -> Event:
        if self.job.section is not None:
            config.save_sections = True
        try:
            stage = Stage.for_scene(self.cls, self.job.stage, self.job.media, force=self.job.force)
        except Exception as error:  # it is the options: the scene itself is not made yet
            raise JobError(_reason(error)) from error
        if self.job.section is not None and stage.final.sections_dir is None:
            raise JobError("--section writes a film, and the other options write none. Leave it out.")
        if self._share is not None and not self._share.leads:
            return self._render_part(stage, self._share)
        with locked(stage.lock(), wait=False) as free:
            if free:
                return self._render(stage)
        self.send(Event("waiting", self.name))
        with locked(stage.lock()):
            entry = read_entry(self._entry_path())
            if entry is not None and entry.is_current() and not config.disable_caching:
                return Event("unchanged", self.name, files=tuple(entry.outputs))
            return self._render(stage)

    def _render_part(self, stage: Stage, share: Share) -> Event:
        try:
            with self._failures(stage):
                self._draw(stage)
        except SceneFailedError as failed:
            if share.remote or isinstance(failed, _DiskFullError):
                raise
            share.collect([])  # The process that puts the film together fails too, and reports it.
        assert self.scene is not None
        return Event("part", self.name, files=(str(self.scene.output_plan.primary_artifact),))

    def _render(self, stage: Stage) -> Event:
        with self._failures(stage):
            self._draw(stage)
        assert self.scene is not None
        assert self.manager is not None
        with self._failures(stage):
            written = self._publish(stage)
            self._remember(written)
        return Event("done", self.name, number=self.manager.num_plays, files=tuple(map(str, written)))

    def _draw(self, stage: Stage) -> None:
        # Manim would open the file in the folder of this job, from which it is about to be moved.
        settings: dict[str, Any] = {**stage.settings(), "preview": False, "show_in_file_browser": False}
        with tempconfig(settings):
            self._draw_on(stage)

    def _draw_on(self, stage: Stage) -> None:
        self.scene = self.cls()
        fast = not self.job.plain and self._accelerate(self.scene)
        if self._share is not None and not (fast and _is_whole_film(self.scene)):
            raise CannotShareError("only whole films are drawn in parts, and not by Manim")
        if self.job.watermark:
            # Manim's cache knows plays by what is drawn, not by what is painted on them afterwards.
            config.disable_caching = True
            mark_frames(self.scene, Watermark(self.job.watermark))
        self._caches = not fast and not self.job.watermark
        if self._caches:
            stage.link_cache()
        # Attached before, as Manim's own command does: a scene may override `render`.
        self.manager = SceneManager(self.scene, self._played, self._say, self.inputs, self.job.section)
        self.scene.render()

    def _accelerate(self, scene: Scene) -> bool:
        """Let the engine draw, into one encoder: hashing every play costs more than drawing it."""
        reason = accelerate(scene, one_encoder=True, share=self._share, say=self._say, verify=self.job.verify)
        if reason is not None:
            self._say(f"drawn by Manim itself: {reason}")
            return False
        config.disable_caching = True
        return True

    def _played(self, number: int) -> None:
        self.send(Event("play", self.name, number=number))

    def _say(self, text: str) -> None:
        self.send(Event("message", self.name, text=text))

    def _publish(self, stage: Stage) -> list[Path]:
        assert self.scene is not None
        assert self.manager is not None
        plan, sections = self.scene.output_plan, self.manager.sections
        if self.job.section is None:
            return stage.publish(plan, cache=self._caches) if plan.output.enabled else []
        chosen = sections.chosen()
        if not chosen:
            raise JobError(sections.missing(self.name))
        if not plan.output.enabled:
            return []
        return stage.publish_sections(plan, [(section.number, section.name) for section in chosen])

    def _remember(self, written: list[Path]) -> None:
        assert self.manager is not None
        length = self.manager.num_plays, self.manager.time
        path = self._entry_path()
        if not written:
            path.unlink(missing_ok=True)
            return
        entry = self.inputs.cache_entry(self.name, *length)
        if entry.unwatched:
            self._say(f"will be drawn again each time: {entry.unwatched}")
        _store_entry(path, entry.with_outputs(file_states(_files(written))))

    def _entry_path(self) -> Path:
        return entry_path(self.job.media, self.job.file, self.name, self.job.film_options)

    @contextmanager
    def _failures(self, stage: Stage) -> Iterator[None]:
        try:
            yield
        except (JobError, KeyboardInterrupt, CannotShareError):
            raise
        except UsageError as error:  # a file that was put into the place of the film while it was drawn
            raise JobError(str(error)) from error
        except BaseException as error:
            if is_disk_full(error):
                where = f"{self.job.media} has no room left for {self.name}: the disk or a quota is full."
                raise _DiskFullError(self.name, f"{where} Nothing was written.") from error
            kept = self._keep_failed(stage)
            raise SceneFailedError(self.name, _trace(error, self.job.file), tuple(map(str, kept))) from error

    def _keep_failed(self, stage: Stage) -> list[Path]:
        """Keep the part of the film that was rendered before the scene raised: it shows where to look."""
        writer = getattr(getattr(self.scene, "renderer", None), "file_writer", None)
        if writer is None or not writer.output_spec.is_video or self.job.section is not None:
            return []
        if self._share is not None:
            if not self._share.leads:
                return []
            with suppress(CannotShareError):
                self._share.collect(writer.partial_movie_files)
        played = [file for file in writer.partial_movie_files if file and Path(file).is_file()]
        if not played:
            return []
        film = stage.folder / f"aside{writer.output_plan.segment_extension}"
        with suppress(Exception):
            writer.combine_files(played, film)
            return [stage.keep_failed(film)]
        return []


def _is_whole_film(scene: Scene) -> bool:
    chosen = config.from_animation_number > 0 or 0 <= config.upto_animation_number < inf
    return scene.renderer.file_writer.output_spec.is_video and not chosen


def _store_entry(path: Path, entry: CacheEntry) -> None:
    """Write a cache entry if the disk has room for it: without one the film is only rendered again."""
    with suppress(OSError):
        write_entry(path, entry)


def _files(written: list[Path]) -> list[Path]:
    inside = [file for path in written if path.is_dir() for file in sorted(path.iterdir())]
    return [path for path in written if path.is_file()] + inside


def _reason(error: Exception) -> str:
    """Tell in one line why Manim refuses options."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return str(error) or f"Manim refuses these options: {type(error).__name__}."


def _trace(error: BaseException, file: Path) -> str:
    """Format a traceback from the user's file on: the frames above it are ours and Manim's."""
    if isinstance(error, SyntaxError):
        # Nothing has run: the error itself names file and line, if there is one.
        return "".join(traceback.format_exception_only(error)).strip()
    frames: TracebackType | None = error.__traceback__
    while frames is not None and Path(frames.tb_frame.f_code.co_filename).resolve() != file.resolve():
        frames = frames.tb_next
    shown = error.with_traceback(frames or error.__traceback__)
    return "".join(
        traceback.format_exception(type(shown), shown, shown.__traceback__, chain=frames is None)
    ).strip()
