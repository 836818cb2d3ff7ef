"""Show how the renders are going: one display for all of them."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.progress import TaskID
from rich.text import Text

from manim_metaflow.render.jobs.job import Job, Said
from manim_metaflow.render.jobs.pool import Outcome
from manim_metaflow.utils.progress import progress_bars

__all__ = ["Display"]

_SIGNS = {"done": ("✓", "green"), "unchanged": ("=", "dim"), "failed": ("✗", "red")}


class Display:
    """A watcher with a line for every scene at work, and one for every scene that has ended.

    Parameters
    ----------
    console
        Where to show it. Only a terminal gets bars.
    bars
        Whether to show bars at all.
    """

    def __init__(self, console: Console, *, bars: bool = True) -> None:
        self.console = console
        self._rows: dict[Job, TaskID] = {}
        self._plays: dict[str, int] = {}
        self._counts: Counter[str] = Counter()
        self._progress = progress_bars(console, shown=bars)

    def __enter__(self) -> Display:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def queued(self, job: Job, plays: int) -> None:
        """Remember how many plays it had."""
        self._counts["queued"] += 1
        self._plays[job.title] = plays

    def began(self, job: Job) -> None:
        """Give it a row."""
        plays = self._plays.get(job.title) or None
        self._rows[job] = self._progress.add_task(job.title, total=plays, state="starting")

    def heard(self, job: Job, said: Said) -> None:
        """Move its bar, or pass on what it has to say."""
        row = self._row(job)
        if said.what == "scenes" and row is not None:
            self._progress.update(row, description=said.names[0])
        elif said.what == "play" and row is not None:
            total = self._plays.get(said.scene)
            state = f"play {said.number}" + (f" of {total}" if total else "")
            self._progress.update(row, completed=said.number, state=state)
        elif said.what == "waits":
            self._line(f"{said.scene}: another render of it is at work; waiting for that one", "yellow")
        elif said.what == "note":
            self._line(f"{said.scene}: {said.text}", "yellow")

    def printed(self, job: Job, line: str) -> None:
        """Pass on what a scene prints."""
        self._line(f"{job.title} | {line}", "dim")

    def left(self, job: Job) -> None:
        """Take its row away."""
        known = next((known for known in self._rows if known.stage == job.stage), None)
        if known is not None:
            self._progress.remove_task(self._rows.pop(known))

    def ended(self, outcome: Outcome) -> None:
        """Say how it ended."""
        self._counts[outcome.how] += 1
        self.left(outcome.job)
        if outcome.how == "empty":
            return
        if outcome.how == "usage":
            self._line(f"manim-metaflow: {outcome.text}")
            return
        sign, style = _SIGNS[outcome.how]
        self._line(f"{sign} {outcome.job.title}: {outcome.how}", style)
        if outcome.text:
            self._line(outcome.text)
        if outcome.how == "failed" and outcome.files:
            self._line(f"What there was of the film is in {outcome.files[-1]}")

    def tick(self) -> None:
        """Let the clock go on."""
        self._progress.refresh()

    def _row(self, job: Job) -> TaskID | None:
        return next((row for known, row in self._rows.items() if known.stage == job.stage), None)

    def _line(self, text: str, style: str = "") -> None:
        self.console.print(Text(text, style=style), soft_wrap=True, highlight=False)
