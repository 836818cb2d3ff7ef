"""Make a run now, hermetically, and keep what Metaflow did as a file that later renders read instead."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from manim_metaflow.errors import FlowError, RunError
from manim_metaflow.facts.flow.importing import read_source
from manim_metaflow.facts.flow.load import load_flow, split_source
from manim_metaflow.facts.recording.child import Finished, entry_point, run_flow
from manim_metaflow.facts.recording.packages import installed_packages
from manim_metaflow.facts.recording.recordings import Shelf, recording_key, scratch_store, store_of
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.records.states import FAILED
from manim_metaflow.facts.run.reader import read_run
from manim_metaflow.facts.run.storage import load_storage
from manim_metaflow.facts.run.storage_times import with_times
from manim_metaflow.facts.store.local import LocalStore

__all__ = ["record_resume", "record_run"]

_TIMEOUT = 600.0
_HEAD = 64
"""How many of each pickle's first bytes a recording of storage keeps."""


def record_run(
    flow: str | Path | type,
    *arguments: str,
    recordings: str | Path | None = None,
    fresh: bool = False,
    env: Mapping[str, str] | None = None,
    after: RunRecord | None = None,
    timeout: float | None = _TIMEOUT,
    storage: bool = False,
) -> RunRecord:
    """Run a flow and record what happened, or read the recording if there is one.

    The flow runs in a child process with a datastore of its own; no Metaflow configuration of this
    user is read or touched. The recording is found again by the flow's source, the arguments and
    ``env``, so a second call runs nothing. A step that fails is part of the record, not an error.

    Parameters
    ----------
    flow
        ``"path.py"``, ``"path.py:Class"`` or a ``FlowSpec`` class that stands in a file.
    *arguments
        What to add to the command, ``"--alpha", "3"``.
    recordings
        The folder to keep recordings in; by default the one that ``MANIM_METAFLOW_RECORDINGS`` names,
        or ``recordings`` beside the flow's file.
    fresh
        Run the flow even if there is a recording, and replace it.
    env
        Environment variables for the flow.
    after
        An earlier recording of the same flow: this run finds that run's datastore, as a second run on
        one's own machine does. Its datastore must still stand beside its recording, unless this run was
        recorded before.
    timeout
        Seconds after which the run is stopped.
    storage
        Record what the run left in storage too: key maps, blobs, the first bytes of each pickle.

    Raises
    ------
    FlowError
        If there is no such flow, or Metaflow rejects its graph.
    RunError
        If the flow fails before its first task, or takes longer than ``timeout``; if the datastore of
        ``after`` is gone.
    RecordingError
        If the recording there is cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from manim_metaflow.facts import record_run
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     record = record_run("tests/flows/linear.py", "--alpha", "4", recordings=folder)
    >>> record.status, [task.path for task in record.tasks]
    ('successful', ['start/1', 'process/2', 'use/3', 'end/4'])
    """
    target = _target(flow)
    variables = dict(env or {})
    key = recording_key(target.text, "run", arguments, variables, _need_key(after) if after else "")
    if recordings is None and after is not None and after.recording is not None:
        recordings = after.recording.parent
    shelf = Shelf(recordings, target.path, "run", key)
    found = None if fresh else shelf.find(target.class_name)
    # The earlier run may have been recorded anew since: then this one did not find its store.
    kept = found is not None and (found.storage is not None or not storage)
    if found is not None and kept and found.after_run_id == (after.run_id if after else None):
        return replace(found, flow_source=target.source)
    command = ("run", *arguments)
    return _record(target, command, shelf, variables, timeout=timeout, after=after, storage=storage)


def record_resume(
    origin: RunRecord,
    flow: str | Path | type | None = None,
    *arguments: str,
    step: str | None = None,
    recordings: str | Path | None = None,
    fresh: bool = False,
    env: Mapping[str, str] | None = None,
    timeout: float | None = _TIMEOUT,
) -> RunRecord:
    """Resume a recorded run and record what happened, or read the recording if there is one.

    Parameters
    ----------
    origin
        What :func:`record_run` or :func:`record_resume` returned. Its datastore must still stand beside
        its recording, unless this resume was recorded before.
    flow
        The flow's file as it is now, mended perhaps. By default the file the origin was recorded from.
    *arguments
        What to add to the command.
    step
        The step to begin again from, even if it succeeded.
    recordings, fresh, env, timeout
        As for :func:`record_run`; ``recordings`` is by default the folder of the origin's recording.

    Raises
    ------
    RunError
        If the origin's datastore is gone, or the resume fails before its first task.

    Examples
    --------
    >>> import tempfile
    >>> from manim_metaflow.facts import record_resume, record_run
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     failed = record_run("tests/flows/resume_flow.py", recordings=folder, env={"FAIL": "1"})
    ...     resumed = record_resume(failed)
    >>> failed.status, failed.tasks[-1].exception.message
    ('failed', 'risky failed')
    >>> sorted(task.step for task in resumed.tasks if task.cloned)
    ['middle', 'start']
    """
    target = _target(flow if flow is not None else _same_flow(origin))
    variables = dict(env or {})
    asked = (*((step,) if step else ()), *arguments)
    key = recording_key(target.text, "resume", asked, variables, _need_key(origin))
    if recordings is None and origin.recording is not None:
        recordings = origin.recording.parent
    shelf = Shelf(recordings, target.path, "resume", key)
    found = None if fresh else shelf.find(target.class_name)
    # The origin may have been recorded anew since: then the resume of the old one is no longer its own.
    if found is not None and found.origin_run_id == origin.run_id:
        return replace(found, flow_source=target.source)
    command = ("resume", *asked, "--origin-run-id", origin.run_id)
    return _record(target, command, shelf, variables, timeout=timeout, after=origin)


