"""What a run printed, shortened to the lines that matter."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["console_story"]

LEFT_OUT = "..."
"""Stands where lines were left out."""

_PREAMBLE = re.compile(r"Metaflow \S+ executing |Validating your flow|\s+The graph looks good!|Gathering ")
_TRACE, _END = re.compile(r"\] Internal error$|\] Traceback "), re.compile(r"\] Task failed\.$")
_PREFIX = re.compile(r"^\[[^\]]*\] ?")


def console_story(lines: Iterable[str]) -> list[str]:
    """Leave out the preamble, all of a traceback but its last line, and what follows a failure.

    Parameters
    ----------
    lines
        ``record.console``.

    Examples
    --------
    >>> console_story(["Validating your flow...", "    The graph looks good!", "Done!"])
    ['Done!']
    """
    kept: list[str] = []
    trace: list[str] | None = None
    for line in lines:
        if trace is not None:
            if _END.search(line):
                kept += [LEFT_OUT, *trace[-1:]]
                trace = None
            elif _PREFIX.sub("", line).strip():
                trace.append(line)
        elif _TRACE.search(line):
            trace = []
        elif line.strip() and not _PREAMBLE.match(line):
            kept.append(line)
            if line == "Workflow failed.":
                break
    return kept
