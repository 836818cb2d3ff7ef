"""How the ids of runs are written where people read them."""

from __future__ import annotations

import re

__all__ = ["short_run_ids"]

_LETTERS = 4
_LONG = re.compile(r"\b\d{12,}\b")
"""The id of a run on one machine is the time in microseconds; a service counts from 1, which is short."""


def short_run_ids(text: str) -> str:
    """Write the end of every long id in a text: its beginning is that of every run of the same week.

    >>> short_run_ids("[1795635655262878/start/1] Task is starting."), short_run_ids("MyFlow/1042")
    ('[…2878/start/1] Task is starting.', 'MyFlow/1042')
    """
    return _LONG.sub(lambda found: f"…{found[0][-_LETTERS:]}", text)
