"""From what a datastore has of a run to a :class:`.RunRecord`: states, lineage, where artifacts came from."""

from __future__ import annotations

import re
import sys
import time
from dataclasses import replace

from manim_metaflow.facts.flow.graph_info import constant_names
from manim_metaflow.facts.records import (
    ArtifactRecord,
    AttemptRecord,
    BlobRecord,
    ExceptionRecord,
    FlowInfo,
    ForeachIndex,
    RunRecord,
    RunStatus,
    TaskRecord,
    TaskState,
)
from manim_metaflow.facts.records.states import FAILED, SUCCEEDED
from manim_metaflow.facts.run.artifacts import KeyMaps
from manim_metaflow.facts.run.frames import FrameReader
from manim_metaflow.facts.run.lineage import Parents, Position, parents_of
from manim_metaflow.facts.run.stored_flow import PARAMETERS, described_flow, graph_infos, packaged_flow
from manim_metaflow.facts.store.attempts import StoredAttempt, StoredTask
from manim_metaflow.facts.store.datastore import Datastore, outcome
from manim_metaflow.facts.store.internals import INTERNAL, NAME, Internals, exception_of, sets_name

__all__ = ["read_run"]

SILENT = 60.0
"""Seconds without a heartbeat after which a run's process is gone: it sends one every ten seconds."""


def read_run(
    store: Datastore, run_id: str, *, flow: FlowInfo | None = None, ended: bool = False
) -> RunRecord:
    """Read one run.

    Parameters
    ----------
    store
        The flow's datastore.
    run_id
        The run.
    flow
        The flow's source, if known; otherwise the run's own description of its graph is used.
    ended
        Whether the run's process is known to be gone, so that what looks alive was killed.
    """
    return _Reader(store, run_id, flow, ended).record()


