"""A task's attempts, by the files they left: which there are, and which of them stored a key map.

Metaflow names each file of an attempt by its number: ``0.attempt.json`` when it began, ``0.data.json`` with
the key of each artifact, ``0.DONE.lock`` once all of it is stored, ``0.runtime`` when the scheduler saw its
process end. The newest attempt is the one that the next task and the client read, finished or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from manim_metaflow.facts.store.checked import is_key, json_object, whole_number
from manim_metaflow.facts.store.metadata import TaskMetadata
from manim_metaflow.utils.text import ellipsis

__all__ = [
    "BEGUN",
    "KEY_MAP",
    "RUNTIME",
    "STDERR",
    "STDOUT",
    "Described",
    "StoredAttempt",
    "StoredTask",
    "attempt_files",
]

DONE = "DONE.lock"
KEY_MAP = "data.json"
ATTEMPT_KINDS = frozenset(("attempt.json", KEY_MAP, DONE, "runtime"))
"""Any one of these shows that there was an attempt; logs alone do not, the scheduler opens them before."""

BEGUN, RUNTIME = "task_begin", "runtime"
STDOUT, STDERR = "runtime_stdout.log", "runtime_stderr.log"

_LOG_PREFIX = re.compile(r"^\[!?MFLOG\|[^]]*\]")
_FOLDER_IN_TRACE = re.compile(r'(?<=File ")[^"]*[/\\](?=[^"/\\]+")')
_LOG_LINES, _LOG_WIDTH = 50, 200
"""How much of a log a record keeps: it is read to be shown, and the end says how it went."""
_ERROR_LINES = 4
"""How much of it is told in one note: the exception, and where it was raised."""
_NAME_SHOWN = 40
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a letter, which JSON can hold and no file or terminal."""
_NO_METADATA = TaskMetadata()


class Described(NamedTuple):
    """What a key map says of a value beside its key."""

    size: int = 0
    type: str = ""
    encoding: str = ""


@dataclass(slots=True)
class StoredAttempt:
    """One attempt. What its other files hold is there where it was asked for: see :class:`.Datastore`."""

    number: int
    files: frozenset[str] = frozenset()
    """Which files it left, without its number."""
    keys: Mapping[str, str] | None = None
    """Name to key; ``None`` until the attempt has stored everything, and where the map is damaged."""
    info: Mapping[str, Any] = field(default_factory=dict)
    """Size, type and encoding of each name's value."""
    damage: str = ""
    """Why there are no keys, though there should be, or why some of them are left out."""
    package: str | None = None
    """Key of the code package it ran from."""
    exit: dict[str, Any] | None = None
    """What the scheduler noted when its process ended."""
    stdout: tuple[str, ...] = ()
    stderr: tuple[str, ...] = ()
    started: float | None = None
    finished: float | None = None

    @property
    def done(self) -> bool:
        """Whether it has stored everything: Metaflow writes its mark last."""
        return DONE in self.files

    def described(self, name: str) -> Described:
        """Return what the key map says of a name's value, as far as that is of the right types."""
        info = self.info.get(name)
        if not isinstance(info, dict):
            return Described()
        kind, encoding = info.get("type"), info.get("encoding")
        return Described(
            whole_number(info.get("size")) or 0,
            kind if isinstance(kind, str) else "",
            encoding if isinstance(encoding, str) else "",
        )

    def read_file(self, kind: str, text: bytes | None, problem: str) -> None:
        """Read one of its files. Only that a key map is missing or damaged is worth a note."""
        if kind == KEY_MAP:
            self._read_keys(text, problem)
        elif text is None:
            return
        elif kind == STDOUT:
            self.stdout = _log_lines(text)
        elif kind == STDERR:
            # Metaflow ends the log of every failed task with this line; what says why stands above it.
            lines = (line.strip() for line in _log_lines(text))
            self.stderr = tuple(line for line in lines if line not in ("", "Task failed."))[-_ERROR_LINES:]
        elif kind == RUNTIME:
            self.exit = json_object(text)
        elif kind == BEGUN:
            self.package = _package(text)

    def _read_keys(self, text: bytes | None, problem: str) -> None:
        name = f"{self.number}.{KEY_MAP}"
        if text is None:
            self.damage = f"{name} cannot be read ({problem})" if problem else f"{name} is missing"
            return
        content = json_object(text)
        if content is None:
            self.damage = f"{name} is cut short or no JSON"
            return
        keys, info = content.get("objects"), content.get("info")
        if not isinstance(keys, dict):
            self.damage = f"{name} has no keys"
            return
        # A key names the blob's file: one that is anything else, a path perhaps, must not be followed.
        self.keys = {key: sha for key, sha in keys.items() if is_key(sha) and _is_name(key)}
        self.info = info if isinstance(info, dict) else {}
        left_out = [key for key in keys if key not in self.keys]
        if left_out:
            first = ellipsis(repr(left_out[0]), _NAME_SHOWN)
            more = f" and {len(left_out) - 1} more" if len(left_out) > 1 else ""
            self.damage = f"{name} is damaged: {first}{more} is no name, or its key no hash"


