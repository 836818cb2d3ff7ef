"""Render many scenes, several at a time, and make sure that each has an outcome."""

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

from manim_metaflow.render.drawing.part_files import part_folder
from manim_metaflow.render.jobs.cache import CacheEntry, entry_path, read_entry
from manim_metaflow.render.jobs.folders import stage_folder
from manim_metaflow.render.jobs.job import Event, Job
from manim_metaflow.render.jobs.outcome import Listener, Outcome
from manim_metaflow.render.jobs.processes import Worker, end_orphans, stop
from manim_metaflow.utils.processes import adopt_orphans, children
from manim_metaflow.utils.signals import terminate_as_interrupt

__all__ = ["render_all"]

# Seconds after which the shown times are refreshed although nothing happens.
_TICK = 0.1
_ATTEMPTS = 2


LONG = 20.0
"""Seconds of film from which on idle processors draw parts of it."""


def render_all(
    jobs: Iterable[Job], *, workers: int, listener: Listener, force: bool = False
) -> list[Outcome]:
    """Render what has changed, ``workers`` scenes at a time.

    Parameters
    ----------
    jobs
        Scenes, or files whose scenes are not known yet. Their media folder must be the same.
    workers
        The number of processes at a time.
    listener
        Receives what happens.
    force
        Render also what is up to date.

    Raises
    ------
    ManimMetaflowError
        Nothing can be written to the media folder.
    KeyboardInterrupt
        Ctrl-C or SIGTERM. All processes are gone then.
    """
    return _Pool(workers, listener, force).run(list(jobs))


