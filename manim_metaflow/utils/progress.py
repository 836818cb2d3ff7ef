"""Bars for work that takes a while: the same for every command, and none where nobody looks."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

__all__ = ["progress_bars"]


def progress_bars(console: Console, *, shown: bool = True) -> Progress:
    """Return bars that vanish at the end. A task has a description, and a ``state`` in words.

    Parameters
    ----------
    console
        Where to show them: only a terminal gets bars.
    shown
        Whether to show them at all.
    """
    bars = shown and console.is_terminal
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[state]}", markup=False),
        TimeElapsedColumn(),
        # Older releases of Rich print an empty line when bars end, also if they were disabled.
        console=console if bars else Console(quiet=True),
        transient=True,
        disable=not bars,
    )
