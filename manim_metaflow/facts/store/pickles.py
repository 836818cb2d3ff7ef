"""Read the few internal artifacts that carry lineage, without ever running what a pickle asks for."""

from __future__ import annotations

import io
import pickle
import pickletools
import re
from collections import namedtuple
from typing import Any

__all__ = ["Foreach", "Raised", "RefusedError", "check_memo", "read_pickle"]


class RefusedError(Exception):
    """A pickle names something that lineage does not need, or is no pickle at all."""


class _Sealed(type):
    """Keeps a pickle from writing attributes onto the stand-in classes themselves."""

    # A pickle's BUILD opcode sets attributes on whatever it is given, also on a class that was handed out.
    def __setattr__(cls, name: str, value: object) -> None:
        raise RefusedError(f"it tries to change {cls.__name__}.{name}")


class Foreach(
    namedtuple("Foreach", "step var num_splits index value", defaults=[None, None, None, None]),
    metaclass=_Sealed,
):
    """Stands in for Metaflow's ``ForeachFrame``, whose fields it has."""

    __slots__ = ()


class Raised(metaclass=_Sealed):
    """Stands in for Metaflow's ``MetaflowExceptionWrapper``: a state of three texts, no behaviour."""

    def __init__(self, _: None = None) -> None:
        self.type = ""
        self.exception = ""
        self.stacktrace: str | None = None

    def __setstate__(self, state: object) -> None:
        if not isinstance(state, dict):
            raise RefusedError("an exception without its state")
        # Metaflow writes texts. To make one of anything else may have no end: ten lists, each of ten times
        # the one before, are a few hundred bytes here and ten thousand million entries written out.
        self.type, self.exception = _text(state.get("type")), _text(state.get("exception"))
        self.stacktrace = _text(state.get("stacktrace")) or None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


# Metaflow puts ForeachFrame into __main__ when it is imported, so most pickles name it there.
_ADMITTED: dict[tuple[str, str], Any] = {
    ("__main__", "ForeachFrame"): Foreach,
    ("metaflow.tuple_util", "ForeachFrame"): Foreach,
    ("metaflow.task", "ForeachFrame"): Foreach,  # where Metaflow 2.10 had it
    ("metaflow.exception", "MetaflowExceptionWrapper"): Raised,
}


class _Reader(pickle.Unpickler):
    # All that a pickle can run, it has to ask for here: what is not handed out cannot be called.
    def find_class(self, module: str, name: str) -> Any:
        admitted = _ADMITTED.get((module, name))
        if admitted is None:
            raise RefusedError(f"it asks for {module}.{name}")
        return admitted

    def persistent_load(self, pid: Any) -> Any:
        raise RefusedError(f"it refers to something outside itself: {pid!r}")


_PLACES = re.compile(rb"r(?=([\s\S]{4}))|p(?=(\d{1,20})\n)")
"""What puts an object into a place of a pickle's memo that may be far out; it may be part of a text, too."""


def check_memo(blob: bytes) -> None:
    """Refuse a pickle of a few bytes for which Python would make a memo of gigabytes.

    A pickle numbers what it refers to again. Python's reader makes room up to the highest number at once, and
    an honest one is never higher than there are bytes.

    Raises
    ------
    RefusedError
        It has such a number.

    Examples
    --------
    >>> check_memo(pickle.dumps(["a", "b"]))
    >>> check_memo(b"N" + b"r" + bytes.fromhex("ffffff0f") + b".")
    Traceback (most recent call last):
    ...
    manim_metaflow.facts.store.pickles.RefusedError: it wants room for 268435455 objects
    """
    if not any(_place(found) > len(blob) for found in _PLACES.finditer(blob)):
        return
    # Perhaps these bytes are only letters of a text: to take a pickle apart tells, and takes longer.
    try:
        for order, place, _ in pickletools.genops(blob):
            if order.name in ("PUT", "LONG_BINPUT") and int(place or 0) > len(blob):
                raise RefusedError(f"it wants room for {place} objects")
    except (ValueError, UnicodeError, OverflowError) as error:
        # What cannot be taken apart is not read either: the reader may be less strict, and come further.
        raise RefusedError(f"it cannot be decoded ({error})") from error


def _place(found: re.Match[bytes]) -> int:
    return int.from_bytes(found[1], "little") if found[1] else int(found[2])


def read_pickle(blob: bytes) -> Any:
    """Decode plain values, foreach frames and recorded exceptions; refuse everything else.

    Raises
    ------
    RefusedError
        If the pickle names any other class or function; it is not imported, let alone called.
    """
    check_memo(blob)
    try:
        return _Reader(io.BytesIO(blob)).load()
    except RefusedError:
        raise
    except Exception as error:
        raise RefusedError(f"it cannot be decoded ({type(error).__name__}: {error})") from error
