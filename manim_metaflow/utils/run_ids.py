"""How the ids of runs are written where people read them."""

from __future__ import annotations

import re

__all__ = ["short_run_ids"]

_LETTERS = 4
_LONG = re.compile(r"(?<![\w.])1[4-9]\d{14}(?![\w]|\.\d)")
"""The id of a run on one machine is the time in microseconds, here of the years 2014 to 2033; a service
counts from 1, which is short. Other long numbers, and the digits of fractions, are somebody's values."""


def short_run_ids(text: str) -> str:
    """Write the end of every long id in a text: its beginning is that of every run of the same week.

    >>> short_run_ids("[1795635655262878/start/1] Task is starting."), short_run_ids("MyFlow/1042")
    ('[…2878/start/1] Task is starting.', 'MyFlow/1042')
    >>> short_run_ids("rate = 0.1795635655262878, card 4571000011112222")
    'rate = 0.1795635655262878, card 4571000011112222'
    """
    return _LONG.sub(lambda found: f"…{found[0][-_LETTERS:]}", text)
