"""What ``manim-metaflow render`` does with its options: render, open the films, watch for changes."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import click

from manim_metaflow.errors import UsageError
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.render.jobs.cache import entry_path, read_entry
from manim_metaflow.render.jobs.digests import clear_digests, file_state
from manim_metaflow.render.jobs.discover import scene_files
from manim_metaflow.render.jobs.job import Job
from manim_metaflow.render.jobs.outcome import Outcome
from manim_metaflow.render.jobs.pool import render_all
from manim_metaflow.render.jobs.progress import Display
from manim_metaflow.theme import THEME_VARIABLE
from manim_metaflow.utils.environment import use_variable
from manim_metaflow.utils.terminal import Terminal
from manim_metaflow.utils.text import visible

__all__ = ["Preview", "SceneRenders"]

Stats = Mapping[str, tuple[int, int] | None]

_INTERVAL = 0.3
"""Seconds between two looks at the files that are watched."""


@dataclass(frozen=True)
class Preview:
    """Whether to open the films, or their folder, and with what."""

    film: bool | None
    folder: bool | None
    command: str | None

    def open(self, file: str) -> None:
        """Open a film as asked."""
        if self.folder:
            click.launch(file, locate=True)
        if self.film and self.command:
            subprocess.run([self.command, file], check=False)
        elif self.film:
            click.launch(file)


@dataclass(frozen=True)
class SceneRenders:
    """The scenes of a file or a folder, rendered once or again and again.

    Parameters
    ----------
    path
        The file or the folder.
    job
        What every scene has in common.
    options
        Theme and watermark; all else is among the arguments of the job.
    workers
        Scenes at a time.
    force
        Render what has not changed, too.
    bars
        Whether to show progress.
    preview
        What to do with the films.
    """

    path: Path
    job: Job
    options: FilmOptions
    workers: int
    force: bool
    bars: bool
    preview: Preview

    def once(self) -> int:
        """Render what has changed, print where the films are, and return the exit code."""
        outcomes = self._render()
        if any(outcome.status == "usage" for outcome in outcomes):
            return UsageError.exit_code
        return 1 if any(outcome.status == "failed" for outcome in outcomes) else 0

    def watch(self) -> int:
        """Render, wait for a change, and render again; ends with Ctrl-C."""
        folder = self.path.resolve()
        before = _stats((folder if folder.is_dir() else folder.parent).glob("*.py"))
        while True:
            clear_digests()
            outcomes = self._render()
            # What is saved while it renders is a change, too.
            before = {**self._watched(outcomes), **before}
            Terminal(stderr=True).print("Watching. Ctrl-C ends it.", style="dim")
            while {path: file_state(Path(path)) for path in before} == before:
                time.sleep(_INTERVAL)
            # Editors save by moving files: for a moment there is none of that name.
            while not self.path.exists():
                time.sleep(_INTERVAL)
            before = _stats(map(Path, before))

    def _render(self) -> list[Outcome]:
        background = self.options.make_theme().background if self.options.theme else ""
        job = replace(self.job, background=background, watermark=self.options.watermark or "")
        jobs = [replace(job, file=file) for file in scene_files(self.path, job.names)]
        with (
            use_variable(THEME_VARIABLE, self.options.theme),
            Display(Terminal(stderr=True), bars=self.bars) as display,
        ):
            outcomes = render_all(jobs, workers=self.workers, listener=display, force=self.force)
        if all(outcome.status == "empty" for outcome in outcomes):
            raise UsageError(f"{self.path}: no scene there.")
        for film in (film for outcome in outcomes for film in _films(outcome)):
            # A program that reads this through a pipe need not wait for the next one.
            print(visible(str(film)), flush=True)
            self.preview.open(film)
        return outcomes

    def _watched(self, outcomes: list[Outcome]) -> Stats:
        """List what the scenes read; of one that failed, at least the files of its folder."""
        paths = {path for outcome in outcomes for path in outcome.job.file.resolve().parent.glob("*.py")}
        with use_variable(THEME_VARIABLE, self.options.theme):
            for outcome in outcomes:
                job = outcome.job
                entry = read_entry(entry_path(job.media, job.file, job.scene, job.film_options))
                paths |= set(map(Path, entry.files)) if entry is not None else set()
        return _stats(paths)


def _films(outcome: Outcome) -> tuple[str, ...]:
    """Name what was asked for: a film, or all sections of a name; nothing of a dry run or a failed one."""
    if outcome.status not in ("done", "unchanged"):
        return ()
    return outcome.files if outcome.job.section is not None else outcome.files[-1:]


def _stats(paths: Iterable[Path]) -> Stats:
    return {str(path): file_state(path) for path in sorted(paths)}
