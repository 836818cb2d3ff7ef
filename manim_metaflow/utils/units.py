"""Numbers as people write them."""

from __future__ import annotations

__all__ = ["readable_size"]


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
