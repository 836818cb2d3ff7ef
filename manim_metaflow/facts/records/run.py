"""A run and its tasks, as plain frozen records that every other part of the library draws from.

A record holds no path of a machine, no clock of its own and nothing executable. Times are seconds since
the epoch, sizes are bytes, ``sha`` is the key in Metaflow's content-addressed store (hex SHA-1 of the
pickle, before compression). Sequences are tuples in a meaningful order: steps as the author wrote them,
tasks by the time they were queued, artifacts by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from manim_metaflow.errors import UnknownNameError
from manim_metaflow.facts.records.codec import JsonRecord
from manim_metaflow.facts.records.faults import run_faults
from manim_metaflow.facts.records.flow import FlowInfo
from manim_metaflow.facts.records.states import TaskState
from manim_metaflow.facts.records.storage import StorageRecord
from manim_metaflow.utils.text import ellipsis, known_names

__all__ = [
    "ArtifactRecord",
    "AttemptRecord",
    "BlobRecord",
    "ExceptionRecord",
    "ForeachIndex",
    "PackageRecord",
    "RunRecord",
    "RunStatus",
    "TaskRecord",
]

Provenance = Literal["created", "changed", "inherited"]

RunStatus = Literal["running", "successful", "finished", "failed"]
"""What Metaflow's client says of a run: ``Run.successful``, or only ``Run.finished``, or neither.

A run is finished and no more if the step that ends it raised, and ``@catch`` caught what it raised."""


@dataclass(frozen=True)
class ForeachIndex:
    """One level of a task's position in (nested) foreaches: the ``index``-th of ``count`` splits.

    ``step`` is the step that fans out, ``value`` Metaflow's short text of the item (30 characters at
    most), ``count`` is ``None`` for ``num_parallel``, where Metaflow does not record it.
    """

    step: str
    variable: str | None
    index: int
    count: int | None
    value: str | None


@dataclass(frozen=True)
class ArtifactRecord:
    """A name in a task's key map.

    ``source`` is the parent task an inherited key came from. ``value`` is a short text of the value, as
    ``repr`` writes it, where the run was recorded with it; else it is empty.
    """

    name: str
    sha: str
    size: int
    type_name: str
    provenance: Provenance = "created"
    source: str | None = None
    value: str = ""


@dataclass(frozen=True)
class ExceptionRecord:
    """What a step raised. ``line`` and ``code`` point into the flow's own file, where it does."""

    type: str
    message: str
    file: str = ""
    line: int | None = None
    code: str = ""


@dataclass(frozen=True)
class AttemptRecord:
    """One try of a task. ``artifacts`` are sorted by name and exclude Metaflow's internal ones."""

    number: int
    state: TaskState
    started: float | None = None
    finished: float | None = None
    exception: ExceptionRecord | None = None
    artifacts: tuple[ArtifactRecord, ...] = ()
    stdout: tuple[str, ...] = ()


@dataclass(frozen=True)
class TaskRecord:
    """One task of a run.

    ``parents`` are tasks of the same run, ``"step/task_id"``, by the lineage the datastore holds.
    ``origin`` is ``"run_id/step/task_id"`` of the task this one is a clone of. ``iteration`` counts how
    often a recursive step came round, outermost first. ``control`` marks the task of an unbounded foreach
    that starts the tasks of its items and leads on to nothing itself.
    """

    step: str
    task_id: str
    state: TaskState
    foreach: tuple[ForeachIndex, ...] = ()
    iteration: tuple[int, ...] = ()
    queued: float | None = None
    attempts: tuple[AttemptRecord, ...] = ()
    parents: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    origin: str | None = None
    control: bool = False

    @property
    def path(self) -> str:
        """``"step/task_id"``, unique in the run."""
        return f"{self.step}/{self.task_id}"

    @property
    def place(self) -> str:
        """The task's position in the flow, whatever its id: the same for a task and its clone.

        >>> TaskRecord("fit", "4", "done", (ForeachIndex("start", "xs", 2, 4, "c"),)).place
        'fit[2]'
        """
        indices = "".join(f"[{level.index}]" for level in self.foreach)
        rounds = "".join(f"#{count}" for count in self.iteration)
        return f"{self.step}{indices}{rounds}"

    @property
    def label(self) -> str:
        """What tells the task from its siblings: its foreach item, its place in a gang, its iteration.

        >>> TaskRecord("fit", "4", "done", (ForeachIndex("start", "xs", 2, 4, "c"),), iteration=(1,)).label
        'c · #1'
        """
        places = ["control", *map(_item, self.foreach)] if self.control else [*map(_item, self.foreach)]
        return " · ".join([*places, *(f"#{count}" for count in self.iteration)]) or self.task_id

    @property
    def started(self) -> float | None:
        """When the first attempt's process began."""
        return self.attempts[0].started if self.attempts else None

    @property
    def finished(self) -> float | None:
        """When the last attempt ended, well or badly."""
        return self.attempts[-1].finished if self.attempts else None

    @property
    def artifacts(self) -> tuple[ArtifactRecord, ...]:
        """The last attempt's key map."""
        return self.attempts[-1].artifacts if self.attempts else ()

    @property
    def exception(self) -> ExceptionRecord | None:
        """What the last attempt raised."""
        return self.attempts[-1].exception if self.attempts else None

    @property
    def shown_state(self) -> str:
        """The state to show: a task that failed because its time was up has ``timed out``.

        >>> error = ExceptionRecord("metaflow.plugins.timeout_decorator.TimeoutException", "Step timed out")
        >>> attempt = AttemptRecord(0, "failed", exception=error)
        >>> TaskRecord("a", "1", "failed", attempts=(attempt,)).shown_state
        'timed out'
        """
        error = self.exception
        late = error is not None and error.type.rpartition(".")[2] == "TimeoutException"
        return "timed out" if late and self.state == "failed" else self.state

    @property
    def cloned(self) -> bool:
        """Whether ``resume`` took this task over from another run instead of executing it."""
        return self.origin is not None


