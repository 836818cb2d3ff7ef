"""A run as a tree: its steps, their tasks, states, times and clones."""

from __future__ import annotations

from rich.text import Text
from rich.tree import Tree

from manim_metaflow.facts.records import RunRecord, TaskRecord
from manim_metaflow.facts.records.states import STATES, SUCCEEDED
from manim_metaflow.facts.run.history import RunHistory
from manim_metaflow.utils.text import visible
from manim_metaflow.utils.units import counted, readable_time

__all__ = ["run_tree"]

MARKS = {
    "done": ("✓", "green"),
    "caught": ("!", "magenta"),
    "failed": ("✗", "red"),
    "timed out": ("✗", "red"),
    "killed": ("✗", "red"),
    "running": ("●", "yellow"),
    "retrying": ("●", "yellow"),
    "cloned": ("⧉", "blue"),
}
LINES = "\n\t"
"""What a message may have of control characters: it may be of several lines."""
MOST = 12
"""Tasks of a step that are listed, those in trouble first; the others are counted."""

DULL = tuple(state for state in SUCCEEDED if not STATES[state].raised)


def run_tree(record: RunRecord, *, most: int | None = MOST) -> Tree:
    """Return a run as a tree; ``most`` tasks a step, all with ``None``."""
    history = RunHistory(record)
    tree = Tree(_head(record, history))
    unreached = history.unreached()
    for step in record.flow.steps:
        tasks = record.tasks_of(step.name)
        if not tasks:
            why = "never reached" if step.name in unreached else "not reached yet"
            tree.add(Text.assemble((visible(step.name), "dim"), (f"  {why}", "dim italic")))
            continue
        if len(tasks) == 1:
            tree.add(Text.assemble((visible(step.name), "bold"), "  ") + _task(tasks[0], history))
            continue
        branch = tree.add(Text.assemble((visible(step.name), "bold"), f"  {_counted(tasks)}"))
        shown = list(tasks) if most is None else _chosen(tasks, most)
        for task in shown:
            branch.add(_task(task, history))
        if len(shown) < len(tasks):
            branch.add(Text(f"{len(tasks) - len(shown)} more: --all lists them", style="dim"))
    for note in record.notes:
        tree.add(Text(f"note: {visible(note)}", style="yellow"))
    return tree


def _head(record: RunRecord, history: RunHistory) -> Text:
    style = {"successful": "green", "failed": "red"}.get(record.status, "yellow")
    head = Text.assemble(
        (visible(f"{record.flow.name}/{record.run_id}"), "bold"),
        "  ",
        (record.status, style),
        f"  {_tasks(record)}",
    )
    if not history.timeless:
        head.append(f"  {_time(history.end - history.begin)}")
    if record.origin_run_id:
        head.append(f"  resumes {visible(record.origin_run_id)}", style="blue")
    return head


def _tasks(record: RunRecord) -> str:
    cloned = f", {len(record.cloned)} cloned" if record.cloned else ""
    return f"{len(record.executed)} executed{cloned}"


def _counted(tasks: tuple[TaskRecord, ...]) -> str:
    states = [task.shown_state for task in tasks]
    parts = [f"{states.count(state)} {state}" for state in dict.fromkeys(states)]
    return f"{counted(len(tasks), 'task')}: {', '.join(parts)}"


def _chosen(tasks: tuple[TaskRecord, ...], most: int) -> list[TaskRecord]:
    if len(tasks) <= most:
        return list(tasks)
    trouble = [task for task in tasks if task.shown_state not in DULL or len(task.attempts) > 1][:most]
    rest = [task for task in tasks if task not in trouble][: most - len(trouble)]
    return [task for task in tasks if task in trouble or task in rest]


def _task(task: TaskRecord, history: RunHistory) -> Text:
    state = task.shown_state
    mark, style = MARKS.get(state, ("·", "dim"))
    line = Text.assemble(
        (f"{mark} {state}", style), (f"  {visible(task.path)}", "dim" if task.foreach else "")
    )
    if task.label != task.task_id:
        line.append(f"  {visible(task.label)}", style="magenta")
    if task.origin:
        return line.append(f"  of {visible(task.origin)}", style="blue")
    if len(task.attempts) > 1:
        # Metaflow counts attempts from 0: in its files, in Task(..., attempt=0) and in the notes below.
        line.append(f"  attempt {task.attempts[-1].number}", style="yellow")
    line.append(_times(task, history), style="dim")
    # An exception that was caught is told by the state alone: the run went on.
    if task.exception is not None and state not in SUCCEEDED:
        raised = f"{task.exception.type}: {task.exception.message}"
        line.append(f"  {visible(raised, keep=LINES)}", style="red")
    return line


def _times(task: TaskRecord, history: RunHistory) -> str:
    if task.path in history.guessed:
        return "  times not all known"
    spans = [
        attempt.finished - attempt.started
        for attempt in task.attempts
        if attempt.started is not None and attempt.finished is not None
    ]
    waited = ""
    if task.queued is not None and task.started is not None:
        waited = f"  waited {_time(task.started - task.queued)}"
    return waited + (f", ran {_time(sum(spans))}" if spans else "")


def _time(seconds: float) -> str:
    # Clocks of different processes may disagree, so that a task seems to start before it was queued.
    return readable_time(max(0.0, seconds), decimals=2)
