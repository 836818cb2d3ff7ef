"""Processes that were started by others: find them and end them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress

import psutil

__all__ = ["children", "descendants", "kill", "signal_group"]


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
