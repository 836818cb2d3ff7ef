"""Delay Ctrl-C where it would leave something half done, and treat SIGTERM and SIGHUP as Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["interrupts_held", "terminate_as_interrupt"]

Handler = Callable[[int, FrameType | None], None]

_ENDING = (signal.SIGTERM, signal.SIGHUP)
"""What a system sends to a process that shall end, and a terminal that is closed to those in it."""

_SIGNALS = (signal.SIGINT, *_ENDING)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Delay Ctrl-C, SIGTERM and SIGHUP until the block is left, and deliver the first of them then.

    Signals are not blocked, only their handlers wait: a process started in the block gets its own.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []

    def record(number: int, _: FrameType | None) -> None:
        received.append(number)

    before = _handle(_SIGNALS, record)
    try:
        yield
    finally:
        _restore(before)
        if received:
            signal.raise_signal(received[0])


@contextmanager
def terminate_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, so that everything is cleaned up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = _handle(_ENDING, interrupt)
    try:
        yield
    finally:
        _restore(before)


def _handle(numbers: Iterable[signal.Signals], handler: Handler) -> dict[signal.Signals, Any]:
    """Handle signals, but not those that are ignored: so does nohup say that a process shall go on.

    A handler that was not set from Python could not be put back, so it stays, too.
    """
    handled = [number for number in numbers if signal.getsignal(number) not in (signal.SIG_IGN, None)]
    return {number: signal.signal(number, handler) for number in handled}


def _restore(handlers: dict[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
