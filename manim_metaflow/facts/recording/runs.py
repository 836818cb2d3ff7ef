"""Make a run now, in a datastore of its own, and keep what Metaflow did as a file that later renders read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from manim_metaflow.facts.recording.arguments import top_level_first
from manim_metaflow.facts.recording.made import read_made
from manim_metaflow.facts.recording.recordings import Output
from manim_metaflow.facts.recording.request import TIMEOUT, Request, Where
from manim_metaflow.facts.recording.values import with_values
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.store.roots import local_datastore

__all__ = ["record_resume", "record_run", "record_to"]


def record_run(
    flow: str | Path | type,
    *arguments: str,
    recordings: str | Path | None = None,
    fresh: bool = False,
    env: Mapping[str, str] | None = None,
    after: RunRecord | None = None,
    timeout: float | None = TIMEOUT,
    storage: bool = False,
    cwd: str | Path | None = None,
    sandbox: bool = False,
) -> RunRecord:
    """Run a flow and record what happened, or read the recording if there is one.

    The flow runs in a child process, in the folder of its file: it finds the files and modules beside it,
    and what it writes there stays. The datastore is one of its own, and no Metaflow configuration of this
    user is read or touched. The recording is found again by the flow's source and that of the modules
    beside it that it imports, the arguments and ``env``, so a second call runs nothing, even if a data file
    that the flow reads has changed since; ``fresh`` runs it again. A step that fails is part of the record,
    not an error.

    Parameters
    ----------
    flow
        ``"path.py"``, ``"path.py:Class"`` or a ``FlowSpec`` class that a file defines.
    *arguments
        What to add to the command, ``"--alpha", "3"``. What Metaflow takes before the command,
        ``"--config", "name", "file.json"``, is put there.
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
    cwd
        The folder to run in; by default the one of the flow's file.
    sandbox
        Run in an empty folder instead, so that nothing is read or written beside the flow.

    Raises
    ------
    FlowError
        If there is no such flow, or Metaflow rejects its graph.
    UsageError
        If there is no folder ``cwd``, or the datastore of a recording that would be replaced holds files
        that were not recorded.
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
    where = Where(env, timeout, cwd, sandbox)
    request = Request.make("run", flow, arguments, recordings=recordings, where=where, origin=after)
    found = None if fresh else request.find()
    # The earlier run may have been recorded anew since: then this one did not find its store.
    kept = found is not None and (found.storage is not None or not storage)
    if found is not None and kept and found.after_run_id == request.origin_run_id:
        return found
    return _record(request, top_level_first("run", arguments), storage=storage)


def record_resume(
    origin: RunRecord,
    flow: str | Path | type | None = None,
    *arguments: str,
    step: str | None = None,
    recordings: str | Path | None = None,
    fresh: bool = False,
    env: Mapping[str, str] | None = None,
    timeout: float | None = TIMEOUT,
    storage: bool = False,
    cwd: str | Path | None = None,
    sandbox: bool = False,
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
    recordings, fresh, env, timeout, storage, cwd, sandbox
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
    where = Where(env, timeout, cwd, sandbox)
    request = Request.make("resume", flow, asked, recordings=recordings, where=where, origin=origin)
    found = None if fresh else request.find()
    kept = found is not None and (found.storage is not None or not storage)
    # The origin may have been recorded anew since: then the resume of the old one is no longer its own.
    if found is not None and kept and found.origin_run_id == origin.run_id:
        return found
    return _record(request, _resume(origin, asked), storage=storage)


def record_to(
    output: Output,
    flow: str | Path,
    *arguments: str,
    where: Where,
    origin: RunRecord | None = None,
    step: str | None = None,
) -> RunRecord:
    """Run or resume a flow now, and write the record to one file, with what the run left in storage.

    Parameters
    ----------
    output
        The file, and what may be replaced.
    flow, arguments
        As for :func:`record_run`.
    where
        Where the flow is run.
    origin, step
        The run to resume, and the step to begin again from, as for :func:`record_resume`.

    Raises
    ------
    UsageError
        If the output would replace what is not a record.
    FlowError, RunError
        As for :func:`record_run` and :func:`record_resume`.
    """
    output.check()
    asked = (*((step,) if step else ()), *arguments)
    kind = "resume" if origin else "run"
    request = Request.make(kind, flow, asked, recordings=None, where=where, origin=origin, output=output)
    command = _resume(origin, asked) if origin else top_level_first("run", arguments)
    return _record(request, command, storage=True)


def _resume(origin: RunRecord, asked: tuple[str, ...]) -> tuple[str, ...]:
    return top_level_first("resume", (*asked, "--origin-run-id", origin.run_id))


def _record(request: Request, command: tuple[str, ...], *, storage: bool) -> RunRecord:
    with request.place() as place:
        flow, packages = request.describe(place)
        store = local_datastore(place.store / ".metaflow", flow.name)
        # What is there before: the datastore may be that of an earlier run, with its blobs.
        runs, keys = set(store.run_ids()), store.keys()
        ended = request.run(flow.name, command, place)
        # Found by what is new, and not by what was printed: a flow may print anything.
        made = [run_id for run_id in store.run_ids() if run_id not in runs]
        record = read_made(store, made[0], flow, ended, storage=storage) if made else None
        if record is None:
            raise request.failure(command, ended)
        record = replace(
            record,
            command=command,
            # The store has Metaflow's own values too, which are in no record.
            new_blobs=tuple(sorted({blob.sha for blob in record.blobs} & (store.keys() - keys))),
            packages=packages,
            after_run_id=request.origin_run_id,
        )
        return request.keep(with_values(record, place.store), place.store)
