"""Make a run now, hermetically, and keep what Metaflow did as a file that later renders read instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from manim_metaflow.facts.recording.child import Finished
from manim_metaflow.facts.recording.packages import installed_packages
from manim_metaflow.facts.recording.request import TIMEOUT, Request
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.records.states import FAILED
from manim_metaflow.facts.run.reader import read_run
from manim_metaflow.facts.run.storage import load_storage
from manim_metaflow.facts.run.storage_times import with_times
from manim_metaflow.facts.store.roots import local_datastore

__all__ = ["record_resume", "record_run"]

_HEAD = 64
"""How many of each pickle's first bytes a recording of storage keeps."""


def record_run(
    flow: str | Path | type,
    *arguments: str,
    recordings: str | Path | None = None,
    fresh: bool = False,
    env: Mapping[str, str] | None = None,
    after: RunRecord | None = None,
    timeout: float | None = TIMEOUT,
    storage: bool = False,
) -> RunRecord:
    """Run a flow and record what happened, or read the recording if there is one.

    The flow runs in a child process with a datastore of its own; no Metaflow configuration of this
    user is read or touched. The recording is found again by the flow's source, the arguments and
    ``env``, so a second call runs nothing. A step that fails is part of the record, not an error.

    Parameters
    ----------
    flow
        ``"path.py"``, ``"path.py:Class"`` or a ``FlowSpec`` class that a file defines.
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
        one's own machine does. Its datastore must still be beside its recording, unless this run was
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
    request = Request.make(
        "run", flow, arguments, recordings=recordings, env=env, timeout=timeout, origin=after
    )
    found = None if fresh else request.find()
    # The earlier run may have been recorded anew since: then this one did not find its store.
    kept = found is not None and (found.storage is not None or not storage)
    if found is not None and kept and found.after_run_id == request.origin_run_id:
        return found
    return _record(request, ("run", *arguments), storage=storage)


def record_resume(
    origin: RunRecord,
    flow: str | Path | type | None = None,
    *arguments: str,
    step: str | None = None,
    recordings: str | Path | None = None,
    fresh: bool = False,
    env: Mapping[str, str] | None = None,
    timeout: float | None = TIMEOUT,
) -> RunRecord:
    """Resume a recorded run and record what happened, or read the recording if there is one.

    Parameters
    ----------
    origin
        What :func:`record_run` or :func:`record_resume` returned. Its datastore must still be beside
        its recording, unless this resume was recorded before.
    flow
        The flow's file as it is now, with a fix perhaps. By default the file the origin was recorded from.
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
    asked = (*((step,) if step else ()), *arguments)
    request = Request.make(
        "resume", flow, asked, recordings=recordings, env=env, timeout=timeout, origin=origin
    )
    found = None if fresh else request.find()
    # The origin may have been recorded anew since: then the resume of the old one is no longer its own.
    if found is not None and found.origin_run_id == origin.run_id:
        return found
    return _record(request, ("resume", *asked, "--origin-run-id", origin.run_id))


def _record(request: Request, command: tuple[str, ...], *, storage: bool = False) -> RunRecord:
    flow = request.load_flow()
    with request.datastore() as scratch:
        store = local_datastore(scratch / ".metaflow", flow.name)
        runs, keys = set(store.run_ids()), store.keys()
        ended = request.run(flow.name, command, scratch)
        made = [run_id for run_id in store.run_ids() if run_id not in runs]
        record = read_run(store, made[0], flow=flow, ended=True) if made else None
        if record is None or not record.tasks:
            raise request.failure(command, ended)
        public = {blob.sha for blob in record.blobs}
        record = replace(
            record,
            command=command,
            # The store has Metaflow's own values too, which are in no record.
            new_blobs=tuple(sorted(public & (store.keys() - keys))),
            packages=installed_packages(request.file.text, scratch, request.environment),
            after_run_id=request.origin_run_id,
            console=ended.console,
            notes=(*record.notes, *_unexplained(record, ended, scratch)),
        )
        if storage:
            kept = load_storage(f"{flow.name}/{made[0]}", root=scratch, flow=flow, values=True, head=_HEAD)
            record = replace(record, storage=with_times(kept, scratch / ".metaflow"))
        return request.keep(record, scratch)


def _unexplained(record: RunRecord, ended: Finished, scratch: Path) -> tuple[str, ...]:
    """Return why the run stopped, where none of its tasks shows it."""
    if ended.returncode == 0 or any(task.state in FAILED for task in record.tasks):
        return ()
    last = ended.output.replace(str(scratch), "").splitlines()[-3:]
    return (
        f"the run stopped with exit code {ended.returncode}: {' / '.join(line.strip() for line in last)}",
    )
