"""Processes that were started by others: find them and end them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress

import psutil

__all__ = ["adopt_orphans", "children", "descendants", "kill", "signal_group"]

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


def signal_group(leader: int, number: signal.Signals) -> None:
    """Send a signal to what is left of the process group that a process leads."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
