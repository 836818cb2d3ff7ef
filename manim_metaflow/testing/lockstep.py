"""Turn code that calls back into an iterator, with only one side running at a time."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from queue import SimpleQueue
from typing import TypeVar

__all__ = ["in_lockstep"]

T = TypeVar("T")

PATIENCE = 2.0
"""Seconds to wait for code that is interrupted in the middle: it may be deep in a call that does not end."""


class _Abandoned(BaseException):
    """The iterator was closed: unwind, past every ``except Exception`` of the code that runs."""


def in_lockstep(run: Callable[[Callable[[T], None]], None]) -> Iterator[T]:
    """Yield what ``run`` emits; ``run`` is paused until the next item is asked for.

    Parameters
    ----------
    run
        Called once, in a thread of its own and in a copy of the caller's context, with a function
        ``emit``. What it raises is raised to the consumer. If the consumer stops early, ``emit`` does
        not return, and ``run`` is unwound; if Ctrl-C comes while ``run`` is at work, it is unwound from
        where it is.

    Examples
    --------
    >>> list(in_lockstep(lambda emit: [emit(number) for number in range(3)]))
    [0, 1, 2]
    """
    outbox: SimpleQueue[tuple[T] | BaseException | None] = SimpleQueue()
    go_on = threading.Semaphore(0)
    closed = threading.Event()

    def emit(item: T) -> None:
        outbox.put((item,))
        # The code stands still here, with the state that the consumer now looks at.
        go_on.acquire()
        if closed.is_set():
            raise _Abandoned

    def work() -> None:
        try:
            run(emit)
        except BaseException as error:
            outbox.put(error)
        else:
            outbox.put(None)

    # A copy: themes and settings of the caller hold in the thread, and what the thread sets stays in it.
    thread = threading.Thread(target=copy_context().run, args=(work,), daemon=True)
    thread.start()
    patience = None
    try:
        while (received := _taken(outbox, thread)) is not None:
            if isinstance(received, BaseException):
                raise received
            yield received[0]
            go_on.release()
    except KeyboardInterrupt:
        patience = PATIENCE
        raise
    finally:
        closed.set()
        go_on.release()
        # For ever, unless interrupted: what the code holds, a temporary folder say, has to be given back.
        thread.join(patience)


def _taken(outbox: SimpleQueue[T], worker: threading.Thread) -> T:
    try:
        return outbox.get()
    except KeyboardInterrupt:
        abandoned = ctypes.py_object(_Abandoned)
        # Python has no other way to raise something in a thread that does not ask.
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident or 0), abandoned)
        raise
