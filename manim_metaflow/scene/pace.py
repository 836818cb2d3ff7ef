"""How long a caption is alone, how long it stays, and what a film's opening and ending need.

``manim-metaflow check`` holds films to limits; these keep well inside of them.
"""

from __future__ import annotations

__all__ = [
    "FADE",
    "HOOK_KIND",
    "LAST_HOLD",
    "LAST_REST",
    "LEAD",
    "LONGEST",
    "READING_SPEED",
    "SETTLE",
    "STILLNESS",
    "reading_time",
]

READING_SPEED = 17.0
"""Letters a second a caption is read at, a comfortable pace for subtitles."""

SETTLE = 0.9
"""Seconds the eye needs to find a caption before reading it."""

FADE = 0.5
"""Seconds in which a caption replaces the one before."""

LEAD = 0.5
"""Seconds between a caption and the motion it is about. The eye cannot read and follow at once, so with
the fade a caption has a second for itself."""

LAST_REST = 0.4
"""Seconds of rest at a beat's end, in which what was shown can be taken in: a little more than the check
asks for, which sees whole frames."""

LONGEST = 7.0
"""Seconds that a caption is on screen at most: one that stays longer is read again."""

STILLNESS = 2.0
"""Seconds a frame may rest beyond the time to read its caption."""

LAST_HOLD = 4.0
"""Seconds that a film's answer is held."""

HOOK_KIND = "hook"
"""The kind of the act that asks a film's question."""


def reading_time(text: str) -> float:
    """Return the seconds that a caption is shown at least.

    >>> reading_time("A step is a box."), reading_time(200 * "x")
    (1.8, 7.0)
    """
    # A tenth at a time: at every frame rate a beat then has the same length.
    return min(LONGEST, round(SETTLE + len(text) / READING_SPEED, 1))
