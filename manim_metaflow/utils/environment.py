"""Environment variables for the time of a block: for this process, and for those that it starts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["use_variable"]


@contextmanager
def use_variable(name: str, value: str | None) -> Iterator[None]:
    """Set an environment variable inside of a ``with`` block; ``None`` leaves it as it is.

    Worker processes inherit it, and the cache of renders notes each variable that a scene read.
    """
    before = os.environ.get(name)
    if value is not None:
        os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before
