"""Print what two runs have in common: a row for every step, and what could have been reused."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from manim_metaflow.facts.run.compare import AspectComparison, RunComparison, StepComparison
from manim_metaflow.utils.units import counted

__all__ = ["print_comparison"]

_MARKS = {"same": ("=", "green"), "changed": ("≠", "yellow"), "unknown": ("?", "dim")}
_NAMES_SHOWN = 3


def print_comparison(found: RunComparison, console: Console) -> None:
    """Print the comparison of two runs."""
    console.print(_table(found))
    console.print(_summary(found), highlight=False)


def _table(found: RunComparison) -> Table:
    title = f"{found.flow}: {found.before} and {found.after}"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in ("step", "code", "inputs", "environment", "could be reused", "Metaflow did", "new keys"):
        table.add_column(heading, justify="right" if heading == "new keys" else "left")
    for step in found.steps:
        aspects = [_aspect(aspect) for aspect in (step.code, step.inputs, step.environment)]
        table.add_row(step.name, *aspects, _verdict(step), _actions(step), _written(step))
    return table


def _aspect(aspect: AspectComparison) -> Text:
    mark, style = _MARKS[aspect.verdict]
    more = len(aspect.changes) - _NAMES_SHOWN
    names = ", ".join(aspect.changes[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return Text(f"{mark} {names}".rstrip(), style=style)


def _verdict(step: StepComparison) -> Text:
    word, style = {True: ("yes", "green"), False: ("no", "yellow"), None: ("unknown", "dim")}[step.reusable]
    return Text(word if step.reusable else f"{word}: {step.reason}", style=style)


def _actions(step: StepComparison) -> str:
    actions = ((step.executed, "executed"), (step.cloned, "cloned"), (step.failed, "failed"))
    return ", ".join(f"{word} {count}" for count, word in actions if count) or "nothing"


def _written(step: StepComparison) -> str:
    return "?" if step.written is None else f"{step.written} of {step.keys}"


def _summary(found: RunComparison) -> str:
    compared = [step for step in found.steps if step.presence != "removed"]
    could = f"{len(found.reusable)} of {counted(len(compared), 'step')} could have been reused."
    return f"{could} Metaflow executed {found.executed} and cloned {counted(found.cloned, 'task')}."
