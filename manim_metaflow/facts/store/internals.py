"""Decode what Metaflow stores with a task for itself: foreach frames, transitions, exceptions."""

from __future__ import annotations

import hashlib
import pickle
import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from manim_metaflow.facts.records import ExceptionRecord
from manim_metaflow.facts.store.attempts import StoredAttempt, StoredTask
from manim_metaflow.facts.store.checked import whole_number
from manim_metaflow.facts.store.datastore import Datastore
from manim_metaflow.facts.store.pickles import Foreach, Raised, RefusedError, read_pickle

__all__ = [
    "INTERNAL",
    "LINEAGE",
    "NAME",
    "Internals",
    "begun_depth",
    "begun_frames",
    "exception_of",
    "frames_of",
    "plain_type",
    "sets_name",
]

INTERNAL = (
    "_catch_exception",
    "_exception",
    "_foreach_num_splits",
    "_foreach_stack",
    "_graph_info",
    "_iteration_stack",
    "_success",
    "_task_ok",
    "_transition",
)
"""Artifacts of Metaflow's own that tell how a task ended and where in the graph it is."""

LINEAGE = ("_foreach_stack", "_iteration_stack", "_transition")
"""Those that tell which task it came from and which it led to."""

NAME = "name"
"""The one artifact without an underscore that Metaflow makes itself: the name of the flow, in every task."""

_FRAME = re.compile(r'^\s*File "(.+)", line ([0-9]{1,9}), in .*$')
_LARGEST = 16 * 1024 * 1024
"""Bytes of an internal artifact that are read at most: what Metaflow notes of a graph are some thousands."""
_TYPE = re.compile(r"^<class '(.+)'>$")


def sets_name(keys: Mapping[str, str], flow_name: str) -> bool:
    """Return whether a step put a value of its own under :data:`NAME`.

    Metaflow puts the flow's name there again in every task, so the next task does not have that value.

    >>> sets_name({"name": "da7ffa58491fe04228fca501947f63e2979ad9ac"}, "LinearFlow")
    False
    """
    return NAME in keys and keys[NAME] not in _flow_name_keys(flow_name)


@lru_cache(maxsize=16)
def _flow_name_keys(flow_name: str) -> frozenset[str]:
    # Metaflow pickles with protocol 4; its early versions could fall back to 2.
    pickles = (pickle.dumps(flow_name, protocol=protocol) for protocol in (2, 4))
    return frozenset(hashlib.sha1(blob).hexdigest() for blob in pickles)


class Internals:
    """Reads internal artifacts, each blob once: nearly all tasks of a run share most of them.

    Parameters
    ----------
    store
        The flow's datastore.
    tasks
        The tasks whose artifacts are read.
    names
        What will be asked for of each task: it is fetched at once, since one request takes long.

    Attributes
    ----------
    damaged
        Key to what is wrong with its blob.
    problems
        The same in words, by task and name, of what was asked for.
    """

    def __init__(self, store: Datastore, tasks: Iterable[StoredTask], names: Iterable[str]) -> None:
        self._store = store
        self._decoded: dict[str, Any] = {}
        self.damaged: dict[str, str] = {}
        self.problems: list[str] = []
        # It is walked once for each task.
        names = tuple(names)
        maps = (attempt.keys for task in tasks for attempt in task.attempts if attempt.keys)
        self._decode(dict.fromkeys(keys[name] for keys in maps for name in names if name in keys))

    def read(self, task: StoredTask, attempt: StoredAttempt, name: str) -> Any:
        """Decode an attempt's artifact; ``None`` if it has none, or if that cannot be read."""
        key = (attempt.keys or {}).get(name)
        if key is None:
            return None
        if key not in self._decoded:
            self._decode((key,))
        if key in self.damaged:
            self.problems.append(f"{task.path}, {name}: {self.damaged[key]}")
        return self._decoded[key]

    def _decode(self, keys: Iterable[str]) -> None:
        for key, blob in self._store.blobs(keys, _LARGEST):
            # Before it is read: what is damaged is answered with `None`, and not read again for the next
            # task.
            self._decoded[key] = None
            if blob is None:
                self.damaged[key] = f"its blob {key} is not in the store, or cannot be unpacked"
                continue
            try:
                self._decoded[key] = read_pickle(blob)
            except RefusedError as error:
                self.damaged[key] = f"not read: {error}"


def exception_of(value: Any, files: Collection[str]) -> ExceptionRecord | None:
    """Turn a decoded ``_exception`` into a record that points into the flow's own ``files``."""
    if not isinstance(value, Raised):
        return None
    file, line, code = _raised_at(value.stacktrace or "", files)
    # Metaflow appends the stack to the message of a timeout.
    message = value.exception.partition("\nStack when the timeout was raised:")[0]
    return ExceptionRecord(plain_type(value.type), message, file, line, code)


def _raised_at(trace: str, files: Collection[str]) -> tuple[str, int | None, str]:
    """Find the innermost frame in the flow's own files."""
    # What raised may lie deep in a library; what the author can look at is the line of theirs that led there.
    lines = trace.splitlines()
    # A traceback ends with the innermost frame.
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


def frames_of(stack: Any) -> list[Foreach]:
    """Return the frames in a decoded ``_foreach_stack``."""
    frames = stack if isinstance(stack, list) else []
    # The control task of an unbounded foreach has a frame without an index: it starts the splits and is none.
    return [frame for frame in frames if isinstance(frame, Foreach) and _is_frame(frame)]


def _is_frame(frame: Foreach) -> bool:
    texts = isinstance(frame.step, str) and all(isinstance(t, str | None) for t in (frame.var, frame.value))
    return (
        texts
        and whole_number(frame.index) is not None
        and (frame.num_splits is None or whole_number(frame.num_splits) is not None)
    )


def _execution_path(task: StoredTask) -> list[tuple[str, int]]:
    parts = (part.rpartition(":") for part in _execution_parts(task))
    return [(step, int(index)) for step, _, index in parts if whole_number(index) is not None]


def _execution_parts(task: StoredTask) -> list[str]:
    """Split ``outer:0,inner:2``, which a task registers as it begins; a control task has ``inner:None``."""
    text = task.metadata.newest("foreach-execution-path")
    return text.split(",") if isinstance(text, str) and text else []


def begun_depth(task: StoredTask) -> int:
    """Return how many foreaches a task is inside of, from the metadata it wrote as it began."""
    return len(_execution_parts(task))


def begun_frames(task: StoredTask) -> list[Foreach]:
    """Return the frames of a task that has stored nothing yet, from the metadata it wrote as it began."""
    values = task.metadata.newest("foreach-stack")
    named = [str(value).partition("=") for value in values] if isinstance(values, list) else []
    frames = []
    for level, (step, index) in enumerate(_execution_path(task)):
        variable, equals, value = named[level] if level < len(named) else ("", "", "")
        frames.append(Foreach(step, variable or None, None, index, value if equals else None))
    return frames
