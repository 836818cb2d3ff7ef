"""What no film can be: larger, faster, or in a folder without a name."""

from __future__ import annotations

from typing import Any

import click
import cloup

__all__ = ["LARGEST", "MOST_FRAMES", "MediaFolder", "check_size"]

LARGEST = 16384
"""Pixels of a side. H.264 has no larger frames, and one of this size takes a gigabyte of memory."""

MOST_FRAMES = 1000
"""Frames a second. No screen shows more, and a film of a billion would never be drawn."""


class MediaFolder(cloup.Path):
    """A folder for Manim's files. An empty name is none: Manim would write to the root of the file system."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse a name of nothing but spaces, and leave all others as they are."""
        if not str(value).strip():
            self.fail("the name of the folder is empty. Write . for this folder.", param, ctx)
        return super().convert(value, param, ctx)


def check_size(width: int, height: int) -> str:
    """Say why a frame cannot be of some size; nothing if it can.

    Examples
    --------
    >>> check_size(100000, 90)
    '100000 by 90 pixels are too many: a side has 16384 at most.'
    """
    if max(width, height) <= LARGEST:
        return ""
    return f"{width} by {height} pixels are too many: a side has {LARGEST} at most."
