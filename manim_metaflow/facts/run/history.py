"""The state of every task of a run at any moment, from its record; what had to be guessed is marked."""

from __future__ import annotations

import ast
import hashlib
import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass

from manim_metaflow.facts.records import RunRecord, StepInfo, TaskRecord
from manim_metaflow.facts.records.states import ENDED

__all__ = ["Decision", "RunHistory", "attempt_failures", "state_at", "task_changes"]

Change = tuple[float, str]
"""A moment, seconds since the epoch, and the state from then on."""


def task_changes(task: TaskRecord) -> list[Change]:
    """Return the moments at which a task's state changed, with the new states, in order.

    Examples
    --------
    >>> from manim_metaflow.facts.records import AttemptRecord, TaskRecord
    >>> task_changes(TaskRecord("a", "1", "done", queued=1.0, attempts=(AttemptRecord(0, "done", 2.0, 5.0),)))
    [(1.0, 'queued'), (2.0, 'running'), (5.0, 'done')]
    """
    changes: list[Change] = []
    if task.queued is not None:
        changes.append((task.queued, "cloned" if task.cloned else "queued"))
    if task.cloned:
        return changes
    # By their order and not their numbers: of an attempt that left nothing there is no record.
    for index, attempt in enumerate(task.attempts):
        if attempt.started is not None:
            changes.append((attempt.started, "retrying" if index else "running"))
        if attempt.finished is not None:
            last = index + 1 == len(task.attempts)
            changes.append((attempt.finished, task.shown_state if last else attempt.state))
    return _ordered(changes)


def attempt_failures(task: TaskRecord) -> list[float | None]:
    """Return when each attempt failed that another one followed."""
    return [attempt.finished for attempt in task.attempts[:-1]]


def state_at(task: TaskRecord, moment: float) -> str:
    """Return a task's state at a moment, ``pending`` before it was queued."""
    return _at(task_changes(task), moment)


@dataclass(frozen=True)
class Decision:
    """The values a switch decided by, up to a moment, as the source writes them."""

    moment: float
    step: str
    values: tuple[str, ...]


