"""What the library says when it is given something it cannot draw.

Every error a user can cause is a :class:`ManimMetaflowError`: one message that names the thing, where
it stands, and what to do about it. The command line prints the message alone and exits with
:attr:`~ManimMetaflowError.exit_code`.
"""

from __future__ import annotations

__all__ = [
    "FlowError",
    "FlowWarning",
    "FontError",
    "ManimMetaflowError",
    "RecordingError",
    "RunError",
    "UsageError",
]


class ManimMetaflowError(Exception):
    """Base of all errors that are the input's fault, not the library's."""

    exit_code: int = 1


class UsageError(ManimMetaflowError):
    """The request itself makes no sense: a wrong option, a name that does not exist."""

    exit_code = 2


class FlowError(ManimMetaflowError):
    """A flow cannot be read: no such file, no ``FlowSpec`` in it, a graph Metaflow rejects."""


class FlowWarning(UserWarning):
    """A flow can be read, but will not run as it stands."""


class RunError(ManimMetaflowError):
    """A run cannot be read or made."""


class RecordingError(ManimMetaflowError):
    """A recording is corrupt, cut short, or newer than this library."""


class FontError(ManimMetaflowError):
    """A font of the theme is not installed. There is no fallback: the picture would differ."""
