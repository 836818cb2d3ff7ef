"""Read the few internal artifacts that carry lineage, without ever running what a pickle asks for."""

from __future__ import annotations

import io
import pickle
from collections import namedtuple
from typing import Any

__all__ = ["Foreach", "Raised", "RefusedError", "read_pickle"]


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
        self.type = str(state.get("type") or "")
        self.exception = str(state.get("exception") or "")
        self.stacktrace = str(state["stacktrace"]) if state.get("stacktrace") else None


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


def read_pickle(blob: bytes) -> Any:
    """Decode plain values, foreach frames and recorded exceptions; refuse everything else.

    Raises
    ------
    RefusedError
        If the pickle names any other class or function; it is not imported, let alone called.
    """
    try:
        return _Reader(io.BytesIO(blob)).load()
    except RefusedError:
        raise
    except Exception as error:
        raise RefusedError(f"it cannot be decoded ({type(error).__name__}: {error})") from error