ITEM_LETTERS = 29
"""Metaflow stores 30 letters of an item: of one that has so many, nobody knows whether it was cut."""


def _item(level: ForeachIndex) -> str:
    if level.value is not None:
        return ellipsis(level.value, ITEM_LETTERS)
    # Only ``num_parallel`` has no variable. Of an unbounded foreach Metaflow notes no values.
    return f"node {level.index}" if level.variable is None else f"{level.variable}[{level.index}]"


@dataclass(frozen=True)
class BlobRecord:
    """One blob of the store: ``size`` of the file on disk, ``raw_size`` of the pickle in it."""

    sha: str
    size: int
    raw_size: int


@dataclass(frozen=True)
class PackageRecord:
    """An installed distribution that a flow's file imports, with the version the run found."""

    name: str
    version: str


@dataclass(frozen=True)
class RunRecord(JsonRecord):
    """A run as its datastore has it.

    ``blobs`` are those this run's tasks refer to. ``new_blobs`` are the keys that were not in the
    flow's store when the run began (``None`` where that was not observed). ``command`` is what was
    typed after the file's name, ``("run", "--alpha", "3")``. ``parameters`` are the keys of Parameters,
    Configs and class constants, which every task starts with. ``packages`` are what the flow's file
    imports beside Metaflow and the standard library (``None`` where that was not observed).
    ``after_run_id`` names the run in whose store this one was recorded.
    """

    flow: FlowInfo
    run_id: str
    status: RunStatus
    tasks: tuple[TaskRecord, ...]
    origin_run_id: str | None = None
    command: tuple[str, ...] = ()
    started: float | None = None
    finished: float | None = None
    blobs: tuple[BlobRecord, ...] = ()
    new_blobs: tuple[str, ...] | None = None
    metaflow_version: str = ""
    python_version: str = ""
    parameters: tuple[ArtifactRecord, ...] = ()
    packages: tuple[PackageRecord, ...] | None = None
    after_run_id: str | None = None
    console: tuple[str, ...] = ()
    """What Metaflow printed, line by line, without clocks, process ids and folders, where observed."""
    console_times: tuple[float, ...] = ()
    """When each of those lines was printed, where that is known; else empty."""
    notes: tuple[str, ...] = field(default=())
    """What could not be read, in words."""
    storage: StorageRecord | None = None
    """Key maps and blobs, where :func:`.record_run` was asked to keep them."""
    key: str = ""
    """Names the recording: a hash of the flow's source, the arguments and the origin's key."""
    recording: Path | None = field(default=None, compare=False, repr=False, metadata={"stored": False})
    """The file this record was read from or written to, if any; not part of the record itself."""
    flow_source: str | None = field(default=None, compare=False, repr=False, metadata={"stored": False})
    """Where the recorded flow was found, ``path.py[:Class]``; not part of the record itself."""

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the record as a whole."""
        return run_faults(self, "record")

    @cached_property
    def _by_path(self) -> Mapping[str, TaskRecord]:
        return {task.path: task for task in self.tasks}

    def __getitem__(self, path: str) -> TaskRecord:
        if path not in self._by_path:
            here = f"{self.flow.name}/{self.run_id}"
            raise UnknownNameError(
                f"{here} has no task {path!r}. {known_names(path, self._by_path, 'tasks')}"
            )
        return self._by_path[path]

    @property
    def executed(self) -> tuple[TaskRecord, ...]:
        """Tasks that ran, well or badly."""
        return tuple(task for task in self.tasks if not task.cloned and task.attempts)

    @property
    def cloned(self) -> tuple[TaskRecord, ...]:
        """Tasks that ``resume`` took over."""
        return tuple(task for task in self.tasks if task.cloned)

    @property
    def seconds(self) -> float:
        """Time spent inside the tasks that executed, all attempts added up."""
        spans = [
            attempt.finished - attempt.started
            for task in self.executed
            for attempt in task.attempts
            if attempt.started is not None and attempt.finished is not None
        ]
        return float(sum(spans))

    def tasks_of(self, step: str) -> tuple[TaskRecord, ...]:
        """Tasks of one step, by foreach index, then iteration; none if the run never came to it.

        Raises
        ------
        UnknownNameError
            The flow has no such step.
        """
        # A run may have tasks of a step that its flow has lost since.
        if step not in self.flow and not any(task.step == step for task in self.tasks):
            names = [one.name for one in self.flow.steps]
            raise UnknownNameError(
                f"{self.flow.name} has no step {step!r}. {known_names(step, names, 'steps')}"
            )
        mine = (task for task in self.tasks if task.step == step)
        # Not by their ids: those of a foreach are given in the order in which its tasks were queued.
        return tuple(sorted(mine, key=lambda task: ([f.index for f in task.foreach], task.iteration)))