class _Reader:
    def __init__(self, store: Datastore, run_id: str, flow: FlowInfo | None, ended: bool) -> None:
        self.store, self.run_id = store, run_id
        self.problems: list[str] = []
        self.silence = self._silence()
        # Known first of all: a task that looks alive in a run that was stopped was killed with it.
        self.ended = ended or self.silence > SILENT
        tasks = list(store.tasks(run_id, outcome))
        store.add_metadata(run_id, tasks)
        self.internals = Internals(store, tasks, INTERNAL)
        infos = list(graph_infos(tasks, self.internals))
        self.flow = flow or packaged_flow(described_flow(store.flow_name, run_id, infos), tasks, store)
        hidden = {parameter.variable for parameter in self.flow.parameters}
        maps = [attempt.keys or {} for task in tasks for attempt in task.attempts]
        named = any(sets_name(keys, store.flow_name) for keys in maps)
        hidden |= set() if named else {NAME}
        self.keys = KeyMaps(hidden | (constant_names(infos[0]) if infos else set()))
        self.files = {self.flow.file, *(step.file for step in self.flow.steps)} - {""}
        self.given = [task for task in tasks if task.step == PARAMETERS]
        self.tasks = sorted((task for task in tasks if task.step != PARAMETERS), key=_queue_order)
        self.frames = FrameReader(self.tasks, self.flow, self.internals)
        self.fan_outs = {
            target: step.name for step in self.flow.steps if step.is_foreach for target in step.targets
        }

    def record(self) -> RunRecord:
        positions = self.frames.positions()
        parents = parents_of(positions, self.flow)
        maps = {task.path: task.keys for task in self.tasks}
        tasks = tuple(
            self._task(task, position, [(path, maps[path]) for path in parents[task.path]])
            for task, position in zip(self.tasks, positions, strict=True)
        )
        run = self.store.run(self.run_id)
        tags = dict(tag.split(":", 1) for tag in run.system_tags if ":" in tag)
        status = self._status(tasks)
        # Metaflow registers no end of a run: it is over when its last task is.
        ends = [task.finished for task in tasks if task.finished is not None]
        return RunRecord(
            flow=self.flow,
            run_id=self.run_id,
            status=status,
            tasks=tasks,
            origin_run_id=self._origin_run_id(),
            started=run.created,
            finished=max(ends, default=None) if status != "running" else None,
            blobs=self._blobs(tasks),
            metaflow_version=tags.get("metaflow_version", ""),
            python_version=tags.get("python_version", ""),
            parameters=self._parameters(),
            notes=self._problems(),
        )

    def _parameters(self) -> tuple[ArtifactRecord, ...]:
        """Read the pseudo-step that holds what every task starts with."""
        return tuple(
            self.keys.artifact(name, attempt, [])
            for task in self.given
            for attempt in task.attempts[-1:]
            for name in sorted(attempt.keys or {})
            if not name.startswith("_")
            if name != NAME or sets_name(attempt.keys or {}, self.store.flow_name)
        )

    def _problems(self) -> tuple[str, ...]:
        """Return all that could not be read, each once."""
        readers = (self.store, self.internals, self.frames)
        found = [problem for reader in readers for problem in reader.problems]
        return tuple(dict.fromkeys([*found, *self.problems]))

    def _task(self, task: StoredTask, position: Position, parents: Parents) -> TaskRecord:
        attempts = []
        for number, attempt in enumerate(task.attempts):
            record = self._attempt(task, attempt, parents)
            # Metaflow has no state "retrying": it is a failure after which another attempt began.
            retried = record.state == "failed" and number + 1 < len(task.attempts)
            attempts.append(replace(record, state="retrying") if retried else record)
        return TaskRecord(
            step=task.step,
            task_id=task.task_id,
            state=attempts[-1].state if attempts else "queued",
            foreach=self._foreach(task),
            iteration=position.iteration,
            queued=task.metadata.queued,
            attempts=tuple(attempts),
            parents=tuple(path for path, _ in parents),
            next_steps=position.to,
            origin=self._origin(task),
            control=task.path in self.frames.controls,
        )

    def _attempt(self, task: StoredTask, attempt: StoredAttempt, parents: Parents) -> AttemptRecord:
        state = self._state(task, attempt)
        return AttemptRecord(
            number=attempt.number,
            state=state,
            started=attempt.started,
            finished=attempt.finished,
            exception=self._exception(task, attempt, state),
            artifacts=self.keys.artifacts(attempt, parents),
            stdout=attempt.stdout,
        )

    def _exception(
        self, task: StoredTask, attempt: StoredAttempt, state: TaskState
    ) -> ExceptionRecord | None:
        """Read what an attempt raised. Metaflow keeps what ``@catch`` caught under a name of its own."""
        # Only asked of the task itself: tasks after it inherit the name with all others.
        name = "_catch_exception" if state == "caught" else "_exception"
        return exception_of(self.internals.read(task, attempt, name), self.files)

    def _state(self, task: StoredTask, attempt: StoredAttempt) -> TaskState:
        if attempt.keys is None:
            # It stored nothing, so only the scheduler can know how it ended; code below 0 is a signal's.
            code = (attempt.exit or {}).get("return_code")
            if isinstance(code, int):
                self.problems.append(f"{task.path}, attempt {attempt.number}: {_ending(attempt, code)}")
                return "killed" if code < 0 else "failed"
            alive = attempt is task.attempts[-1] and not self.ended
            return "running" if alive else "killed"
        # Asked before success: a clone stored nothing of its own, all it has is its origin's.
        if "origin-task-id" in task.metadata:
            return "cloned"
        if self.internals.read(task, attempt, "_task_ok") is not True:
            return "failed"
        return "done" if self.internals.read(task, attempt, "_success") is True else "caught"

    def _foreach(self, task: StoredTask) -> tuple[ForeachIndex, ...]:
        return tuple(
            ForeachIndex(
                step=self.fan_outs.get(frame.step, frame.step),
                # Metaflow names a variable of its own, with an underscore, where the foreach is over no
                # artifact.
                variable=None if (frame.var or "_").startswith("_") else frame.var,
                index=frame.index,
                count=frame.num_splits,
                value=frame.value,
            )
            for frame in self.frames.of[task.path]
        )

    def _origin(self, task: StoredTask) -> str | None:
        if "origin-task-id" not in task.metadata:
            return None
        return f"{task.metadata.newest('origin-run-id')}/{task.step}/{task.metadata.newest('origin-task-id')}"

    def _origin_run_id(self) -> str | None:
        """Ask any one task: all tasks of a resumed run name its origin."""
        resumed = next((task for task in self.tasks if "origin-run-id" in task.metadata), None)
        origin = resumed.metadata.newest("origin-run-id") if resumed is not None else None
        return None if origin in (None, "None") else str(origin)

    def _status(self, tasks: tuple[TaskRecord, ...]) -> RunStatus:
        for stored, task in zip(self.tasks, tasks, strict=True):
            # The end first: a run may have ended well although tasks failed on the way, caught or tried
            # again.
            if task.step == self.flow.end and task.state in SUCCEEDED:
                return self._finished(stored)
        if any(task.state == "failed" for task in tasks):
            return "failed"
        if self.silence > SILENT:
            self.problems.append(
                f"the run was stopped: its last heartbeat came {self.silence:.0f} s before it was read"
            )
        if self.ended or any(task.state in FAILED for task in tasks):
            return "failed"
        self.problems.append("the run has not ended: it is still going, or its process was stopped")
        # Whoever keeps a film of it as up to date would show an old state of the run.
        sys.audit("manim_metaflow.unwatched", f"the run {self.flow.name}/{self.run_id} has not ended")
        return "running"

    def _finished(self, end: StoredTask) -> RunStatus:
        """Ask the task that ended the run what the client asks it; a clone has the answer of its origin."""
        if end.last is not None and self.internals.read(end, end.last, "_success") is True:
            return "successful"
        self.problems.append(
            f"the run finished, and was not successful: {end.path} raised, and @catch caught what it raised"
        )
        return "finished"

    def _silence(self) -> float:
        """Return for how many seconds the run's process has been silent, where that is known."""
        heartbeat = self.store.run(self.run_id).heartbeat
        # Of a run in folders nothing tells: no process id and no host is stored, and it may run elsewhere.
        return time.time() - heartbeat if heartbeat is not None else 0.0

    def _blobs(self, tasks: tuple[TaskRecord, ...]) -> tuple[BlobRecord, ...]:
        sizes = {
            artifact.sha: artifact.size
            for task in tasks
            for attempt in task.attempts
            for artifact in attempt.artifacts
        }
        # All sizes with one call: of a remote store each request takes as long as a thousand.
        keys = sorted(sizes)
        stored = dict(zip(keys, self.store.sizes(self.store.blob_paths(keys)), strict=True))
        self.problems += [f"blob {key} is not in the store" for key, size in stored.items() if size is None]
        return tuple(BlobRecord(key, size, sizes[key]) for key, size in stored.items() if size is not None)


def _queue_order(task: StoredTask) -> tuple[float, int, str]:
    # Ids count the tasks of a run, but those that an unbounded foreach starts are named after it: 2-0, 2-1.
    number = re.match(r"\d+", task.task_id)
    return task.metadata.queued or 0.0, int(number[0]) if number else 0, task.task_id


def _ending(attempt: StoredAttempt, code: int) -> str:
    error = f"; it said: {' / '.join(attempt.stderr)}" if attempt.stderr else ""
    return f"ended with code {code} and stored nothing{error}"
