"""Where in its foreach each task is: as it stored it, as its metadata has it, or by elimination."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.facts.run.lineage import Position, Stack
from manim_metaflow.facts.store.attempts import StoredTask
from manim_metaflow.facts.store.checked import texts
from manim_metaflow.facts.store.internals import Internals, begun_depth, begun_frames, frames_of
from manim_metaflow.facts.store.pickles import Foreach

__all__ = ["FrameReader"]

Frames = list[Foreach]

_MOST_SPLITS = 100_000
"""Tasks of one foreach that are looked for: a thousand times as many as Metaflow lets it have by default."""


class FrameReader:
    """Finds the foreach frames of all tasks of a run, and with them each task's position in the graph.

    A task that is only queued, or whose process was gone before it registered anything, has no record of
    its frames. Metaflow numbers tasks in the order in which it queues them, so the frames that no other task
    of the step has are theirs, in that order.

    Parameters
    ----------
    tasks
        The tasks, in the order in which they were queued.
    flow
        Their flow.
    internals
        Reads their internal artifacts.

    Attributes
    ----------
    of
        Path to frames, outermost first.
    controls
        Paths of the tasks that stand for an unbounded foreach as a whole: they start the tasks of its items.
    problems
        What was found by elimination, or not at all.
    """

    def __init__(self, tasks: Sequence[StoredTask], flow: FlowInfo, internals: Internals) -> None:
        self._tasks, self._flow, self._internals = tasks, flow, internals
        self.problems: list[str] = []
        self.of: dict[str, Frames] = {}
        self.controls: set[str] = set()
        unknown: dict[str, list[StoredTask]] = {}
        for task in tasks:
            self.of[task.path], recorded = self._recorded(task)
            if not recorded and self._fans(task.step):
                unknown.setdefault(task.step, []).append(task)
        for step, among in unknown.items():
            self._eliminate(step, among)

    def positions(self) -> list[Position]:
        """Return where in the graph each task is."""
        # Metaflow stores the round of a recursive step when the task ends, so that an unfinished one has
        # none.
        recursive = {step.name for step in self._flow.steps if step.name in step.targets}
        rounds: dict[tuple[str, Stack], int] = {}
        found = []
        for task in self._tasks:
            stack = _stack(self.of[task.path])
            iteration = self._iteration(task)
            if task.step in recursive:
                round_ = rounds.get((task.step, stack), 0)
                rounds[task.step, stack] = round_ + 1
                if iteration is None:  # unfinished; but its rounds go one by one
                    iteration = (round_,)
            # A control task's transition names the join, but the join takes what the control task started.
            to = () if task.path in self.controls else self._next_steps(task)
            found.append(Position(task.path, task.step, stack, iteration or (), to))
        return found

    def _iteration(self, task: StoredTask) -> tuple[int, ...] | None:
        last = task.last
        if last is None or last.keys is None:
            return None
        iteration = self._internals.read(task, last, "_iteration_stack")
        rounds = iteration if isinstance(iteration, list) else []
        return tuple(round_ for round_ in rounds if isinstance(round_, int))

    def _next_steps(self, task: StoredTask) -> tuple[str, ...]:
        transition = self._internals.read(task, task.last, "_transition") if task.last else None
        if not isinstance(transition, tuple) or not transition or not isinstance(transition[0], list):
            return ()
        return texts(transition[0])

    def _recorded(self, task: StoredTask) -> tuple[Frames, bool]:
        last = task.last
        if last is not None and last.keys is not None:
            stack = self._internals.read(task, last, "_foreach_stack")
            if isinstance(stack, list):
                frames = frames_of(self._numbered(task.step, stack))
                return self._checked(task, frames, len(stack)), True
        depth = begun_depth(task)
        return self._checked(task, begun_frames(task), depth), depth > 0

    def _checked(self, task: StoredTask, frames: Frames, depth: int) -> Frames:
        """Note a task that is inside of more foreaches than it has indices."""
        if len(frames) < depth:
            self.controls.add(task.path)
        return frames

    def _numbered(self, step: str, stack: list[object]) -> list[object]:
        """Give the first node of ``@parallel``, which starts the others, its number: 2.12 does not."""
        last = stack[-1] if stack else None
        parallel = step in self._flow and self._flow[step].parallel_step
        if parallel and isinstance(last, Foreach) and last.index is None:
            return [*stack[:-1], last._replace(index=0)]
        return stack

    def _fans(self, step: str) -> bool:
        """Return whether a step is inside a foreach."""
        if step not in self._flow:
            return False
        info = self._flow[step]
        return any(self._flow[name].is_foreach for name in info.enclosing_splits if name in self._flow)

    def _eliminate(self, step: str, among: list[StoredTask]) -> None:
        taken = {_stack(self.of[task.path]) for task in self._tasks if task.step == step} - {()}
        free: dict[Stack, Frames] = {}
        for _, frames in sorted(self._expected(step), key=lambda pair: pair[0]):
            if _stack(frames) not in taken:
                free.setdefault(_stack(frames), frames)
        # All rounds of a recursive step share their frames, so these do not tell which round a task is.
        recursive = step in self._flow[step].targets
        left = [] if recursive else list(free.values())
        for index, task in enumerate(among):
            known = index < len(left)
            if known:
                self.of[task.path] = left[index]
            how = "the order of the tasks' ids tells it" if known else "it is not known"
            self.problems.append(f"{task.path}: it never noted its place in the foreach; {how}")

    def _expected(self, step: str) -> Iterator[tuple[tuple[float, int], Frames]]:
        """Yield the frames that finished tasks went on to at a step, with when and as which of them."""
        closes = self._flow[step].is_join and self._flow[self._flow[step].split_parents[-1]].is_foreach
        for task in self._tasks:
            last = task.last
            if last is None or last.keys is None or step not in self._next_steps(task):
                continue
            # The scheduler queues the tasks after a task when it has seen it end: in this order their ids
            # count up.
            ended, frames = last.finished or float("inf"), self.of[task.path]
            if self._flow[task.step].is_foreach:
                count = self._internals.read(task, last, "_foreach_num_splits")
                variable = self._flow[task.step].foreach_param
                for index in range(min(count, _MOST_SPLITS) if isinstance(count, int) else 0):
                    yield (ended, index), [*frames, Foreach(step, variable, count, index, None)]
            else:
                yield (ended, 0), frames[:-1] if closes else frames


def _stack(frames: Frames) -> Stack:
    return tuple((frame.step, frame.index) for frame in frames)