@dataclass(frozen=True)
class _Target:
    path: Path
    class_name: str | None
    text: str

    @property
    def source(self) -> str:
        return f"{self.path}:{self.class_name}" if self.class_name else str(self.path)


def _target(flow: Any) -> _Target:
    if isinstance(flow, str | Path):
        path, name = split_source(flow)
        if path is None:
            raise FlowError(f"{flow}: a flow is run from its file; give 'path.py:{name}'.")
        return _Target(path, name, read_source(path))
    info = load_flow(flow)
    cls = flow if isinstance(flow, type) else getattr(flow, "_flow_cls", None)
    file = inspect.getsourcefile(getattr(cls, info.start)) if cls is not None else None
    if file is None or not Path(file).is_file():
        raise FlowError(
            f"{info.name}: no file to run it from. Save the flow in a .py file and give that file."
        )
    if "<locals>" in str(getattr(cls, "__qualname__", "")):
        raise FlowError(f"{info.name}: defined inside a function. Move the class to the top of {info.file}.")
    return _Target(Path(file), info.name, read_source(Path(file)))


def _same_flow(origin: RunRecord) -> str:
    if origin.flow_source is None:
        raise RunError(f"{origin.flow.name}/{origin.run_id}: say which file to resume it with.")
    return origin.flow_source


def _need_key(origin: RunRecord) -> str:
    if not origin.key:
        raise RunError(
            f"{origin.flow.name}/{origin.run_id}: not a recorded run. Make one with record_run first."
        )
    return origin.key


def _store_after(origin: RunRecord, shelf: Shelf) -> Path:
    places = [origin.recording] if origin.recording else sorted(shelf.directory.glob(f"*-{origin.key}.json"))
    for place in places:
        if (store_of(place) / ".metaflow" / origin.flow.name / origin.run_id).is_dir():
            return store_of(place)
    raise RunError(
        f"{origin.flow.name}/{origin.run_id}: its datastore is gone, so nothing can be recorded in it. "
        "Record the run again with fresh=True, then what comes after it."
    )


def _record(
    target: _Target,
    command: tuple[str, ...],
    shelf: Shelf,
    variables: Mapping[str, str],
    *,
    timeout: float | None,
    after: RunRecord | None,
    storage: bool = False,
) -> RunRecord:
    flow = load_flow(target.source)
    entry, for_driver = entry_point(target.path, flow.name, target.text)
    with scratch_store(shelf.directory, _store_after(after, shelf) if after else None) as scratch:
        store = LocalStore(scratch / ".metaflow", flow.name)
        runs, keys = set(store.run_ids()), store.keys()
        ended = run_flow(entry, command, scratch, {**variables, **for_driver}, timeout)
        made = [run_id for run_id in store.run_ids() if run_id not in runs]
        if not made:
            raise RunError(_said(target, command, ended))
        record = read_run(store, flow.name, made[0], flow=flow, ended=True)
        if not record.tasks:
            raise RunError(_said(target, command, ended))
        public = {blob.sha for blob in record.blobs}
        record = replace(
            record,
            command=command,
            new_blobs=tuple(sorted(public & (store.keys() - keys))),
            packages=installed_packages(target.text, scratch, variables),
            after_run_id=after.run_id if after else None,
            console=ended.console,
            notes=(*record.notes, *_unexplained(record, ended, scratch)),
        )
        if storage:
            held = load_storage(f"{flow.name}/{made[0]}", root=scratch, flow=flow, values=True, head=_HEAD)
            record = replace(record, storage=with_times(held, scratch / ".metaflow"))
        return replace(shelf.put(record, scratch), flow_source=target.source)


def _said(target: _Target, command: tuple[str, ...], ended: Finished) -> str:
    return (
        f"{target.path} {' '.join(command)}: failed before its first task (exit code {ended.returncode}).\n"
        f"{ended.said}"
    )


def _unexplained(record: RunRecord, ended: Finished, scratch: Path) -> tuple[str, ...]:
    """Tell why the run stopped, where no task of it says so."""
    if ended.returncode == 0 or any(task.state in FAILED for task in record.tasks):
        return ()
    last = ended.said.replace(str(scratch), "").splitlines()[-3:]
    return (
        f"the run stopped with exit code {ended.returncode}: {' / '.join(line.strip() for line in last)}",
    )
