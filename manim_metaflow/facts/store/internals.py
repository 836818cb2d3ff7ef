"""Decode what Metaflow keeps with a task for itself: foreach frames, transitions, exceptions."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from manim_metaflow.facts.records import ExceptionRecord
from manim_metaflow.facts.store.pickles import Foreach, Raised, RefusedError, read_pickle
from manim_metaflow.facts.store.stored import RunStore, StoredAttempt, StoredTask

__all__ = [
    "INTERNAL",
    "Internals",
    "begun_frames",
    "exception_of",
    "frames_of",
    "plain_type",
]

INTERNAL = (
    "_exception",
    "_foreach_num_splits",
    "_foreach_stack",
    "_graph_info",
    "_iteration_stack",
    "_success",
    "_task_ok",
    "_transition",
)
"""Artifacts of Metaflow's own that tell what became of a task, and where it stands."""

_FRAME = re.compile(r'^\s*File "(.+)", line (\d+), in .*$')
_TYPE = re.compile(r"^<class '(.+)'>$")
_UNKNOWN = object()


class Internals:
    """Reads internal artifacts, each blob once. What cannot be read is noted and ``None``."""

    def __init__(self, store: RunStore, notes: list[str]) -> None:
        self._store, self._notes = store, notes
        self._decoded: dict[str, Any] = {}

    def read(self, task_path: str, attempt: StoredAttempt, name: str) -> Any:
        """Decode the attempt's artifact ``name``."""
        sha = (attempt.objects or {}).get(name)
        if sha is None:
            return None
        held = self._decoded.get(sha, _UNKNOWN)
        if held is _UNKNOWN:
            held = self._decoded[sha] = self._decode(f"{task_path}, {name}", sha)
        return held

    def _decode(self, what: str, sha: str) -> Any:
        blob = self._store.blob(sha)
        if blob is None:
            self._notes.append(f"{what}: its blob {sha} is not in the store")
            return None
        try:
            return read_pickle(blob)
        except RefusedError as error:
            self._notes.append(f"{what}: not read: {error}")
            return None


def exception_of(held: Any, files: Collection[str]) -> ExceptionRecord | None:
    """Turn a decoded ``_exception`` into a record that points into the flow's own ``files``."""
    if not isinstance(held, Raised):
        return None
    file, line, code = _raised_at(held.stacktrace or "", files)
    # Metaflow appends the stack to the message of a timeout.
    message = held.exception.partition("\nStack when the timeout was raised:")[0]
    return ExceptionRecord(plain_type(held.type), message, file, line, code)


def _raised_at(trace: str, files: Collection[str]) -> tuple[str, int | None, str]:
    """Find the innermost frame in the flow's own files."""
    lines = trace.splitlines()
    for number in range(len(lines) - 1, -1, -1):
        frame = _FRAME.match(lines[number])
        if frame and Path(frame[1]).name in files:
            code = lines[number + 1].strip() if number + 1 < len(lines) else ""
            return Path(frame[1]).name, int(frame[2]), code
    return "", None, ""


def plain_type(text: str) -> str:
    """Write a class as its author would: without ``builtins`` and ``__main__``."""
    match = _TYPE.match(text)
    return (match[1] if match else text).removeprefix("builtins.").removeprefix("__main__.")


def frames_of(held: Any) -> list[Foreach]:
    """Take the frames out of a decoded ``_foreach_stack``."""
    return [frame for frame in held if isinstance(frame, Foreach)] if isinstance(held, list) else []


def _execution_path(task: StoredTask) -> list[tuple[str, int]]:
    """Read ``outer:0,inner:2``, which a task notes as it begins."""
    text = task.metadatum("foreach-execution-path")
    parts = (part.rpartition(":") for part in text.split(",")) if isinstance(text, str) and text else ()
    return [(step, int(index)) for step, _, index in parts if index.isdigit()]


def begun_frames(task: StoredTask) -> list[Foreach]:
    """Take the frames of a task that has stored nothing yet from what it noted as it began."""
    values = task.metadatum("foreach-stack")
    named = [str(value).partition("=") for value in values] if isinstance(values, list) else []
    frames = []
    for level, (step, index) in enumerate(_execution_path(task)):
        variable, equals, value = named[level] if level < len(named) else ("", "", "")
        frames.append(Foreach(step, variable or None, None, index, value if equals else None))
    return frames
