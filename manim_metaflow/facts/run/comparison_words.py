"""The comparison of two runs in words: a heading, a row of cells for every step, and a summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from manim_metaflow.facts.run.compare import AspectComparison, RunComparison, StepComparison
from manim_metaflow.utils.units import counted

__all__ = ["COLUMNS", "Cell", "Verdict", "comparison_rows", "comparison_summary", "comparison_title"]

COLUMNS = ("step", "code", "inputs", "environment", "could be reused", "Metaflow did", "new keys")

Verdict = Literal["same", "changed", "unknown", ""]
"""What a cell says of its step, by which it is coloured; nothing for a name or a count."""

_MARKS = {"same": "=", "changed": "≠", "unknown": "?"}
_NAMES_SHOWN = 3


@dataclass(frozen=True)
class Cell:
    """One cell of a row."""

    text: str
    verdict: Verdict = ""


def comparison_title(found: RunComparison) -> str:
    """Name the flow and its two runs."""
    return f"{found.flow}: {found.before} and {found.after}"


def comparison_rows(found: RunComparison) -> list[list[Cell]]:
    """Return the cells of each step, one a column."""
    return [_row(step) for step in found.steps]


def comparison_summary(found: RunComparison) -> str:
    """Say how many steps could have been reused, and what Metaflow did."""
    compared = [step for step in found.steps if step.presence != "removed"]
    could = f"{len(found.reusable)} of {counted(len(compared), 'step')} could have been reused."
    return f"{could} Metaflow executed {found.executed} and cloned {counted(found.cloned, 'task')}."


def _row(step: StepComparison) -> list[Cell]:
    aspects = [_aspect(aspect) for aspect in (step.code, step.inputs, step.environment)]
    return [Cell(step.name), *aspects, _verdict(step), Cell(_actions(step)), Cell(_written(step))]


def _aspect(aspect: AspectComparison) -> Cell:
    more = len(aspect.changes) - _NAMES_SHOWN
    names = ", ".join(aspect.changes[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return Cell(f"{_MARKS[aspect.verdict]} {names}".rstrip(), aspect.verdict)


def _verdict(step: StepComparison) -> Cell:
    if step.reusable:
        return Cell("yes", "same")
    return (
        Cell(f"unknown: {step.reason}", "unknown")
        if step.reusable is None
        else Cell(f"no: {step.reason}", "changed")
    )


def _actions(step: StepComparison) -> str:
    actions = ((step.executed, "executed"), (step.cloned, "cloned"), (step.failed, "failed"))
    return ", ".join(f"{word} {count}" for count, word in actions if count) or "nothing"


def _written(step: StepComparison) -> str:
    return "?" if step.written is None else f"{step.written} of {step.keys}"
