"""What the library says when it is given something it cannot draw.

Every error a user can cause is a :class:`ManimMetaflowError`: one message that names the thing, where
it stands, and what to do about it. The command line prints the message alone and exits with
:attr:`~ManimMetaflowError.exit_code`: 2 if the request is wrong, also if it names something that is not
there, and 1 if what it names is there but cannot be used.
"""

from __future__ import annotations

__all__ = [
    "FlowError",
    "FlowNotFoundError",
    "FlowWarning",
    "FontError",
    "ManimMetaflowError",
    "RecordingError",
    "RecordingNotFoundError",
    "RunError",
    "RunNotFoundError",
    "UnknownNameError",
    "UsageError",
]


class ManimMetaflowError(Exception):
    """Base of all errors that are the input's fault, not the library's."""

    exit_code: int = 1


class UsageError(ManimMetaflowError):
    """The request itself makes no sense: a wrong option, a name that does not exist."""

    exit_code = 2


class UnknownNameError(UsageError, KeyError):
    """There is no step, task or artifact of that name; a KeyError, as one expects of ``flow[name]``."""

    # KeyError would put the message into quotation marks.
    __str__ = Exception.__str__


class FlowError(ManimMetaflowError):
    """A flow cannot be read: its file cannot be imported, or Metaflow rejects its graph."""


class FlowNotFoundError(FlowError, UsageError):
    """What was given names no flow: no such file or module, another kind of file, no such class in it."""


class FlowWarning(UserWarning):
    """A flow can be read, but will not run as it stands."""


class RunError(ManimMetaflowError):
    """A run cannot be read or made."""


class RunNotFoundError(RunError, UsageError):
    """What was given names no run: no such run or datastore, another kind of file or value."""


class RecordingError(ManimMetaflowError):
    """A recording is corrupt, cut short, or newer than this library."""


class RecordingNotFoundError(RecordingError, UsageError):
    """What was given names no recording: no such file, or one that holds something else."""


class FontError(ManimMetaflowError):
    """A font of the theme is not installed. There is no fallback: the picture would differ."""
