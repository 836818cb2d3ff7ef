"""Print what two runs have in common: a row for every step, and what could have been reused."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from manim_metaflow.facts.run.compare import RunComparison
from manim_metaflow.facts.run.comparison_words import (
    COLUMNS,
    comparison_rows,
    comparison_summary,
    comparison_title,
)
from manim_metaflow.utils.terminal import Terminal
from manim_metaflow.utils.text import visible

__all__ = ["print_comparison"]

_STYLES = {"same": "green", "changed": "yellow", "unknown": "dim", "": ""}


def print_comparison(found: RunComparison, console: Terminal) -> None:
    """Print the comparison of two runs."""
    title = Text(visible(comparison_title(found)), style="bold")
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for heading in COLUMNS:
        table.add_column(heading, justify="right" if heading == COLUMNS[-1] else "left")
    for row in comparison_rows(found):
        table.add_row(*[Text(visible(cell.text), style=_STYLES[cell.verdict]) for cell in row])
    console.print(table)
    console.print(comparison_summary(found))