@dataclass(slots=True)
class StoredTask:
    """One task: its attempts, and its metadata where that was read."""

    step: str
    task_id: str
    attempts: list[StoredAttempt] = field(default_factory=list)
    metadata: TaskMetadata = _NO_METADATA

    @property
    def path(self) -> str:
        """``"step/task_id"``."""
        return f"{self.step}/{self.task_id}"

    @property
    def last(self) -> StoredAttempt | None:
        """The attempt that counts, if there is one: the newest."""
        return self.attempts[-1] if self.attempts else None

    @property
    def keys(self) -> Mapping[str, str]:
        """The key map the task left to the next one: empty if its last attempt stored none."""
        return (self.attempts[-1].keys or {}) if self.attempts else {}

    def set_times(self) -> None:
        """Take from the metadata when each attempt began and ended."""
        began = self._by_attempt("attempt")
        ended = self._by_attempt("attempt-done")
        for attempt in self.attempts:
            attempt.started = began.get(attempt.number)
            attempt.finished = ended.get(attempt.number)

    def _by_attempt(self, name: str) -> dict[int, float]:
        """Return seconds by attempt. Where each attempt left one stamp, their order says which is whose."""
        times = self.metadata.stamps.get(name, [])
        if len(times) == len(self.attempts):
            return {attempt.number: time / 1000 for attempt, time in zip(self.attempts, times, strict=True)}
        return {whole_number(self.metadata.read(name, time)) or 0: time / 1000 for time in times}


def attempt_files(names: Iterable[str]) -> Mapping[int, frozenset[str]]:
    """Sort the names in a task's folder by attempt.

    >>> found = attempt_files(["0.attempt.json", "0.DONE.lock", "1.runtime_stdout.log", "_meta"])
    >>> {number: sorted(kinds) for number, kinds in found.items()}
    {0: ['DONE.lock', 'attempt.json']}
    """
    return _grouped(frozenset(names))


@lru_cache(maxsize=64)  # nearly all tasks of a run left files of the same names
def _grouped(names: frozenset[str]) -> Mapping[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    for name in names:
        number, _, kind = name.partition(".")
        if whole_number(number) is not None:
            found.setdefault(int(number), set()).add(kind)
    return {number: frozenset(kinds) for number, kinds in sorted(found.items()) if kinds & ATTEMPT_KINDS}


@lru_cache(maxsize=16)  # nearly all attempts of a run began with the very same text
def _package(text: bytes) -> str | None:
    package = (json_object(text) or {}).get("code_package_sha")
    return package if is_key(package) else None


def _is_name(text: str) -> bool:
    """Tell whether a text can name an artifact: it is not empty, and every letter of it can be written."""
    return text != "" and "\0" not in text and (text.isascii() or _SURROGATE.search(text) is None)


def _log_lines(text: bytes) -> tuple[str, ...]:
    """Read the end of a log without Metaflow's prefixes and this machine's folders."""
    # A task may print bytes of any encoding, and whoever reads a log wants the rest of it all the same.
    lines = text.decode(errors="replace").splitlines()[-_LOG_LINES:]
    return tuple(_FOLDER_IN_TRACE.sub("", _LOG_PREFIX.sub("", line))[:_LOG_WIDTH] for line in lines)