class RunHistory:
    """The states of a run's tasks over time.

    Clocks of different processes may disagree, and a store may have lost its metadata. What is known
    keeps its order; a moment that is not known is put where the task's neighbours leave room for it.

    Parameters
    ----------
    record
        The run.

    Attributes
    ----------
    begin, end
        First and last known moment, seconds since the epoch.
    guessed
        Paths of the tasks of which some moment is not known.
    timeless
        Whether no moment at all is known: then tasks follow each other second by second.

    Examples
    --------
    >>> from manim_metaflow.facts.records import AttemptRecord, FlowInfo, StepInfo, TaskRecord
    >>> flow = FlowInfo("F", (StepInfo("a", "end"),), (), "a", "a")
    >>> task = TaskRecord("a", "1", "killed", queued=1.0, attempts=(AttemptRecord(0, "killed", 2.0),))
    >>> history = RunHistory(RunRecord(flow, "1", "failed", (task,)))
    >>> history.state_at("a/1", 1.5), history.state_at("a/1", 3.0), history.guessed
    ('queued', 'killed', ('a/1',))
    """

    def __init__(self, record: RunRecord) -> None:
        self.record = record
        known = {task.path: task_changes(task) for task in record.tasks}
        moments = [moment for changes in known.values() for moment, _ in changes]
        self.timeless = not moments
        self.begin = min([*moments, *([record.started] if record.started is not None else [])], default=0.0)
        self.end = max([*moments, *([record.finished] if record.finished is not None else [])], default=0.0)
        self._children: dict[str, list[str]] = {}
        for task in record.tasks:
            for parent in task.parents:
                self._children.setdefault(parent, []).append(task.path)
        self._known, self._changes = known, {}
        guessed = []
        for task in _by_lineage(record):
            self._changes[task.path] = self._complete(task, known[task.path])
            if self._changes[task.path] != known[task.path]:
                guessed.append(task.path)
        self.guessed = tuple(sorted(guessed))
        if self.timeless:
            self.end = max([moment for each in self._changes.values() for moment, _ in each], default=0.0)

    def changes(self, path: str) -> list[Change]:
        """Return the moments at which a task's state changed, with the new states, in order."""
        return self._changes[path]

    def state_at(self, path: str, moment: float) -> str:
        """Return a task's state at a moment, ``pending`` before it was queued."""
        return _at(self._changes[path], moment)

    def moment_of(self, path: str, *states: str) -> float | None:
        """Return when a task first came into one of some states."""
        return next((moment for moment, state in self._changes[path] if state in states), None)

    def failures(self, path: str) -> list[float]:
        """Return when each attempt failed that another one followed."""
        failed = attempt_failures(self.record[path])
        fallback = [moment for moment, state in self._changes[path] if state == "retrying"]
        found = [when if when is not None else (fallback or [self.end])[0] for when in failed]
        return [moment for moment, _ in _ordered([(when, "") for when in found])]

    def ended(self, path: str) -> float | None:
        """Return when a task came to its end, well or badly."""
        return self.moment_of(path, *ENDED)

    def decisions(self) -> list[Decision]:
        """Return the values each switch decided by, each time that a task of it decided, in order."""
        made = []
        for step in self.record.flow.steps:
            if not step.is_switch:
                continue
            decided = [
                (when, task) for task in self.record.tasks_of(step.name) if (when := self._decided(task))
            ]
            decided.sort(key=lambda pair: (pair[0], pair[1].path))
            recursive = step.name in step.targets
            for index, (moment, _) in enumerate(decided):
                heard = decided[index : index + 1] if recursive else decided[: index + 1]
                values = tuple(dict.fromkeys(decided_value(step, task) for _, task in heard))
                made.append(Decision(moment, step.name, values))
        return sorted(made, key=lambda decision: (decision.moment, decision.step))

    def unreached(self) -> dict[str, float]:
        """Return since when it is known of a step that the run has not come, and will not come, to it."""
        reached = {task.step for task in self.record.tasks}
        found: dict[str, float] = {}
        for step in self.record.flow.steps:
            if step.name not in reached:
                moment = self._given_up(step.name, reached, {})
                if moment is not None:
                    found[step.name] = moment
        return found

    def unused_edges(self) -> dict[tuple[str, str], float]:
        """Return since when it is known of an edge that no task goes along it."""
        used = {
            (parent.partition("/")[0], task.step) for task in self.record.tasks for parent in task.parents
        }
        unreached, found = self.unreached(), {}
        for edge in self.record.flow.edges:
            pair = (edge.source, edge.target)
            moment = unreached.get(edge.target, unreached.get(edge.source))
            if moment is None and pair not in used and self.record.flow[edge.source].is_switch:
                moment = self._all_decided(edge.source)
            if moment is not None and pair not in used:
                found[pair] = moment
        return found

    def _complete(self, task: TaskRecord, known: list[Change]) -> list[Change]:
        final = task.shown_state
        before = [self._changes[p][-1][0] for p in task.parents if self._changes.get(p)]
        # A second apart where no time is known: with none between them they would all happen at once.
        floor = max(before, default=self.begin) + (1.0 if self.timeless else 0.0)
        if not known:
            return [(floor, final)]
        if final in ENDED and known[-1][1] != final:
            # Its end was not recorded, but it was over when the first task after it was queued.
            heard = [self._known[c][0][0] for c in self._children.get(task.path, ()) if self._known[c]]
            return [*known, (max(known[-1][0], min(heard, default=self.end)), final)]
        return known

    def _decided(self, task: TaskRecord) -> float | None:
        return self.ended(task.path) if task.next_steps else None

    def _all_decided(self, step: str) -> float | None:
        """When the last task of a switch decided, if all did."""
        moments = [self._decided(task) for task in self.record.tasks_of(step)]
        known = [moment for moment in moments if moment is not None]
        return max(known) if known and len(known) == len(moments) else None

    def _given_up(self, name: str, reached: set[str], seen: dict[str, float | None]) -> float | None:
        if name in seen:
            return seen[name]
        over = None if self.record.status == "running" else self.end
        # Entered before its sources are asked: around a loop the question comes back to this step.
        seen[name] = over
        moments: list[float | None] = []
        for edge in self.record.flow.edges:
            if edge.target != name or edge.source == name:
                continue
            if edge.source not in reached:
                moments.append(self._given_up(edge.source, reached, seen))
            else:
                switch = self.record.flow[edge.source].is_switch
                moments.append(self._all_decided(edge.source) if switch else None)
        if moments and all(moment is not None for moment in moments):
            seen[name] = max(moment for moment in moments if moment is not None)
        return seen[name]


def decided_value(step: StepInfo, task: TaskRecord) -> str:
    """Write the value a switch decided by as its source writes it.

    Where several cases lead to one step, the key of the artifact decides which of them it was.
    """
    labels = [label for label, target in step.cases if target in task.next_steps]
    if len(labels) == 1:
        return labels[0]
    # The record has no values, but the key of a case can be worked out: it is a literal in the source.
    keys = {artifact.sha for artifact in task.artifacts if artifact.name == step.condition}
    return next((label for label in labels if _key(label) in keys), " or ".join(labels) or "?")


def _key(label: str) -> str | None:
    """Metaflow's key of a value written as a case."""
    try:
        value = json.loads(label) if label.startswith('"') else ast.literal_eval(label)
    except (ValueError, SyntaxError):
        return None
    return hashlib.sha1(pickle.dumps(value, protocol=4)).hexdigest()


def _ordered(changes: list[Change]) -> list[Change]:
    """Keep the order of what happened where clocks disagree."""
    latest = float("-inf")
    ordered = []
    for moment, state in changes:
        latest = max(latest, moment)
        ordered.append((latest, state))
    return ordered


def _at(changes: list[Change], moment: float) -> str:
    state = "pending"
    for when, new in changes:
        if when <= moment:
            state = new
    return state


def _by_lineage(record: RunRecord) -> Iterator[TaskRecord]:
    """Parents before their children."""
    done: set[str] = set()
    paths = {task.path for task in record.tasks}
    for first in record.tasks:
        # A list and not recursion: a chain of tasks may be longer than Python's stack is deep.
        waiting = [first.path]
        while waiting:
            path = waiting[-1]
            # What is waiting itself is left out: a damaged record may have tasks that are each other's
            # parents.
            missing = [p for p in record[path].parents if p in paths and p not in done and p not in waiting]
            if path in done or not missing:
                waiting.pop()
                if path not in done:
                    done.add(path)
                    yield record[path]
            else:
                waiting.extend(missing)
