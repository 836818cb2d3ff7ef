"""One line that shows what a command is at, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import Progress, TaskID

from manim_metaflow.utils.progress import progress_bars
from manim_metaflow.utils.terminal import Terminal

__all__ = ["ProgressLine", "progress_line"]


class ProgressLine:
    """What is being done, and how far it is.

    Parameters
    ----------
    bars
        Where it is shown.
    task
        Its row there.
    """

    def __init__(self, bars: Progress, task: TaskID) -> None:
        self._bars, self._task = bars, task
        self._seconds = 0.0
        self._total: float | None = None

    def describe(self, description: str) -> None:
        """Change the description of what is being done."""
        self._bars.update(self._task, description=description)

    def expect(self, seconds: float | None) -> None:
        """Set how long the film will be, if that is known."""
        self._total = seconds
        self._bars.update(self._task, total=seconds)

    def advance(self, seconds: float) -> None:
        """Add what more of the film is done."""
        self._seconds += seconds
        state = (
            f"{self._seconds:.1f} s" if self._total is None else f"{self._seconds:.1f} of {self._total:.1f} s"
        )
        self._bars.update(self._task, completed=self._seconds, state=state)


@contextmanager
def progress_line(description: str) -> Iterator[ProgressLine]:
    """Show a line on standard error while the block works, if that is a terminal."""
    with progress_bars(Terminal(stderr=True)) as bars:
        yield ProgressLine(bars, bars.add_task(description, total=None, state=""))
