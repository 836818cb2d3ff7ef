"""One display for all renders: a bar for each that runs, a line for each that has ended."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.progress import TaskID
from rich.text import Text

from manim_metaflow.render.jobs.job import Event, Job
from manim_metaflow.render.jobs.outcome import Outcome
from manim_metaflow.utils.progress import progress_bars

__all__ = ["Display"]

_SIGNS = {"done": ("✓", "green"), "unchanged": ("=", "dim"), "failed": ("✗", "red")}


class Display:
    """A listener with a row for every scene that is rendered, and a line for every scene that has ended.

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
        self._said: set[str] = set()
        self._progress = progress_bars(console, shown=bars)

    def __enter__(self) -> Display:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def queued(self, job: Job, plays: int) -> None:
        """Remember how many plays it had last time."""
        self._counts["queued"] += 1
        self._plays[job.title] = plays

    def started(self, job: Job) -> None:
        """Give it a row."""
        plays = self._plays.get(job.title) or None
        self._rows[job] = self._progress.add_task(job.title, total=plays, state="starting")

    def received(self, job: Job, event: Event) -> None:
        """Move the bar of the scene, or print the message."""
        row = self._row(job)
        if event.kind == "scenes" and row is not None:
            self._progress.update(row, description=event.names[0])
        elif event.kind == "play" and row is not None:
            total = self._plays.get(event.scene)
            state = f"play {event.number}" + (f" of {total}" if total else "")
            self._progress.update(row, completed=event.number, state=state)
        elif event.kind == "waiting":
            self._line(f"{event.scene}: another process is rendering it; waiting for that one", "yellow")
        elif event.kind == "message":
            self._line(f"{event.scene}: {event.text}", "yellow")

    def printed(self, job: Job, line: str) -> None:
        """Print a line that the scene has printed."""
        self._line(f"{job.title} | {line}", "dim")

    def withdrawn(self, job: Job) -> None:
        """Remove the row of the job."""
        # By the folder: a job's scene becomes known while it runs, and the job is another value then.
        shown = next((shown for shown in self._rows if shown.stage == job.stage), None)
        if shown is not None:
            self._progress.remove_task(self._rows.pop(shown))

    def ended(self, outcome: Outcome) -> None:
        """Print how the render ended."""
        self._counts[outcome.status] += 1
        self.withdrawn(outcome.job)
        if outcome.status == "empty":
            return
        if outcome.status == "usage":
            # What is wrong with an option is wrong for every scene, and said once.
            if outcome.text not in self._said:
                self._line(f"manim-metaflow: {outcome.text}")
            self._said.add(outcome.text)
            return
        sign, style = _SIGNS[outcome.status]
        nothing = "" if outcome.files or outcome.status == "failed" else ", and wrote no file"
        self._line(f"{sign} {outcome.job.title}: {outcome.status}{nothing}", style)
        if outcome.text:
            self._line(outcome.text)
        if outcome.status == "failed" and outcome.files:
            self._line(f"The part of the film before the error is in {outcome.files[-1]}")

    def tick(self) -> None:
        """Refresh the elapsed times."""
        self._progress.refresh()

    def _row(self, job: Job) -> TaskID | None:
        return next((row for shown, row in self._rows.items() if shown.stage == job.stage), None)

    def _line(self, text: str, style: str = "") -> None:
        # As text, not markup: what a scene prints may have brackets. Unwrapped: paths are to be copied.
        self.console.print(Text(text, style=style), soft_wrap=True, highlight=False)
