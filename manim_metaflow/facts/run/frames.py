"""Where in its foreach each task stands: as it stored it, as it noted it when it began, or by elimination."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.facts.store.internals import begun_frames, frames_of
from manim_metaflow.facts.store.pickles import Foreach
from manim_metaflow.facts.store.stored import StoredAttempt, StoredTask

__all__ = ["FrameReader"]

Frames = list[Foreach]
Read = Callable[[StoredTask, StoredAttempt, str], Any]


class FrameReader:
    """Finds the foreach frames of all tasks of a run.

    A task that is only queued, or whose process was gone before it noted anything, says nothing of its
    place. Metaflow numbers tasks in the order in which it queues them, so the places that no other task
    of the step took are theirs, in that order.

    Parameters
    ----------
    tasks
        The tasks, in the order in which they were queued.
    flow
        Their flow.
    read
        Reads an internal artifact of an attempt.

    Attributes
    ----------
    of
        Path to frames, outermost first.
    notes
        What was found by elimination, or not at all.
    """

    def __init__(self, tasks: Sequence[StoredTask], flow: FlowInfo, read: Read) -> None:
        self._tasks, self._flow, self._read = tasks, flow, read
        self.notes: list[str] = []
        self.of: dict[str, Frames] = {}
        silent: dict[str, list[StoredTask]] = {}
        for task in tasks:
            self.of[task.path], said = self._said(task)
            if not said and self._fans(task.step):
                silent.setdefault(task.step, []).append(task)
        for step, quiet in silent.items():
            self._eliminate(step, quiet)

    def _said(self, task: StoredTask) -> tuple[Frames, bool]:
        last = task.attempts[-1] if task.attempts else None
        if last is not None and last.objects is not None:
            held = self._read(task, last, "_foreach_stack")
            if isinstance(held, list):
                return frames_of(held), True
        begun = begun_frames(task)
        return begun, bool(begun)

    def _fans(self, step: str) -> bool:
        """Tell whether a step stands inside a foreach."""
        if step not in self._flow:
            return False
        info = self._flow[step]
        return any(self._flow[name].is_foreach for name in info.enclosing_splits if name in self._flow)

    def _eliminate(self, step: str, quiet: list[StoredTask]) -> None:
        paths = {task.path for task in quiet}
        taken = {_key(self.of[task.path]) for task in self._tasks if task.step == step} - {()}
        free: dict[tuple[tuple[str, int], ...], Frames] = {}
        for _, frames in sorted(self._wanted(step), key=lambda pair: pair[0]):
            if _key(frames) not in taken:
                free.setdefault(_key(frames), frames)
        recursive = step in self._flow[step].targets
        places = [] if recursive else list(free.values())
        for index, task in enumerate(task for task in self._tasks if task.path in paths):
            known = index < len(places)
            if known:
                self.of[task.path] = places[index]
            how = "the order of the tasks' ids tells it" if known else "it is not known"
            self.notes.append(f"{task.path}: it never noted its place in the foreach; {how}")

    def _wanted(self, step: str) -> Iterator[tuple[tuple[float, int], Frames]]:
        """Each place that finished tasks went on to at a step, with when and as which of them."""
        closes = self._flow[step].is_join and self._flow[self._flow[step].split_parents[-1]].is_foreach
        for task in self._tasks:
            last = task.attempts[-1] if task.attempts else None
            if last is None or last.objects is None or step not in _targets(self._read, task, last):
                continue
            ended, frames = last.finished or float("inf"), self.of[task.path]
            if self._flow[task.step].is_foreach:
                count = self._read(task, last, "_foreach_num_splits")
                variable = self._flow[task.step].foreach_param
                for index in range(count if isinstance(count, int) else 0):
                    yield (ended, index), [*frames, Foreach(step, variable, count, index, None)]
            else:
                yield (ended, 0), frames[:-1] if closes else frames


def _targets(read: Read, task: StoredTask, attempt: StoredAttempt) -> list[str]:
    transition = read(task, attempt, "_transition")
    held = transition[0] if isinstance(transition, tuple) and transition else None
    return held if isinstance(held, list) else []


def _key(frames: Frames) -> tuple[tuple[str, int], ...]:
    return tuple((frame.step, frame.index) for frame in frames)
