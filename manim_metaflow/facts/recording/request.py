"""What every recording has in common: a flow's file, a key, a folder, a datastore and a child process."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from manim_metaflow.errors import FlowError, RunError
from manim_metaflow.facts.flow.importing import read_source
from manim_metaflow.facts.flow.load import load_flow, split_source
from manim_metaflow.facts.metaflow_internals import flow_class_behind
from manim_metaflow.facts.recording.child import CONSOLE_LINES, Finished, entry_point, run_flow
from manim_metaflow.facts.recording.recordings import RecordingFiles, recording_key, scratch_store
from manim_metaflow.facts.records import FlowInfo, RunRecord
from manim_metaflow.facts.run.record_file import store_of

__all__ = ["TIMEOUT", "FlowFile", "Request"]

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
        file = inspect.getsourcefile(getattr(made, info.start)) if made is not None else None
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
class Request:
    """What is to be recorded: a command of a flow, and the recorded run that it follows, if any."""

    file: FlowFile
    files: RecordingFiles
    environment: Mapping[str, str]
    timeout: float | None
    origin: RunRecord | None

    @classmethod
    def make(
        cls,
        kind: str,
        flow: str | Path | type | None,
        arguments: tuple[str, ...],
        *,
        recordings: str | Path | None,
        env: Mapping[str, str] | None,
        timeout: float | None,
        origin: RunRecord | None,
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
        env, timeout
            As for :func:`.record_run`.
        origin
            The recorded run whose datastore is used.
        """
        file = FlowFile.of(_recorded_from(origin) if flow is None else flow)
        environment = dict(env or {})
        key = recording_key(file.text, kind, arguments, environment, _key_of(origin) if origin else "")
        if recordings is None and origin is not None and origin.recording is not None:
            recordings = origin.recording.parent
        files = RecordingFiles(recordings, file.path, kind, key)
        return cls(file, files, environment, timeout, origin)

    @property
    def origin_run_id(self) -> str | None:
        """The id of the run that this one follows."""
        return self.origin.run_id if self.origin else None

    def find(self) -> RunRecord | None:
        """Read the run's recording, if it was made before."""
        found = self.files.find(self.file.class_name)
        return replace(found, flow_source=self.file.source) if found else None

    def load_flow(self) -> FlowInfo:
        """Read the flow from its file."""
        return load_flow(self.file.source)

    @contextmanager
    def datastore(self) -> Iterator[Path]:
        """Make a folder to record into, with a copy of the datastore of the run that this one follows."""
        origin = self._origin_store(self.origin) if self.origin else None
        with scratch_store(self.files.directory, origin) as scratch:
            yield scratch

    def run(
        self,
        flow_name: str,
        command: tuple[str, ...],
        scratch: Path,
        extra: Mapping[str, str] | None = None,
        *,
        lines: int = CONSOLE_LINES,
    ) -> Finished:
        """Give the flow a command in a child process, and wait for its end."""
        entry, for_driver = entry_point(self.file.path, flow_name, self.file.text)
        environment = {**self.environment, **for_driver, **(extra or {})}
        return run_flow(entry, command, scratch, environment, self.timeout, lines=lines)

    def failure(self, command: tuple[str, ...], ended: Finished) -> RunError:
        """Return the error for a run that ended before it had a task."""
        return RunError(
            f"{self.file.path} {' '.join(command)}: failed before its first task "
            f"(exit code {ended.returncode}).\n{ended.output}"
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
