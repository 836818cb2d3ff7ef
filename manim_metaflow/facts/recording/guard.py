"""Run a command and, when it ends, end everything that it has started, whatever group or session that is in.

Run as ``python -P -m manim_metaflow.facts.recording.guard COMMAND ...``, in a session of its own. Standard
input is a pipe into which nobody writes: it ends with the process that holds its other end, so that nothing
outlives that process either, even if it is killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from types import FrameType

from manim_metaflow.utils.processes import adopt_orphans, descendants, kill

__all__ = ["main"]

_GRACE = 0.8
"""Seconds that the command has to end by itself. After two seconds in all nothing may be left of it."""
_ENDING = 1.0
"""Seconds in which what is left is killed again and again: it may start processes meanwhile."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Stopped(BaseException):
    """Somebody wants the command to end."""


def main() -> int:
    """Run the command and return its exit code, that of a shell if a signal ended it."""
    child: subprocess.Popen[bytes] | None = None
    try:
        adopt_orphans()
        for number in _SIGNALS:
            signal.signal(number, _stop)
        # In this process's group, which holds all of the run that does not leave it.
        child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
        threading.Thread(target=_wait_for_parent, daemon=True).start()
        return _exit_code(child.wait())
    except _Stopped:
        return _exit_code(-signal.SIGTERM)
    finally:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        if child is not None and child.poll() is None:
            # First asked, so that it can clean up. This process, in the same group, ignores the signal by
            # now.
            os.killpg(0, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                child.wait(_GRACE)
        _end_all()


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Stopped


def _wait_for_parent() -> None:
    """Stop as on SIGTERM when the other end of standard input is closed."""
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _end_all() -> None:
    """Kill whatever was started. What lost its parent has become a child of this process."""
    until = time.monotonic() + _ENDING
    while (left := descendants([os.getpid()])) and time.monotonic() < until:
        kill(left)
        # A killed process counts among the descendants until it is waited for.
        _reap()
        time.sleep(0.01)


def _reap() -> None:
    """Wait for the children that have ended: until then they count as processes."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _exit_code(returned: int) -> int:
    return returned if returned >= 0 else 128 - returned


if __name__ == "__main__":
    sys.exit(main())
