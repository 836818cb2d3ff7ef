"""``manim-metaflow compare``: two runs of one flow, what changed for each step and what Metaflow did."""

from __future__ import annotations

from collections.abc import Iterable

import cloup
from rich.console import Console
from rich.table import Table
from rich.text import Text

from manim_metaflow.errors import UsageError
from manim_metaflow.facts import RunRecord, compare_runs, load_recording, load_run
from manim_metaflow.facts.run.compare import AspectComparison, RunComparison, StepComparison

__all__ = ["compare"]

_MARKS = {"same": ("=", "green"), "changed": ("≠", "yellow"), "unknown": ("?", "dim")}
_NAMES_SHOWN = 3


@cloup.command(
    epilog="""Examples:

\b
  manim-metaflow compare MyFlow/1763700154 MyFlow/1763700201
  manim-metaflow compare run.json resumed.json
  manim-metaflow compare MyFlow/1 MyFlow/2 --root ~/project --json
"""
)
@cloup.argument("before", help="The earlier run: Flow/run id, or a recording's .json file.")
@cloup.argument("after", help="The later run.")
@cloup.option(
    "--root",
    metavar="PATH",
    help="The folder that holds .metaflow, or an s3:// address; by default what Metaflow is configured for.",
)
@cloup.option("--json", "as_json", is_flag=True, help="Write the comparison as JSON.")
def compare(before: str, after: str, root: str | None, as_json: bool) -> None:
    """Compare two runs of one flow, step by step: code, inputs, environment, and what Metaflow did.

    Metaflow itself compares none of these. The table tells which steps a cache could have reused, and which
    were executed or cloned all the same. Code can be compared of recordings, and of runs with a code package,
    which a local run has only if Metaflow is told to keep one.
    """
    found = compare_runs(_read(before, root), _read(after, root))
    console = Console()
    if as_json:
        console.out(found.to_json(), end="", highlight=False)
        return
    console.print(_table(found))
    console.print(_sum(found), highlight=False)


def _read(run: str, root: str | None) -> RunRecord:
    if run.endswith(".json"):
        return load_recording(run)
    if "/" not in run:
        raise UsageError(f"{run}: not a run. Give Flow/run id, or a recording's .json file.")
    return load_run(run, root=root)


def _table(found: RunComparison) -> Table:
    title = f"{found.flow}: {found.before} and {found.after}"
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in ("step", "code", "inputs", "environment", "could be reused", "Metaflow did", "new keys"):
        table.add_column(heading, justify="right" if heading == "new keys" else "left")
    for step in found.steps:
        aspects = [_aspect(aspect) for aspect in (step.code, step.inputs, step.environment)]
        table.add_row(step.name, *aspects, _verdict(step), _deeds(step), _written(step))
    return table


def _aspect(aspect: AspectComparison) -> Text:
    mark, style = _MARKS[aspect.verdict]
    more = len(aspect.changes) - _NAMES_SHOWN
    names = ", ".join(aspect.changes[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return Text(f"{mark} {names}".rstrip(), style=style)


def _verdict(step: StepComparison) -> Text:
    word, style = {True: ("yes", "green"), False: ("no", "yellow"), None: ("unknown", "dim")}[step.reusable]
    return Text(word if step.reusable else f"{word}: {step.reason}", style=style)


def _deeds(step: StepComparison) -> str:
    deeds = ((step.executed, "executed"), (step.cloned, "cloned"), (step.failed, "failed"))
    return ", ".join(f"{word} {count}" for count, word in deeds if count) or "nothing"


def _written(step: StepComparison) -> str:
    return "?" if step.written is None else f"{step.written} of {step.keys}"


def _sum(found: RunComparison) -> str:
    known = [step for step in found.steps if step.presence != "removed"]
    could = f"{len(found.reusable)} of {_count(known, 'step')} could have been reused."
    return f"{could} Metaflow executed {found.executed} and cloned {_count(range(found.cloned), 'task')}."


def _count(things: Iterable[object], word: str) -> str:
    count = len(list(things))
    return f"{count} {word}{'' if count == 1 else 's'}"
