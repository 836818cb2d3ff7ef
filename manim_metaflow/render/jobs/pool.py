"""Render many scenes, some at a time, and see to it that each ends one way or the other."""

from __future__ import annotations

import os
import select
import shutil
import signal
import tempfile
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from manim_metaflow.render.jobs.cache import Known, note_path, read_note
from manim_metaflow.render.jobs.job import Job, Said
from manim_metaflow.render.jobs.places import part_folder, stages_in
from manim_metaflow.render.jobs.processes import (
    Worker,
    adopt_orphans,
    children,
    end_orphans,
    stop,
    terminated_as_interrupted,
)

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

    def left(self, job: Job) -> None:
        """Hear that a worker is gone whose job has not ended."""

    def ended(self, outcome: Outcome) -> None:
        """Hear how it ended."""

    def tick(self) -> None:
        """Hear that time has passed."""


LONG = 20.0
"""Seconds of film from which on idle processors are put to drawing parts of it."""


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
        with stages_in(jobs[0].media) as stages, terminated_as_interrupted():
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
        self.watcher.left(job)
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
            job = self._divided(job)
            self.watcher.began(job)
            self.running.append((Worker(job), attempt))
            if job.scene:
                for part in range(1, job.parts):
                    self._help(job, part)

    def _divided(self, job: Job) -> Job:
        """Say how many processes draw a scene: more than one if it is long and nothing else is to do."""
        if not job.parts:
            note = read_note(note_path(job.media, job.file, job.scene, job.asked))
            long = note is not None and note.seconds >= LONG and not (job.section or job.plain)
            idle = self.workers - len(self.running) - len(self.waiting)
            job = replace(job, parts=max(1, idle) if long else 1)
        return replace(job, chance=int.from_bytes(os.urandom(4))) if job.parts > 1 else job

    def _help(self, job: Job, part: int, attempt: int = 1) -> None:
        folder = part_folder(job.stage, part)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self.running.append((Worker(replace(job, part=part, stage=folder)), attempt))

    def _helpers(self, leader: Worker) -> list[Worker]:
        return [worker for worker, _ in self.running if worker.job.stage.parent == leader.job.stage]

    def _leader(self, helper: Worker) -> Worker | None:
        leaders = (worker for worker, _ in self.running if worker.job.stage == helper.job.stage.parent)
        return next(leaders, None)

    def _listen(self) -> None:
        select.select([pipe for worker, _ in self.running for pipe in worker.channels], [], [], _TICK)
        for worker, attempt in list(self.running):
            if not any(worker is other for other, _ in self.running):
                continue  # It has ended with the one that led it.
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
        if job.part:
            return self._heard_part(worker, said)
        if said.what == "scenes":
            worker.job = replace(job, scene=said.names[0], names=())
            self.watcher.heard(job, said)
            for name in said.names if job.parts > 1 else said.names[1:]:
                self._consider(replace(worker.job, scene=name, stage=Path()))
        elif said.what == "listed":
            self._finish(worker)
            self.watcher.left(job)
            return True
        elif said.what == "whole":
            self._finish(worker)
            self._draw_whole(worker.job, said)
            return True
        elif said.last:
            self._finish(worker)
            self._end(Outcome(worker.job, said.what, said.text, said.files))
            return True
        else:
            self.watcher.heard(job, said)
        return False

    def _heard_part(self, worker: Worker, said: Said) -> bool:
        """Take in what is said about a part: of a scene that is told of where its film is put together."""
        if not said.last:
            return False
        leader = self._leader(worker)
        self._finish(worker)
        if leader is not None and said.what != "part":
            self._finish(leader, wait=False)
            if said.what == "whole":
                self._draw_whole(leader.job, said)
            else:
                self._end(Outcome(leader.job, said.what, said.text, said.files))
        return True

    def _draw_whole(self, job: Job, said: Said) -> None:
        self.watcher.heard(job, Said("note", job.scene, text=f"drawn in one piece: {said.text}"))
        self._queue(replace(job, parts=1), None)

    def _lost(self, worker: Worker, attempt: int, code: int) -> None:
        """Render again what a signal has ended; more than once would hardly help."""
        leader = self._leader(worker) if worker.job.part else None
        self._finish(worker)
        if worker.job.part and leader is None:
            return
        job = worker.job if leader is None else leader.job
        name = signal.Signals(-code).name if code < 0 else ""
        if name and attempt < _ATTEMPTS:
            text = f"The worker was killed ({name}). Rendering {'its part ' if leader else ''}again."
            self.watcher.heard(job, Said("note", job.scene, text=text))
            if leader is None:
                self._queue(job, None, attempt + 1)
            else:
                self._help(job, worker.job.part, attempt + 1)
            return
        if leader is not None:
            self._finish(leader, wait=False)
        text = f"The worker ended itself with exit code {code}."
        if name:
            text = f"The worker was killed ({name}), and so was the one before. Is there enough memory?"
        self._end(Outcome(job, "failed", text))

    def _finish(self, worker: Worker, *, wait: bool = True) -> None:
        gone = [worker, *self._helpers(worker)]
        self.running = [pair for pair in self.running if pair[0] not in gone]
        if wait:
            worker.wait()
        self._print(worker)
        for each in gone:
            each.close()
        end_orphans((other for other, _ in self.running), self.others)
        if not worker.job.part:
            shutil.rmtree(worker.job.stage, ignore_errors=True)

    def _print(self, worker: Worker) -> None:
        for line in worker.printed():
            if not worker.job.part:  # All parts print the same.
                self.watcher.printed(worker.job, line)

    def _end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.watcher.ended(outcome)
