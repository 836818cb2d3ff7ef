"""Read what a process printed from its log, of which a record keeps no more than it can use."""

from __future__ import annotations

from pathlib import Path

from manim_metaflow.utils.units import counted, readable_size

__all__ = ["read_output"]

_LINE = 1000
"""Letters of one line: nobody reads more, and a progress bar may be one line of many megabytes."""
_FIRST_BYTES = 1 << 20
_LAST_LINES, _LAST_BYTES = 40, 1 << 16


def read_output(log: Path, lines: int) -> tuple[list[str], list[str], str]:
    r"""Read the first and the last lines of a log, however long it is, and say in words what was left out.

    Parameters
    ----------
    log
        The file.
    lines
        How many of the first lines are wanted.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = Path(folder, "log")
    ...     count = log.write_text("one\ntwo\nthree\n")
    ...     read_output(log, 2)[2]
    'of 14 B the first 2 lines are kept, up to 1000 letters of each'
    """
    size = log.stat().st_size
    with log.open("rb") as file:
        begin = file.read(_FIRST_BYTES)
        file.seek(max(0, size - _LAST_BYTES))
        end = file.read(_LAST_BYTES)
    printed = begin.decode(errors="replace").splitlines()
    first = [line[:_LINE] for line in printed[:lines]]
    last = [line[:_LINE] for line in end.decode(errors="replace").splitlines()[-_LAST_LINES:]]
    if len(begin) == size and first == printed:
        return first, last, ""
    kept = f"the first {counted(len(first), 'line')} are kept, up to {_LINE} letters of each"
    return first, last, f"of {readable_size(size)} {kept}"
