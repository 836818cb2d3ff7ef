"""What every recording has in common: a flow's file, a key, a folder, a datastore and a child process."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from manim_metaflow.errors import FlowError, RunError, UsageError
from manim_metaflow.facts.flow.importing import read_source
from manim_metaflow.facts.flow.load import load_flow, split_source
from manim_metaflow.facts.flow.source import class_file
from manim_metaflow.facts.metaflow_internals import flow_class_behind
from manim_metaflow.facts.recording.child import CONSOLE_LINES, Finished, Place, entry_point, run_child
from manim_metaflow.facts.recording.describe import describe
from manim_metaflow.facts.recording.metadata import gather_files
from manim_metaflow.facts.recording.packages import modules_beside
from manim_metaflow.facts.recording.recordings import Output, RecordingFiles, recording_key, scratch_store
from manim_metaflow.facts.recording.values import value_variables
from manim_metaflow.facts.records import FlowInfo, PackageRecord, RunRecord
from manim_metaflow.facts.run.record_file import load_recording, store_of

__all__ = ["TIMEOUT", "FlowFile", "Request", "Where"]

TIMEOUT = 600.0
"""Seconds after which a run is stopped, if the caller names no others."""


@dataclass(frozen=True)
class FlowFile:
    """The file a flow is run from; ``class_name`` is ``None`` where the caller named none."""

    path: Path
    class_name: str | None
    text: str

    @classmethod
    def of(cls, flow: Any) -> Self:
        """Find the file of a flow that is given as a path, ``"path.py:Class"`` or a class.

        Raises
        ------
        FlowError
            There is no file that Metaflow could run the flow from.
        """
        if isinstance(flow, str | Path):
            path, name = split_source(flow)
            if path is None:
                raise FlowError(f"{flow}: a flow is run from its file; give 'path.py:{name}'.")
            return cls(path, name, read_source(path))
        info = load_flow(flow)
        made = flow_class_behind(flow)
        # The first step may be inherited: what stands in its file is another flow, or none at all.
        file = class_file(made) if made is not None else None
        if file is None or not Path(file).is_file():
            raise FlowError(
                f"{info.name}: no file to run it from. Save the flow in a .py file and give that file."
            )
        if "<locals>" in str(getattr(made, "__qualname__", "")):
            raise FlowError(
                f"{info.name}: defined inside a function. Move the class to the top of {info.file}."
            )
        return cls(Path(file), info.name, read_source(Path(file)))

    @property
    def source(self) -> str:
        """``path.py[:Class]``, from which the flow can be loaded."""
        return f"{self.path}:{self.class_name}" if self.class_name else str(self.path)


@dataclass(frozen=True)
class Where:
    """Where a flow is run, with which environment, and for how long at most.

    Parameters
    ----------
    env
        Environment variables to add.
    timeout
        Seconds after which it is stopped.
    cwd
        The folder it runs in; ``None`` for the folder of its file.
    sandbox
        Whether it runs in an empty folder instead.
    """

    env: Mapping[str, str] | None = None
    timeout: float | None = TIMEOUT
    cwd: str | Path | None = None
    sandbox: bool = False

    def folder(self, file: Path) -> Path | None:
        """Return the folder that a flow runs in; ``None`` for its datastore's, which is empty.

        Raises
        ------
        UsageError
            There is no such folder, or it is not clear which is meant.
        """
        if self.cwd is not None and self.sandbox:
            raise UsageError("A flow is run either in a folder (cwd) or in a sandbox, not in both.")
        if self.cwd is not None and not Path(self.cwd).is_dir():
            raise UsageError(f"{self.cwd}: no such folder to run a flow in.")
        # Absolute before any code of the user's runs, which may change the working folder.
        return None if self.sandbox else Path(self.cwd or file.parent).resolve()


@dataclass(frozen=True)
class Request:
    """What is to be recorded: a command of a flow, and the recorded run that it follows, if any."""

    file: FlowFile
    files: RecordingFiles
    folder: Path | None
    where: Where
    origin: RunRecord | None
    begun: float = field(default_factory=time.monotonic)

    @classmethod
    def make(
        cls,
        kind: str,
        flow: str | Path | type | None,
        arguments: tuple[str, ...],
        *,
        recordings: str | Path | None,
        where: Where,
        origin: RunRecord | None,
        output: Output | None = None,
    ) -> Self:
        """Find the flow's file, and the place and key of the recording.

        Parameters
        ----------
        kind
            ``"run"``, ``"resume"``, ``"spin"`` or ``"command"``.
        flow
            The flow; ``None`` for the file that ``origin`` was recorded from.
        arguments
            What the recording is found by, besides the flow's source and the environment.
        recordings
            The folder; ``None`` for the one that holds ``origin``.
        where
            Where the flow is run.
        origin
            The recorded run whose datastore is used.
        output
            The one file to write; ``None`` for one that is named by its key.
        """
        file = FlowFile.of(_recorded_from(origin) if flow is None else flow)
        environment = dict(where.env or {})
        modules = modules_beside(file.path.resolve(), file.text)
        key = recording_key(
            file.text, kind, arguments, environment, _key_of(origin) if origin else "", modules
        )
        if recordings is None and origin is not None and origin.recording is not None:
            recordings = origin.recording.parent
        files = RecordingFiles(recordings, file.path.absolute(), kind, key, output)
        return cls(file, files, where.folder(file.path), where, origin)

    @property
    def origin_run_id(self) -> str | None:
        """The id of the run that this one follows."""
        return self.origin.run_id if self.origin else None

    def find(self) -> RunRecord | None:
        """Read the run's recording, if it was made before."""
        path = self.files.made(self.file.class_name)
        return replace(load_recording(path), flow_source=self.file.source) if path else None

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Make a folder to record into, with a copy of the datastore of the run that this one follows."""
        origin = self._origin_store(self.origin) if self.origin else None
        with scratch_store(self.files.directory, origin) as scratch:
            yield Place(scratch, self.folder, self.where.env or {})

    def describe(self, place: Place) -> tuple[FlowInfo, tuple[PackageRecord, ...]]:
        """Read the flow from its file, and the packages that the file imports.

        Raises
        ------
        UsageError
            The recording would replace something that is not one.
        RunError
            It takes longer than the time there is.
        """
        with self._time_limit("being imported") as seconds:
            flow, packages = describe(self.file.path, self.file.class_name, place, seconds)
        # Before the run: after it there would be no place for what it took long to make.
        self.files.output_for(flow.name).check()
        return flow, packages

    def run(
        self, flow_name: str, command: tuple[str, ...], place: Place, *, lines: int = CONSOLE_LINES
    ) -> Finished:
        """Give the flow a command in a child process, and wait for its end.

        Raises
        ------
        RunError
            It takes longer than the time there is.
        """
        entry, for_driver = entry_point(self.file.path, flow_name, self.file.text, place)
        place = replace(place, environment={**place.environment, **for_driver})
        # Last: the flow's own PYTHONPATH, this process's or one that the caller gave, comes after ours.
        noting = value_variables(place.store, place.variables())
        place = replace(place, environment={**place.environment, **noting})
        with self._time_limit("running") as seconds:
            # Pylint may be installed, or not: what is printed shall not depend on it, and its check takes
            # seconds.
            ended = run_child([*entry, "--no-pylint", *command], place, seconds, lines=lines)
        gather_files(place.store)
        return ended

    @contextmanager
    def _time_limit(self, what: str) -> Iterator[float | None]:
        """Yield how many seconds are left: the import of the flow's file takes its part of them."""
        limit = self.where.timeout
        try:
            yield None if limit is None else max(0.0, limit - (time.monotonic() - self.begun))
        except subprocess.TimeoutExpired as error:
            raise RunError(f"{self.file.path}: still {what} after {limit:g} s; stopped.") from error

    def failure(self, command: tuple[str, ...], ended: Finished) -> RunError:
        """Return the error for a run that ended before it had a task."""
        return RunError(
            f"{self.file.path} {' '.join(command)}: failed before its first task "
            f"(exit code {ended.returncode}), run in {self.folder or 'an empty folder'}.\n{ended.output}"
        )

    def keep(self, record: RunRecord, scratch: Path) -> RunRecord:
        """Keep the record and its datastore; either both are there afterwards or neither."""
        return replace(self.files.put(record, scratch), flow_source=self.file.source)

    def _origin_store(self, origin: RunRecord) -> Path:
        beside = self.files.directory.glob(f"*-{origin.key}.json")
        for recording in [origin.recording] if origin.recording else sorted(beside):
            if (store_of(recording) / ".metaflow" / origin.flow.name / origin.run_id).is_dir():
                return store_of(recording)
        raise RunError(
            f"{origin.flow.name}/{origin.run_id}: its datastore is gone, so nothing can be recorded in it. "
            "Record the run again with fresh=True, then what comes after it."
        )


def _recorded_from(origin: RunRecord | None) -> str:
    assert origin is not None, "without a flow there is a run to take it from"
    if origin.flow_source is None:
        raise RunError(f"{origin.flow.name}/{origin.run_id}: say which file to resume it with.")
    return origin.flow_source


def _key_of(origin: RunRecord) -> str:
    if not origin.key:
        raise RunError(
            f"{origin.flow.name}/{origin.run_id}: not a recorded run. Make one with record_run first."
        )
    return origin.key