@dataclass
class _Pool:
    """One call of :func:`render_all`."""

    workers: int
    listener: Listener
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
        # What a scene has started and left behind becomes this process's child, so that it can be found and
        # ended.
        adopt_orphans()
        self.others = children()
        with stage_folder(jobs[0].media) as stages, terminate_as_interrupt():
            try:
                while self.waiting or self.running:
                    self._start(stages)
                    self._listen()
            finally:
                stop((worker for worker, _ in self.running), self.others)
        return self.outcomes

    def _consider(self, job: Job) -> None:
        """Queue a job, unless its film is up to date."""
        if not job.scene:
            # The scenes of a file are known without importing it as long as the file has not changed.
            listing = None if self.force else read_entry(entry_path(job.media, job.file, "", ()))
            if listing is None or not listing.is_current() or set(job.names) - set(listing.scenes):
                self._queue(job, None)
                return
            if not listing.scenes:
                self._end(Outcome(job, "empty"))
            for name in listing.scenes:
                if not job.names or name in job.names:
                    self._consider(replace(job, scene=name, names=()))
            return
        entry = _entry_of(job)
        if entry is not None and not self.force and entry.is_current():
            self._end(Outcome(job, "unchanged", files=tuple(entry.outputs)))
        else:
            self._queue(job, entry)

    def _queue(self, job: Job, entry: CacheEntry | None, attempt: int = 1) -> None:
        self.listener.withdrawn(job)
        self.waiting.append((job, attempt))
        self.listener.queued(job, entry.plays if entry is not None else 0)

    def _start(self, stages: Path) -> None:
        while self.waiting and len(self.running) < self.workers:
            job, attempt = self.waiting.popleft()
            try:
                job = replace(job, stage=Path(tempfile.mkdtemp(dir=stages)).resolve())
            except OSError as error:
                self._end(Outcome(job, "failed", f"{stages}: {error.strerror}. Nothing was written."))
                continue
            job = self._divided(job)
            self.listener.started(job)
            self.running.append((Worker(job), attempt))
            if job.scene:
                for part in range(1, job.parts):
                    self._help(job, part)

    def _divided(self, job: Job) -> Job:
        """Choose how many processes draw a scene: several if it is long and processors are idle."""
        if not job.parts:
            entry = _entry_of(job)
            long = entry is not None and entry.seconds >= LONG and not (job.section or job.plain)
            # Other scenes come first: whole scenes side by side lose nothing, while parts step through
            # every frame.
            idle = self.workers - len(self.running) - len(self.waiting)
            job = replace(job, parts=max(1, idle) if long else 1)
        # All parts must draw the same random numbers, and each render others, as a scene without a seed
        # does.
        return replace(job, seed=int.from_bytes(os.urandom(4))) if job.parts > 1 else job

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
                continue  # It was ended together with its leader.
            # Before its events: what it sent last before its end is in the pipe by now, and is read below.
            exit_code = worker.exit_code
            for event in worker.events():
                if self._receive(worker, event):
                    break
            else:
                if exit_code is None:
                    self._print(worker)
                else:
                    self._lost(worker, attempt, exit_code)
        self.listener.tick()

    def _receive(self, worker: Worker, event: Event) -> bool:
        """Process an event of a worker; return whether the worker is finished."""
        job = worker.job
        if job.part:
            return self._receive_from_part(worker, event)
        if event.kind == "scenes":
            worker.job = replace(job, scene=event.names[0], names=())
            self.listener.received(job, event)
            # The worker that listed the scenes goes on with the first of them, unless it is to be drawn in
            # parts.
            for name in event.names if job.parts > 1 else event.names[1:]:
                self._consider(replace(worker.job, scene=name, stage=Path()))
        elif event.kind == "listed":
            self._finish(worker)
            self.listener.withdrawn(job)
            return True
        elif event.kind == "whole":
            self._finish(worker)
            self._draw_whole(worker.job, event)
            return True
        elif event.last:
            self._finish(worker)
            self._end(Outcome(worker.job, event.kind, event.text, event.files))
            return True
        else:
            self.listener.received(job, event)
        return False

    def _receive_from_part(self, worker: Worker, event: Event) -> bool:
        """Process an event of a part; progress of the scene is reported by its leader alone."""
        if not event.last:
            return False
        leader = self._leader(worker)
        self._finish(worker)
        if leader is not None and event.kind != "part":
            # Its leader waits for the report of this part, which will never come.
            self._finish(leader, wait=False)
            if event.kind == "whole":
                self._draw_whole(leader.job, event)
            else:
                self._end(Outcome(leader.job, event.kind, event.text, event.files))
        return True

    def _draw_whole(self, job: Job, event: Event) -> None:
        self.listener.received(job, Event("message", job.scene, text=f"drawn in one piece: {event.text}"))
        self._queue(replace(job, parts=1), None)

    def _lost(self, worker: Worker, attempt: int, code: int) -> None:
        """Render again what a signal has ended, once: a second time would hardly help."""
        leader = self._leader(worker) if worker.job.part else None
        self._finish(worker)
        if worker.job.part and leader is None:
            return
        job = worker.job if leader is None else leader.job
        name = signal.Signals(-code).name if code < 0 else ""
        if name and attempt < _ATTEMPTS:
            text = f"The worker was killed ({name}). Rendering {'its part ' if leader else ''}again."
            self.listener.received(job, Event("message", job.scene, text=text))
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
        # Parts are of no use without the process that puts them together.
        gone = [worker, *self._helpers(worker)]
        self.running = [pair for pair in self.running if pair[0] not in gone]
        if wait:
            worker.wait()
        self._print(worker)
        for each in gone:
            each.close()
        # Only now: as long as the worker runs, what it has started is its own child.
        end_orphans((other for other, _ in self.running), self.others)
        if not worker.job.part:
            shutil.rmtree(worker.job.stage, ignore_errors=True)

    def _print(self, worker: Worker) -> None:
        for line in worker.output_lines():
            if not worker.job.part:  # All parts print the same lines.
                self.listener.printed(worker.job, line)

    def _end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.listener.ended(outcome)


def _entry_of(job: Job) -> CacheEntry | None:
    return read_entry(entry_path(job.media, job.file, job.scene, job.film_options))
