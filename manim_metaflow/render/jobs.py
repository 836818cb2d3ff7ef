"""Render many scenes, some at a time, and see to it that each ends one way or the other."""

from __future__ import annotations

import os
import platform
import select
import shutil
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Protocol

from manim_metaflow.errors import ManimMetaflowError
from manim_metaflow.render.job import Job, Said
from manim_metaflow.render.known import Known, note_path, read_note
from manim_metaflow.render.processes import Worker, adopt_orphans, alive, children, end_orphans, stop

__all__ = ["Outcome", "Watcher", "render_all"]

_TICK = 0.1
_ATTEMPTS = 2


@dataclass(frozen=True)
class Outcome:
    """How a scene ended.

    Parameters
    ----------
    job
        What was asked.
    how
        ``done``, ``unchanged``, ``failed``, ``usage`` (no such scene), or ``empty`` (no scene at all).
    text
        Why it failed.
    files
        What was written, or is as it was; the film is the last.
    """

    job: Job
    how: str
    text: str = ""
    files: tuple[str, ...] = ()


class Watcher(Protocol):
    """Is told what happens."""

    def queued(self, job: Job, plays: int) -> None:
        """Hear of a scene that will be rendered, and how many plays it had last time."""

    def began(self, job: Job) -> None:
        """Hear that a worker has begun."""

    def heard(self, job: Job, said: Said) -> None:
        """Hear what it says."""

    def printed(self, job: Job, line: str) -> None:
        """Hear what the scene has printed."""

    def ended(self, outcome: Outcome) -> None:
        """Hear how it ended."""

    def tick(self) -> None:
        """Hear that time has passed."""


def render_all(jobs: Iterable[Job], *, workers: int, watcher: Watcher, force: bool = False) -> list[Outcome]:
    """Render what has changed, ``workers`` scenes at a time.

    Parameters
    ----------
    jobs
        Scenes, or files whose scenes are not known yet. Their media folder must be the same.
    workers
        How many processes at a time.
    watcher
        Who is told.
    force
        Render also what is known to be as it was.

    Raises
    ------
    ManimMetaflowError
        Nothing can be written to the media folder.
    KeyboardInterrupt
        Ctrl-C or SIGTERM. All processes are gone then.
    """
    return _Round(workers, watcher, force).run(list(jobs))


@dataclass
class _Round:
    """One call of :func:`render_all`."""

    workers: int
    watcher: Watcher
    force: bool
    outcomes: list[Outcome] = field(default_factory=list)
    waiting: deque[tuple[Job, int]] = field(default_factory=deque)
    running: list[tuple[Worker, int]] = field(default_factory=list)
    others: set[int] = field(default_factory=set)

    def run(self, jobs: list[Job]) -> list[Outcome]:
        for job in jobs:
            self._consider(job)
        if not self.waiting:
            return self.outcomes
        adopt_orphans()
        self.others = children()
        with _stages(jobs[0].media) as stages, _terminated_as_interrupted():
            try:
                while self.waiting or self.running:
                    self._start(stages)
                    self._listen()
            finally:
                stop((worker for worker, _ in self.running), self.others)
        return self.outcomes

    def _consider(self, job: Job) -> None:
        """Queue a job, unless what it would give is there already."""
        if not job.scene:
            listing = None if self.force else read_note(note_path(job.media, job.file, "", ()))
            if listing is None or not listing.current() or set(job.names) - set(listing.scenes):
                self._queue(job, None)
                return
            if not listing.scenes:
                self._end(Outcome(job, "empty"))
            for name in listing.scenes:
                if not job.names or name in job.names:
                    self._consider(replace(job, scene=name, names=()))
            return
        note = read_note(note_path(job.media, job.file, job.scene, job.asked))
        if note is not None and not self.force and note.current():
            self._end(Outcome(job, "unchanged", files=tuple(note.outputs)))
        else:
            self._queue(job, note)

    def _queue(self, job: Job, note: Known | None, attempt: int = 1) -> None:
        self.waiting.append((job, attempt))
        self.watcher.queued(job, note.plays if note is not None else 0)

    def _start(self, stages: Path) -> None:
        while self.waiting and len(self.running) < self.workers:
            job, attempt = self.waiting.popleft()
            try:
                job = replace(job, stage=Path(tempfile.mkdtemp(dir=stages)).resolve())
            except OSError as error:
                self._end(Outcome(job, "failed", f"{stages}: {error.strerror}. Nothing was written."))
                continue
            self.watcher.began(job)
            self.running.append((Worker(job), attempt))

    def _listen(self) -> None:
        select.select([pipe for worker, _ in self.running for pipe in worker.channels], [], [], _TICK)
        for worker, attempt in list(self.running):
            ended = worker.ended
            for said in worker.news():
                if self._heard(worker, said):
                    break
            else:
                if ended is None:
                    self._print(worker)
                else:
                    self._lost(worker, attempt, ended)
        self.watcher.tick()

    def _heard(self, worker: Worker, said: Said) -> bool:
        """Take in what a worker says; whether it was the last of it."""
        job = worker.job
        if said.what == "scenes":
            first, *others = said.names
            worker.job = replace(job, scene=first, names=())
            self.watcher.heard(job, said)
            for name in others:
                self._consider(replace(worker.job, scene=name))
        elif said.last:
            self._finish(worker)
            self._end(Outcome(worker.job, said.what, said.text, said.files))
            return True
        else:
            self.watcher.heard(job, said)
        return False

    def _lost(self, worker: Worker, attempt: int, code: int) -> None:
        """Render again what a signal has ended; more than once would hardly help."""
        self._finish(worker)
        if code >= 0:
            self._end(Outcome(worker.job, "failed", f"The worker ended itself with exit code {code}."))
            return
        name = signal.Signals(-code).name
        if attempt < _ATTEMPTS:
            text = f"The worker was killed ({name}). Rendering again."
            self.watcher.heard(worker.job, Said("note", worker.job.scene, text=text))
            self._queue(worker.job, None, attempt + 1)
            return
        text = f"The worker was killed ({name}), and so was the one before. Is there enough memory?"
        self._end(Outcome(worker.job, "failed", text))

    def _finish(self, worker: Worker) -> None:
        self.running = [pair for pair in self.running if pair[0] is not worker]
        worker.wait()
        self._print(worker)
        worker.close()
        end_orphans((other for other, _ in self.running), self.others)
        shutil.rmtree(worker.job.stage, ignore_errors=True)

    def _print(self, worker: Worker) -> None:
        for line in worker.printed():
            self.watcher.printed(worker.job, line)

    def _end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.watcher.ended(outcome)


@contextmanager
def _stages(media: Path) -> Iterator[Path]:
    """Make a folder for the stages of this round, on the disk the films go to."""
    parent = media / ".manim-metaflow"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        _clear(parent)
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=f"stage-{platform.node()}-{os.getpid()}-"))
    except OSError as error:
        raise ManimMetaflowError(f"{media}: cannot write there: {error.strerror}.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear(parent: Path) -> None:
    """Remove the stages of renders that were killed on this machine."""
    for folder in parent.glob(f"stage-{platform.node()}-*"):
        owner = folder.name.split("-")[-2]
        if owner.isdigit() and not alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM end the workers too, as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before: Callable[[int, FrameType | None], object] | int | None = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
