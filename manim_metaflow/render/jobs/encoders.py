"""Try whether a video encoder takes its options, before anything is drawn for it."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import av

__all__ = ["encoder_opens"]


def encoder_opens(
    codec: str, pixel_format: str, size: tuple[int, int], options: Iterable[tuple[str, str]] = ()
) -> bool:
    """Return whether an encoder opens for frames of a size, in pixels.

    Examples
    --------
    >>> encoder_opens("libx264", "yuv420p", (64, 36)), encoder_opens("libx264", "yuv420p", (15, 15))
    (True, False)
    """
    context: Any = av.CodecContext.create(codec, "w")
    context.width, context.height = size
    # Any rate will do: encoders refuse sizes and options, not a time base, but do not open without one.
    context.pix_fmt, context.time_base = pixel_format, Fraction(1, 10)
    context.options = dict(options)
    try:
        context.open()
    except (av.FFmpegError, ValueError):
        return False
    return True
