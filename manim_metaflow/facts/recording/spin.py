"""Spin one step of a recorded run, hermetically, and keep what Metaflow did as a recording of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.metaflow_internals import need_feature
from manim_metaflow.facts.recording.child import Finished
from manim_metaflow.facts.recording.metadata import SPIN_ROOT
from manim_metaflow.facts.recording.request import TIMEOUT, Request, Where
from manim_metaflow.facts.recording.values import with_values
from manim_metaflow.facts.records import ArtifactRecord, RunRecord, TaskRecord, TaskState
from manim_metaflow.facts.run.reader import read_run
from manim_metaflow.facts.store.roots import local_datastore

__all__ = ["record_spin"]


def record_spin(
    origin: RunRecord,
    step: str,
    flow: str | Path | type | None = None,
    *arguments: str,
    persist: bool = True,
    recordings: str | Path | None = None,
    fresh: bool = False,
    env: Mapping[str, str] | None = None,
    timeout: float | None = TIMEOUT,
    cwd: str | Path | None = None,
    sandbox: bool = False,
) -> RunRecord:
    """Run one step by itself, with the inputs a task of a recorded run had, or read the recording of it.

    The record has one task. It has an id of its own and is in a store of its own; nothing of the
    origin changes, and nothing after the step runs. A task that raises is part of the record, not an error:
    it failed, also where the step has ``@catch`` or ``@retry``, which Metaflow ignores in a spin.

    Parameters
    ----------
    origin
        What :func:`record_run` or :func:`record_resume` returned. Its datastore must still be beside
        its recording, unless this spin was recorded before.
    step
        A step, for its first task, or ``"step/task_id"``.
    flow
        The flow's file as it is now. By default the file the origin was recorded from.
    *arguments
        What to add to the command.
    persist
        Whether Metaflow keeps the artifacts; without ``--persist``, its default, the record has none.
    recordings, fresh, env, timeout, cwd, sandbox
        As for :func:`record_run`; ``recordings`` is by default the folder of the origin's recording.

    Raises
    ------
    UsageError
        If the origin has no such task, or the Metaflow that is installed is too old to spin.
    RunError
        If the origin's datastore is gone, or Metaflow refuses to spin the step.

    Examples
    --------
    >>> import tempfile
    >>> from manim_metaflow.facts import record_run, record_spin
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = record_run("tests/flows/linear.py", recordings=folder)
    ...     spun = record_spin(run, "use")
    >>> [task.path for task in spun.tasks], spun.status, spun.origin_run_id == run.run_id
    (['use/0'], 'successful', True)
    """
    past = _past_task(origin, step)
    asked = (past.path, *(("--persist",) if persist else ()), *arguments)
    where = Where(env, timeout, cwd, sandbox)
    request = Request.make("spin", flow, asked, recordings=recordings, where=where, origin=origin)
    found = None if fresh else request.find()
    if found is not None and found.origin_run_id == origin.run_id:
        return found
    command = ("spin", f"{origin.flow.name}/{origin.run_id}/{past.path}", *asked[1:])
    return _spin(request, command, origin, past)


def _past_task(origin: RunRecord, step: str) -> TaskRecord:
    tasks = [task for task in origin.tasks if step in (task.step, task.path)]
    if not tasks:
        known = ", ".join(dict.fromkeys(task.step for task in origin.tasks))
        raise UsageError(
            f"{origin.flow.name}/{origin.run_id} has no task of {step!r} to take inputs from. "
            f"It has tasks of: {known}."
        )
    return tasks[0]


def _spin(request: Request, command: tuple[str, ...], origin: RunRecord, past: TaskRecord) -> RunRecord:
    need_feature("spin")
    with request.place() as place:
        flow, _ = request.describe(place)
        store = local_datastore(place.store / SPIN_ROOT, flow.name)
        before = set(store.run_ids())
        ended = request.run(flow.name, command, place)
        made = [run_id for run_id in store.run_ids() if run_id not in before]
        record = read_run(store, made[0], flow=flow, ended=True) if made else None
        if record is None or not record.tasks:
            raise request.failure(command, ended)
        task = _with_inputs(record.tasks[0], ended, _inputs(origin, past))
        record = replace(
            record,
            command=command,
            tasks=(task,),
            status="successful" if ended.returncode == 0 else "failed",
            origin_run_id=origin.run_id,
            new_blobs=(),
            console=ended.console,
            console_times=ended.times,
        )
        return request.keep(with_values(record, place.store), place.store)


def _inputs(origin: RunRecord, past: TaskRecord) -> dict[tuple[str, str], str]:
    """Return the parent that each input of a past task came from, by name and key."""
    parents = [origin[path] for path in past.parents]
    return {(made.name, made.sha): parent.path for parent in parents for made in parent.artifacts}


def _with_inputs(task: TaskRecord, ended: Finished, inputs: Mapping[tuple[str, str], str]) -> TaskRecord:
    """Note what the spun task inherited and how it ended: without ``--persist`` its store has neither."""
    state: TaskState = "done" if ended.returncode == 0 else "failed"
    names = {name for name, _ in inputs}

    def sourced(artifact: ArtifactRecord) -> ArtifactRecord:
        source = inputs.get((artifact.name, artifact.sha))
        if source is not None:
            return replace(artifact, provenance="inherited", source=source)
        return replace(artifact, provenance="changed" if artifact.name in names else "created", source=None)

    attempts = tuple(
        replace(attempt, state=state, artifacts=tuple(map(sourced, attempt.artifacts)))
        for attempt in task.attempts
    )
    return replace(task, state=state, attempts=attempts)
