"""Start a worker, listen to it, and end it with all it has started."""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from manim_metaflow.render.jobs.job import Job, Said

__all__ = [
    "Worker",
    "adopt_orphans",
    "alive",
    "children",
    "end_orphans",
    "run_one",
    "stop",
    "terminated_as_interrupted",
]

_SET_CHILD_SUBREAPER = 36
_LAST = 5.0
_GRACE = 1.0
"""Seconds a worker has to leave no half-made recording behind. All must be gone within two."""


class Worker:
    """A process that does one job.

    Parameters
    ----------
    job
        What to do.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._rest = b""
        self._rest_of_line = b""
        self._channel, theirs = os.pipe()
        os.set_blocking(self._channel, False)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "manim_metaflow.render.jobs.worker", str(theirs)],
                env={**os.environ, **_shared(job)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs,),
                start_new_session=True,
            )
        finally:
            os.close(theirs)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{job.to_json()}\n".encode())
            self._process.stdin.flush()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """Its exit code, negative for a signal; ``None`` while it runs."""
        return self._process.poll()

    @property
    def channels(self) -> tuple[int, int]:
        """What to wait for: something can be read there when there is something new."""
        return self._channel, self._output

    def news(self) -> list[Said]:
        """Read what it has said since."""
        self._rest += _read(self._channel)
        *lines, self._rest = self._rest.split(b"\n")
        return [Said.from_json(line) for line in lines]

    def printed(self) -> list[str]:
        """Read the whole lines that the scene, or Manim, has printed since; when it has ended, all."""
        self._rest_of_line += _read(self._output)
        *lines, self._rest_of_line = self._rest_of_line.split(b"\n")
        if self.ended is not None and self._rest_of_line:
            lines, self._rest_of_line = [*lines, self._rest_of_line], b""
        return [line.decode(errors="replace") for line in lines]

    def wait(self) -> None:
        """Wait for it after its last word; threads a scene has left behind do not hold us up."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST)

    def close(self) -> None:
        """Let nothing of it live on."""
        kill(descendants([self.pid]))
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
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


def _shared(job: Job) -> dict[str, str]:
    """Let sets of strings come in the same order in all parts of a scene."""
    known = job.parts > 1 and "PYTHONHASHSEED" not in os.environ
    return {"PYTHONHASHSEED": str(job.chance)} if known else {}


def run_one(job: Job) -> Said | None:
    """Do a job, pass on what it prints, and return its last word; ``None`` if it died without one."""
    worker = Worker(job)
    try:
        while True:
            select.select(worker.channels, [], [], _LAST)
            ended = worker.ended
            last = [said for said in worker.news() if said.last]
            for line in worker.printed():
                print(line, file=sys.stderr)
            if last or ended is not None:
                return last[0] if last else None
    finally:
        worker.close()


def stop(workers: Iterable[Worker], others: Iterable[int]) -> None:
    """End workers and everything they have started, soon."""
    every = list(workers)
    started = descendants([worker.pid for worker in every])
    for worker in every:
        worker.interrupt()
    until = time.monotonic() + _GRACE
    while time.monotonic() < until and any(worker.ended is None for worker in every):
        time.sleep(0.02)
    kill(started)
    for worker in every:
        worker.close()
    end_orphans([], others)


def kill(pids: Iterable[int]) -> None:
    """End processes at once."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def adopt_orphans() -> None:
    """Become, on Linux, the parent of what a killed worker leaves behind, so that it can be found."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> set[int]:
    """List the children of this process."""
    return {pid for pid, parent in _parents().items() if parent == os.getpid()}


def end_orphans(workers: Iterable[Worker], others: Iterable[int]) -> None:
    """End children of this process that are none of these workers, nor other children it knows."""
    orphans = children() - {worker.pid for worker in workers} - set(others)
    kill([*descendants(orphans), *orphans])
    for pid in orphans:
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def descendants(pids: Iterable[int]) -> list[int]:
    """List what the processes have started, and what that has started, and so on."""
    parents = _parents()
    found: list[int] = []
    new = set(pids)
    while new:
        new = {pid for pid, parent in parents.items() if parent in new} - set(found)
        found += sorted(new)
    return found


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let SIGTERM end the workers too, as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before: Callable[[int, FrameType | None], object] | int | None = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _parents() -> dict[int, int]:
    if not Path("/proc/self/stat").exists():
        listing = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=False)
        return {int(pid): int(parent) for pid, parent in map(str.split, listing.stdout.splitlines())}
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                # The name in brackets may hold anything; what follows the last bracket does not.
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return parents


def _read(channel: int) -> bytes:
    read = b""
    with suppress(BlockingIOError):
        while chunk := os.read(channel, 65536):
            read += chunk
    return read
