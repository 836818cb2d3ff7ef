"""Start a worker, receive its events, and end it with everything it has started."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

from manim_metaflow.render.jobs.cache import HASH_SEED, hash_seed
from manim_metaflow.render.jobs.job import Event, Job
from manim_metaflow.utils.processes import descendants, kill, kill_children, signal_group

__all__ = ["Worker", "end_orphans", "run_one", "stop"]

_PATIENCE = 5.0
"""Seconds to wait for a worker that has sent its last event."""

_GRACE = 1.0
"""Seconds in which an interrupted worker can clean up. After two seconds nothing may be left of it."""


class Worker:
    """A process that does one job.

    Parameters
    ----------
    job
        The job.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._event_rest = b""
        self._output_rest = b""
        self._channel, theirs = os.pipe()
        # Read from the one loop that serves all workers: none of them may hold it up.
        os.set_blocking(self._channel, False)
        try:
            self._process = subprocess.Popen(
                # `-P` keeps the working folder off the module path: a user's file may be named as one of
                # our modules.
                [sys.executable, "-P", "-m", "manim_metaflow.render.jobs.worker", str(theirs)],
                # Sets of strings have the same order in every part of a scene, and each time it is rendered.
                env={**os.environ, HASH_SEED: hash_seed()},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs,),
                # A process group of its own: it ends with all it has started, and Ctrl-C reaches the pool
                # alone, which ends the workers in order.
                start_new_session=True,
            )
        finally:
            os.close(theirs)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        # A worker that has died already is noticed by its exit code.
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{job.to_json()}\n".encode())
            self._process.stdin.flush()

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for a signal; ``None`` while it runs."""
        return self._process.poll()

    @property
    def channels(self) -> tuple[int, int]:
        """The pipes of its events and of its output, to wait for."""
        return self._channel, self._output

    def events(self) -> list[Event]:
        """Read the events that are new."""
        self._event_rest += _read(self._channel)
        *lines, self._event_rest = self._event_rest.split(b"\n")
        return [Event.from_json(line) for line in lines]

    def output_lines(self) -> list[str]:
        """Read the whole lines that are new in its output; when it has ended, also an unfinished one."""
        self._output_rest += _read(self._output)
        *lines, self._output_rest = self._output_rest.split(b"\n")
        if self.exit_code is not None and self._output_rest:
            lines, self._output_rest = [*lines, self._output_rest], b""
        return [line.decode(errors="replace") for line in lines]

    def wait(self) -> None:
        """Wait for its end after the last event, but not for threads that a scene has left running."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)

    def close(self) -> None:
        """End it with everything it has started."""
        # Before the process itself: with it gone, its descendants would no longer be found as such.
        kill(descendants([self.pid]))
        signal_group(self.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        os.close(self._channel)

    def interrupt(self) -> None:
        """Ask it to end."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)


def run_one(job: Job) -> Event | None:
    """Do a job, print its output, and return its last event; ``None`` if it died without one."""
    worker = Worker(job)
    try:
        while True:
            select.select(worker.channels, [], [], _PATIENCE)
            exit_code = worker.exit_code
            last = [event for event in worker.events() if event.last]
            for line in worker.output_lines():
                print(line, file=sys.stderr)
            if last or exit_code is not None:
                return last[0] if last else None
    finally:
        worker.close()


def stop(workers: Iterable[Worker], others: Iterable[int]) -> None:
    """End workers and everything they have started, within two seconds."""
    every = list(workers)
    # Looked up before they are interrupted: what a worker started is not found any more when the worker is
    # gone.
    started = descendants([worker.pid for worker in every])
    for worker in every:
        worker.interrupt()
    until = time.monotonic() + _GRACE
    while time.monotonic() < until and any(worker.exit_code is None for worker in every):
        time.sleep(0.02)
    kill(started)
    for worker in every:
        worker.close()
    end_orphans([], others)


def end_orphans(workers: Iterable[Worker], others: Iterable[int]) -> None:
    """End children of this process that are neither these workers nor ``others``."""
    kill_children({worker.pid for worker in workers} | set(others))


def _read(channel: int) -> bytes:
    read = b""
    with suppress(BlockingIOError):
        while chunk := os.read(channel, 65536):
            read += chunk
    return read
