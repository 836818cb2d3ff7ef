"""Interpret what a store holds about a run: states, lineage and where each artifact came from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

from manim_metaflow.errors import RunError
from manim_metaflow.facts.flow.graph_info import constant_names, flow_from_graph_info
from manim_metaflow.facts.records import (
    ArtifactRecord,
    AttemptRecord,
    BlobRecord,
    ExceptionRecord,
    FlowInfo,
    ForeachIndex,
    RunRecord,
    TaskRecord,
    TaskState,
)
from manim_metaflow.facts.records.states import FAILED, SUCCEEDED
from manim_metaflow.facts.run.artifacts import Inherited, KeyMaps, key_map
from manim_metaflow.facts.run.frames import FrameReader
from manim_metaflow.facts.run.lineage import Place, parents_of
from manim_metaflow.facts.run.packaged import packaged_flow
from manim_metaflow.facts.store.internals import (
    Internals,
    exception_of,
)
from manim_metaflow.facts.store.stored import RunStore, StoredAttempt, StoredTask

__all__ = ["read_run"]

_CAUGHT = "metaflow.exception.MetaflowExceptionWrapper"
"""Type of the artifact that ``@catch(var=...)`` makes."""

_PARAMETERS = "_parameters"


def read_run(
    store: RunStore, flow_name: str, run_id: str, *, flow: FlowInfo | None = None, ended: bool = False
) -> RunRecord:
    """Read one run.

    Parameters
    ----------
    store
        The flow's store.
    flow_name, run_id
        The run.
    flow
        The flow's source, if known; otherwise the run's own description of its graph is used.
    ended
        Whether the run's process is known to be gone, so that what looks alive was killed.
    """
    return _Reader(store, flow_name, run_id, flow, ended).record()


class _Reader:
    def __init__(
        self, store: RunStore, flow_name: str, run_id: str, flow: FlowInfo | None, ended: bool
    ) -> None:
        self.store, self.run_id, self.ended = store, run_id, ended
        self.notes: list[str] = []
        self.internals = Internals(store, self.notes)
        stored = list(store.tasks(run_id))
        for task in stored:
            self.notes.extend(f"{task.path}, {note}" for note in task.notes)
        graph_info = self._graph_info(stored)
        self.flow = flow or packaged_flow(self._described(flow_name, graph_info), stored, store)
        hidden = {"name", *(parameter.variable for parameter in self.flow.parameters)}
        self.keys = KeyMaps(hidden | constant_names(graph_info or {}))
        self.files = {self.flow.file, *(step.file for step in self.flow.steps)} - {""}
        self.stored = sorted((task for task in stored if task.step != _PARAMETERS), key=_queue_order)
        self.given = [task for task in stored if task.step == _PARAMETERS]
        frames = FrameReader(self.stored, self.flow, self._internal)
        self.frames = frames.of
        self.notes += frames.notes
        self.fan_outs = {
            target: step.name for step in self.flow.steps if step.is_foreach for target in step.targets
        }

    def record(self) -> RunRecord:
        places = [self._place(task) for task in self.stored]
        parents = parents_of(places, self.flow)
        maps = {task.path: key_map(task) for task in self.stored}
        tasks = tuple(
            self._task(task, place, parents[task.path], [(path, maps[path]) for path in parents[task.path]])
            for task, place in zip(self.stored, places, strict=True)
        )
        run = self.store.run(self.run_id)
        tags = dict(tag.split(":", 1) for tag in run.system_tags if ":" in tag)
        status = self._status(tasks)
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
            notes=tuple(dict.fromkeys(self.notes)),
        )

    def _parameters(self) -> tuple[ArtifactRecord, ...]:
        """Read the pseudo-step that holds what every task starts with."""
        return tuple(
            self.keys.artifact(name, attempt, [])
            for task in self.given
            for attempt in task.attempts[-1:]
            for name in sorted(attempt.objects or {})
            if name[0] != "_" and name != "name"
        )

    def _graph_info(self, stored: Iterable[StoredTask]) -> dict[str, Any] | None:
        for task in sorted(stored, key=lambda task: task.step != _PARAMETERS):
            for attempt in task.attempts:
                held = self._internal(task, attempt, "_graph_info")
                if isinstance(held, dict) and "steps" in held:
                    return held
        return None

    def _described(self, flow_name: str, graph_info: dict[str, Any] | None) -> FlowInfo:
        if graph_info is None:
            raise RunError(
                f"{flow_name}/{self.run_id}: the run holds no description of its graph. "
                "Give the flow's file with flow=."
            )
        try:
            return flow_from_graph_info(flow_name, graph_info)
        except (KeyError, TypeError, AttributeError) as error:
            raise RunError(
                f"{flow_name}/{self.run_id}: its description of the graph is damaged ({error!r}). "
                "Give the flow's file with flow=."
            ) from error

    def _internal(self, task: StoredTask, attempt: StoredAttempt, name: str) -> Any:
        return self.internals.read(task.path, attempt, name)

    def _place(self, task: StoredTask) -> Place:
        stack = tuple((frame.step, frame.index) for frame in self.frames[task.path])
        last = task.attempts[-1] if task.attempts else None
        if last is None or last.objects is None:
            return Place(task.path, task.step, stack, self._round(task, stack))
        iteration = self._internal(task, last, "_iteration_stack")
        return Place(
            path=task.path,
            step=task.step,
            stack=stack,
            iteration=tuple(iteration) if isinstance(iteration, list) else (),
            to=self._next_steps(task, last),
        )

    def _round(self, task: StoredTask, stack: tuple[tuple[str, int], ...]) -> tuple[int, ...]:
        """Count the rounds before an unfinished round of a recursive step: they go one by one."""
        if task.step not in self.flow or task.step not in self.flow[task.step].targets:
            return ()
        earlier = self.stored[: self.stored.index(task)]
        rounds = [other for other in earlier if other.step == task.step and self._place(other).stack == stack]
        return (len(rounds),)

    def _next_steps(self, task: StoredTask, attempt: StoredAttempt) -> tuple[str, ...]:
        transition = self._internal(task, attempt, "_transition")
        if not isinstance(transition, tuple) or not transition or not isinstance(transition[0], list):
            return ()
        return tuple(transition[0])

    def _task(
        self,
        task: StoredTask,
        place: Place,
        parents: tuple[str, ...],
        inherited: Inherited,
    ) -> TaskRecord:
        attempts = []
        for number, attempt in enumerate(task.attempts):
            record = self._attempt(task, attempt, inherited)
            retried = record.state == "failed" and number + 1 < len(task.attempts)
            attempts.append(replace(record, state="retrying") if retried else record)
        return TaskRecord(
            step=task.step,
            task_id=task.task_id,
            state=attempts[-1].state if attempts else "queued",
            foreach=self._foreach(task),
            iteration=place.iteration,
            queued=task.queued,
            attempts=tuple(attempts),
            parents=parents,
            next_steps=place.to,
            origin=self._origin(task),
        )

    def _attempt(self, task: StoredTask, attempt: StoredAttempt, inherited: Inherited) -> AttemptRecord:
        state = self._state(task, attempt)
        return AttemptRecord(
            number=attempt.number,
            state=state,
            started=attempt.started,
            finished=attempt.finished,
            exception=self._exception(task, attempt, state, inherited),
            artifacts=self.keys.artifacts(attempt, inherited),
            stdout=attempt.stdout,
        )

    def _exception(
        self,
        task: StoredTask,
        attempt: StoredAttempt,
        state: TaskState,
        inherited: Inherited,
    ) -> ExceptionRecord | None:
        """Read what an attempt raised; ``@catch(var=...)`` keeps that as an artifact of the task."""
        held = self._internal(task, attempt, "_exception")
        if state != "caught":
            return exception_of(held, self.files)
        for artifact in self.keys.artifacts(attempt, inherited):
            if artifact.type_name == _CAUGHT and artifact.provenance != "inherited":
                return exception_of(self._internal(task, attempt, artifact.name), self.files)
        return None

    def _state(self, task: StoredTask, attempt: StoredAttempt) -> TaskState:
        if attempt.objects is None:
            code = (attempt.exit or {}).get("return_code")
            if isinstance(code, int):
                self.notes.append(f"{task.path}, attempt {attempt.number}: {_ending(attempt, code)}")
                return "killed" if code < 0 else "failed"
            alive = attempt is task.attempts[-1] and not self.ended
            return "running" if alive else "killed"
        if "origin-task-id" in task.stamps:
            return "cloned"
        if self._internal(task, attempt, "_task_ok") is not True:
            return "failed"
        return "done" if self._internal(task, attempt, "_success") is True else "caught"

    def _foreach(self, task: StoredTask) -> tuple[ForeachIndex, ...]:
        return tuple(
            ForeachIndex(
                step=self.fan_outs.get(frame.step, frame.step),
                variable=None if (frame.var or "_").startswith("_") else frame.var,
                index=frame.index,
                count=frame.num_splits,
                value=frame.value,
            )
            for frame in self.frames[task.path]
        )

    def _origin(self, task: StoredTask) -> str | None:
        if "origin-task-id" not in task.stamps:
            return None
        return f"{task.metadatum('origin-run-id')}/{task.step}/{task.metadatum('origin-task-id')}"

    def _origin_run_id(self) -> str | None:
        """Ask any one task: all tasks of a resumed run name its origin."""
        noted = (task.metadatum("origin-run-id") for task in self.stored if "origin-run-id" in task.stamps)
        held = next(noted, None)
        return None if held in (None, "None") else str(held)

    def _status(self, tasks: tuple[TaskRecord, ...]) -> Literal["running", "successful", "failed"]:
        if any(task.step == self.flow.end and task.state in SUCCEEDED for task in tasks):
            return "successful"
        if self.ended or any(task.state in FAILED for task in tasks):
            return "failed"
        self.notes.append("the run has not ended: it is still going, or its process was stopped")
        return "running"

    def _blobs(self, tasks: tuple[TaskRecord, ...]) -> tuple[BlobRecord, ...]:
        sizes = {
            artifact.sha: artifact.size
            for task in tasks
            for attempt in task.attempts
            for artifact in attempt.artifacts
        }
        stored = self.store.blob_sizes(sorted(sizes))
        self.notes += [f"blob {sha} is not in the store" for sha, size in stored.items() if size is None]
        return tuple(BlobRecord(sha, size, sizes[sha]) for sha, size in stored.items() if size is not None)


def _queue_order(task: StoredTask) -> tuple[float, int, str]:
    number = re.match(r"\d+", task.task_id)
    return task.queued or 0.0, int(number[0]) if number else 0, task.task_id


def _ending(attempt: StoredAttempt, code: int) -> str:
    said = f"; it said: {' / '.join(attempt.last_words)}" if attempt.last_words else ""
    return f"ended with code {code} and stored nothing{said}"
