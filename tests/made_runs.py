"""Runs that could have been, made from a flow and a seed: every state, odd clocks, lost times."""

from __future__ import annotations

import hashlib
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from manim_metaflow.facts.records import (
    ArtifactRecord,
    AttemptRecord,
    ExceptionRecord,
    FlowInfo,
    ForeachIndex,
    RunRecord,
    StepInfo,
    TaskRecord,
)


def with_artifacts(record: RunRecord, names: Callable[[TaskRecord], Sequence[str]]) -> RunRecord:
    """Let each attempt of a run that came to an end have stored artifacts of its own, under these names."""
    tasks = []
    for task in record.tasks:
        attempts = [
            replace(
                attempt, artifacts=tuple(_artifact(f"{task.path}.{attempt.number}", n) for n in names(task))
            )
            if attempt.state in ("done", "caught", "failed", "retrying")
            else attempt
            for attempt in task.attempts
        ]
        tasks.append(replace(task, attempts=tuple(attempts)))
    return replace(record, tasks=tuple(tasks))


def _artifact(maker: str, name: str) -> ArtifactRecord:
    key = hashlib.sha1(f"{maker} {name}".encode()).hexdigest()
    return ArtifactRecord(name, key, len(maker), "str")


LATE = ExceptionRecord("metaflow.plugins.timeout_decorator.TimeoutException", "Step timed out")
BUG = ExceptionRecord("ValueError", "no")


class MadeRun:
    """Walks a flow as Metaflow would, with ``dice`` for everything a run leaves open."""

    def __init__(
        self,
        flow: FlowInfo,
        seed: int,
        *,
        trouble: float = 0.15,
        skew: float = 0.0,
        widths: tuple[int, ...] = (1, 2, 3, 4, 9),
    ) -> None:
        self.flow, self.dice = flow, random.Random(seed)
        self.trouble, self.skew, self.choices = trouble, skew, widths
        self.tasks: list[TaskRecord] = []
        self.arrived: dict[tuple[str, tuple[int, ...]], list[TaskRecord]] = {}
        self.widths: dict[tuple[str, tuple[int, ...]], int] = {}
        self.opened: dict[str, tuple[str, ...]] = {}
        """The splits that are open after a task, outermost first: a join may close one of several."""
        self.waiting: deque[tuple[str, tuple[ForeachIndex, ...], tuple[int, ...], tuple[TaskRecord, ...]]]
        self.waiting = deque()

    def record(self) -> RunRecord:
        self.waiting.append((self.flow.start, (), (), ()))
        while self.waiting and len(self.tasks) < 150 + max(self.choices):
            self._run(*self.waiting.popleft())
        states = [task.state for task in self.tasks]
        done = any(task.step == self.flow.end and task.state in ("done", "caught") for task in self.tasks)
        going = "running" in states or "queued" in states
        caught = any(task.step == self.flow.end and task.state == "caught" for task in self.tasks)
        ended = "finished" if caught else "successful"
        status = ended if done else "running" if going else "failed"
        return RunRecord(self.flow, "1", status, tuple(self.tasks), started=99.5)

    def _run(self, name, stack, iteration, parents) -> None:
        step = self.flow[name]
        made = self._task(step, stack, iteration, parents)
        if made.state not in ("done", "caught"):
            self.tasks.append(made)
            return
        before = self.opened[parents[0].path] if parents else ()
        closed = before[:-1] if step.kind == "join" else before
        self.opened[made.path] = (*closed, step.name) if step.kind in ("split", "foreach") else closed
        targets = self._choose(step, iteration)
        made = replace(made, next_steps=targets)
        self.tasks.append(made)
        for target in targets:
            self._go_on(step, made, target)

    def _choose(self, step: StepInfo, iteration: tuple[int, ...]) -> tuple[str, ...]:
        if not step.condition:
            return step.targets
        on = [target for target in step.targets if target != step.name]
        if step.name in step.targets and iteration[-1] < self.dice.randint(0, 7):
            return (step.name,)
        return (self.dice.choice(on),)

    def _go_on(self, step: StepInfo, made: TaskRecord, target: str) -> None:
        indices = tuple(level.index for level in made.foreach)
        after = self.flow[target]
        if after.kind == "join":
            closes = self.opened[made.path][-1]
            fan = self.flow[closes].kind == "foreach"
            key = (target, indices[:-1] if fan else indices)
            arrived = self.arrived.setdefault(key, [])
            arrived.append(made)
            wanted = self.widths[closes, key[1]] if fan else len(self.flow[closes].targets)
            if len(arrived) == wanted:
                self.waiting.append((target, made.foreach[:-1] if fan else made.foreach, (), tuple(arrived)))
            return
        recursive = target in after.targets
        iteration = (made.iteration[-1] + 1 if step.name == target else 0,) if recursive else ()
        if step.kind != "foreach":
            self.waiting.append((target, made.foreach, iteration, (made,)))
            return
        count = 3 if step.parallel else self.dice.choice(self.choices)
        self.widths[step.name, indices] = count
        for index in range(count):
            value = None if step.parallel else f"item {index}"
            level = ForeachIndex(step.name, step.foreach_param, index, count, value)
            self.waiting.append((target, (*made.foreach, level), iteration, (made,)))

    def _task(self, step, stack, iteration, parents) -> TaskRecord:
        ready = max((parent.finished or 100.0 for parent in parents), default=100.0)
        at = queued = ready + self.dice.expovariate(2) - self.skew * self.dice.random()
        number = 0
        attempts: list[AttemptRecord] = []
        states = ["done", "done", "done", "failed", "caught", "killed", "running", "late"]
        ends = "done" if self.dice.random() > self.trouble else self.dice.choice(states)
        while self.dice.random() < self.trouble and number < 3:
            begun = at + self.dice.random()
            at = begun + self.dice.random() * 3
            attempts.append(AttemptRecord(number, "retrying", begun, at, BUG))
            number += 1
        begun = at + self.dice.random() * 0.5 - self.skew * self.dice.random()
        end = None if ends == "running" else begun + self.dice.random() * 5 - self.skew * self.dice.random()
        if ends == "killed" and self.dice.random() < 0.5:
            end = None
        state = "failed" if ends == "late" else ends
        error = LATE if ends == "late" else BUG if ends == "failed" else None
        lost = self.skew > 0 and self.dice.random() < 0.15
        times = (None, None) if lost else (begun, end)
        attempts.append(AttemptRecord(number, state, *times, error))
        return TaskRecord(
            step.name,
            str(len(self.tasks) + 1),
            state,
            stack,
            iteration,
            None if lost and self.dice.random() < 0.5 else queued,
            tuple(attempts),
            tuple(parent.path for parent in parents),
        )
