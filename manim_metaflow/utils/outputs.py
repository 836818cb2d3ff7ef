"""The one rule for what a command may replace: only a file whose content is of the kind that it writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from manim_metaflow.errors import UsageError

__all__ = [
    "CAPTIONS",
    "FILMS_AND_PICTURES",
    "PNG",
    "RECORD",
    "REPORT",
    "SECTIONS",
    "SOUND",
    "Kind",
    "check_replaceable",
    "is_of_kind",
    "kind_of",
]

_HEAD = 4096
"""Bytes in which every kind can be told."""


@dataclass(frozen=True)
class Kind:
    """A kind of file that is written here.

    Parameters
    ----------
    what
        Its name with an article, for messages.
    begin
        How the content of such a file begins.
    """

    what: str
    begin: re.Pattern[bytes]


# By content, never by name: a scene may be called film.mp4, and a user's settings flow.json.
PNG = Kind("a PNG picture", re.compile(rb"\x89PNG\r\n\x1a\n"))
_GIF = Kind("a GIF", re.compile(rb"GIF8[79]a"))
# The first box of MP4 and QuickTime has its size, then its name.
_MP4 = Kind("a film", re.compile(rb".{4}(ftyp|moov|wide|mdat)", re.DOTALL))
_WEBM = Kind("a film", re.compile(rb"\x1a\x45\xdf\xa3"))
RECORD = Kind("a record", re.compile(rb'\{\s*"kind":\s*"RunRecord"'))
CAPTIONS = Kind("a file of captions", re.compile(rb"\s*\d+\s*\n\d+:\d\d:\d\d[,.]\d+ --> "))
SECTIONS = Kind("an index of sections", re.compile(rb'\s*\[\s*(\]|\{\s*"name")'))
REPORT = Kind(
    "a report of snapshots", re.compile(rb"<!DOCTYPE html>.{,200}<title>Frame snapshots</title>", re.DOTALL)
)
SOUND = Kind("a sound", re.compile(rb"RIFF.{4}WAVE", re.DOTALL))

FILMS_AND_PICTURES: Mapping[str, Kind] = {
    ".png": PNG,
    ".mp4": _MP4,
    ".webm": _WEBM,
    ".mov": _MP4,
    ".gif": _GIF,
}


def kind_of(path: Path) -> Kind:
    """Return the kind of film or picture that is written under a name.

    >>> kind_of(Path("Flow.PNG")).what
    'a PNG picture'
    """
    return FILMS_AND_PICTURES[path.suffix.lower()]


def is_of_kind(path: Path, kind: Kind) -> bool:
    """Tell whether a file is of a kind, or empty, or not there: nothing is lost if it is replaced.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    if not path.exists():
        return True
    # A pipe would be waited for, and a device would be replaced by a file.
    if not path.is_file():
        return False
    with path.open("rb") as file:
        begin = file.read(_HEAD)
    return not begin or kind.begin.match(begin) is not None


def check_replaceable(path: Path, kind: Kind, *, force: bool = False) -> None:
    """Check that a command may put its output in place of a file: only of one like it, or when forced.

    Parameters
    ----------
    path
        The output. If there is no such file, or an empty one, nothing is lost.
    kind
        What the command writes.
    force
        Whether the user has said that any file may be replaced. A device or a folder never is.

    Raises
    ------
    UsageError
        The file is of another kind, or cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "flow.json")
    ...     path.write_text('{"alpha": 3}')
    ...     check_replaceable(path, RECORD, force=True)
    ...     try:
    ...         check_replaceable(path, RECORD)
    ...     except UsageError as error:
    ...         print(str(error).replace(folder, ".").partition(". ")[0])
    12
    ./flow.json is not a record, and would be replaced by one
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is in the way: it is not a file. Name another one.")
    if force:
        return
    try:
        replaceable = is_of_kind(path, kind)
    except OSError as error:
        raise UsageError(f"{path} is in the way, and cannot be read: {error.strerror}.") from error
    if not replaceable:
        raise UsageError(
            f"{path} is not {kind.what}, and would be replaced by one. "
            "Name another file, or move this one away; the option --force replaces it."
        )
