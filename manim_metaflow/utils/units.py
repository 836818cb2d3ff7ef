"""Numbers as people write them: sizes, spans of time, counts of things."""

from __future__ import annotations

__all__ = ["counted", "readable_size", "readable_time"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def readable_size(count: int) -> str:
    """Write a number of bytes.

    >>> readable_size(26), readable_size(41_230), readable_size(10_000_000)
    ('26 B', '41.2 KB', '10.0 MB')
    """
    size = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000:
            return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def readable_time(seconds: float, *, decimals: int = 1) -> str:
    """Write a span of time as a clock shows it.

    >>> readable_time(3.24), readable_time(75.5), readable_time(3723), readable_time(200_000)
    ('3.2 s', '1:15.5', '1:02:03', '2 d 7:33:20')
    >>> readable_time(3.24, decimals=2)
    '3.24 s'
    """
    # Rounded first: 59.96 seconds are a minute, not "60.0 s".
    part = 10**decimals
    parts = round(seconds * part)
    if parts < _MINUTE * part:
        return f"{parts / part:.{decimals}f} s"
    if parts < _HOUR * part:
        minutes, rest = divmod(parts, _MINUTE * part)
        return f"{minutes}:{'0' * (rest < 10 * part)}{rest / part:.{decimals}f}"
    days, rest = divmod(round(seconds), _DAY)
    clock = f"{rest // _HOUR}:{rest % _HOUR // _MINUTE:02}:{rest % _MINUTE:02}"
    return f"{days} d {clock}" if days else clock


def counted(count: int, noun: str) -> str:
    """Write how many things there are.

    >>> counted(1, "task"), counted(3, "task"), counted(0, "task")
    ('1 task', '3 tasks', '0 tasks')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
