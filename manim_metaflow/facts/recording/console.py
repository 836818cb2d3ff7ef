"""What a run printed, shortened to the lines that matter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from manim_metaflow.facts.records import RunRecord, TaskRecord
from manim_metaflow.facts.run.history import RunHistory

__all__ = ["console_moments", "console_story"]

MOST = 120
"""Lines that a film of a run shows at most: more than these nobody reads as they pass."""

LEFT_OUT = "..."
"""Stands where lines were left out."""

_PREAMBLE = re.compile(r"Metaflow \S+ executing |Validating your flow|\s+The graph looks good!|Gathering ")
_TRACE, _END = re.compile(r"\] Internal error$|\] Traceback "), re.compile(r"\] Task failed\.$")
_TASK = re.compile(r"^\[([^\]/]+/[^\]/]+/[^\]/ ]+)[^\]]*\]")
_STARTING, _FINISHED = re.compile(r"\] Task is starting"), re.compile(r"\] Task (finished|failed)")
_RAISED = re.compile(r"\] [\w.]+(Error|Exception|Interrupt)\b")
_QUOTED = re.compile(r"^\[[^\]]*\] >")
_PREFIX = re.compile(r"^\[[^\]]*\] ?")


def console_story(lines: Iterable[str]) -> list[str]:
    """Leave out the preamble, all of a traceback but its last line, and what follows the failure of a run.

    Parameters
    ----------
    lines
        ``record.console``.

    Examples
    --------
    >>> console_story(["Validating your flow...", "    The graph looks good!", "Done!"])
    ['Done!']
    """
    return [line for _, line in _kept(lines)]


def _kept(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines of the story, each with its number among all of them."""
    trace: list[tuple[int, str]] | None = None
    for number, line in _without_quotes(lines):
        if trace is not None:
            if _END.search(line):
                # What stands for the lines that were left out was printed with the last of them.
                yield from [(trace[-1][0] if trace else number, LEFT_OUT), *trace[-1:]]
                trace = None
            elif _PREFIX.sub("", line).strip():
                trace.append((number, line))
        elif _TRACE.search(line):
            trace = []
        elif _PREFIX.sub("", line).strip() and not _PREAMBLE.match(line):
            yield number, line
            if line == "Workflow failed.":
                break


def _without_quotes(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield numbered lines; of a stack that @catch or @timeout quotes, only the last line."""
    for quoted, group in groupby(enumerate(lines), key=lambda each: bool(_QUOTED.search(each[1]))):
        numbered = list(group)
        yield from [(numbered[-1][0], LEFT_OUT), numbered[-1]] if quoted and len(numbered) > 2 else numbered


def console_moments(record: RunRecord, *, most: int = MOST) -> list[tuple[float, str]]:
    """Return the lines of a run's story, each with the moment of what it tells, in the order of those.

    A task's own line comes when what it says happens to the task: the scheduler prints "Task is starting."
    as it launches the process, some tenths of a second before the task begins, and learns of its end later.
    What a task prints itself comes when it was printed, or as its attempt ends where that was not recorded.

    Parameters
    ----------
    record
        The run.
    most
        How many lines there are at most; what is left out in the middle is marked.

    Examples
    --------
    >>> from manim_metaflow.facts import AttemptRecord, FlowInfo, RunRecord, TaskRecord
    >>> task = TaskRecord("start", "1", "done", attempts=(AttemptRecord(0, "done", 2.0, 5.0),))
    >>> printed = ("[7/start/1] Task is starting.", "[7/start/1] hello", "Done!")
    >>> run = RunRecord(FlowInfo("F", (), (), "start", "start"), "7", "successful", (task,), console=printed)
    >>> [moment for moment, _ in console_moments(run)]
    [2.0, 5.0, 5.0]
    """
    history = RunHistory(record)
    tasks = {f"{record.run_id}/{task.path}": task for task in record.tasks}
    begun: Counter[str] = Counter()
    now = history.begin
    found: list[tuple[float, str]] = []
    for number, line in _kept(record.console):
        printed = record.console_times[number] if record.console_times else None
        told = _TASK.match(line)
        task = tasks.get(told[1]) if told else None
        if task is None or task.cloned:
            moment = history.changes(task.path)[-1][0] if task else printed
        else:
            begun[task.path] += bool(_STARTING.search(line))
            moment = _moment(task, begun[task.path] - 1, line, printed)
        # A line of the run's own, "Done!", comes no sooner than what was told before it.
        now = now if moment is None else moment if task is not None else max(now, moment)
        at = min(max(now, history.begin), history.end)
        if found and found[-1][1] == LEFT_OUT:
            # What was left out stood before the line that was kept of it, and comes with that.
            found[-1] = at, LEFT_OUT
        found.append((at, line))
    story = sorted(found, key=lambda each: each[0])
    if len(story) > most:
        half = most // 2
        story = [*story[:half], (story[-half][0], LEFT_OUT), *story[1 - most + half :]]
    return story


def _moment(task: TaskRecord, attempt: int, line: str, printed: float | None) -> float | None:
    """Return when what a task's line tells happened in an attempt of it."""
    made = task.attempts[min(max(attempt, 0), len(task.attempts) - 1)] if task.attempts else None
    if made is None or made.started is None:
        return printed
    if _STARTING.search(line):
        return made.started
    if made.finished is None:
        return printed
    if _FINISHED.search(line) or _RAISED.search(line) or printed is None:
        return made.finished
    return min(max(printed, made.started), made.finished)
