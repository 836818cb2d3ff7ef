"""Read a run from the file that keeps its record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from manim_metaflow.errors import RecordingError, RecordingNotFoundError
from manim_metaflow.facts.records import RunRecord

__all__ = ["load_recording", "store_of"]


def load_recording(path: str | Path) -> RunRecord:
    """Read one recording from its file.

    Raises
    ------
    RecordingNotFoundError
        There is no such file, or it holds something else.
    RecordingError
        The file cannot be read, is corrupt, cut short or newer than this library.
    """
    path = Path(path)
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        what = "a folder, not a recording" if isinstance(error, IsADirectoryError) else "no such file"
        raise RecordingNotFoundError(f"{path}: {what}.") from error
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror}.") from error
    return replace(RunRecord.from_json(text, name=str(path)), recording=path)


def store_of(recording: Path) -> Path:
    """Name the folder beside a recording that holds the datastore it was read from."""
    return recording.with_suffix(".store")
