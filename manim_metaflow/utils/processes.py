"""Processes that were started by others: find them and end them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import psutil

from manim_metaflow.utils.signals import interrupts_held, terminate_as_interrupt

__all__ = [
    "adopt_orphans",
    "children",
    "descendants",
    "kill",
    "kill_children",
    "nothing_outlives",
    "signal_group",
]

_SET_CHILD_SUBREAPER = 36
"""From Linux's prctl.h; Python has no name for it."""


def adopt_orphans() -> None:
    """Become, on Linux, the parent of processes whose parents end before them, to find them.

    A process that started a session of its own and left is in no group and below no parent that we know.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children() -> set[int]:
    """List the children of this process."""
    return {child.pid for child in psutil.Process().children()}


def descendants(pids: Iterable[int]) -> list[int]:
    """List everything that some processes have started, directly or indirectly."""
    found: dict[int, None] = {}
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            found |= dict.fromkeys(child.pid for child in psutil.Process(pid).children(recursive=True))
    return list(found)


def kill(pids: Iterable[int]) -> None:
    """End processes at once; one that has ended already is no error."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def kill_children(others: Iterable[int] = (), *, seconds: float = 1.0) -> None:
    """End all that this process has started, and what that has started, but not ``others``.

    What is killed may be starting a process just then, so it is done until nothing is left, for a time.
    """
    until = time.monotonic() + seconds
    while (found := children() - set(others)) and time.monotonic() < until:
        kill([*descendants(found), *found])
        for pid in found:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)


@contextmanager
def nothing_outlives(*, opens: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """End, when the block does, all processes that were started in it, those in sessions of their own too.

    SIGTERM and SIGHUP end the block as Ctrl-C does, unless they are ignored.

    Parameters
    ----------
    opens
        Whether the block opens something for the user, who goes on with it: then nothing is ended unless the
        block is interrupted.
    """
    adopt_orphans()
    others = children()
    interrupted = False
    with terminate_as_interrupt():
        try:
            yield
        except KeyboardInterrupt:
            interrupted = True
            raise
        finally:
            if interrupted or not opens():
                with interrupts_held():
                    kill_children(others)


def signal_group(leader: int, number: signal.Signals) -> None:
    """Send a signal to what is left of the process group that a process leads."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
