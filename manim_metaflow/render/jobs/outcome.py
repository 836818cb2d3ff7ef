"""How the render of a scene ended, and who is told of it and of all that came before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from manim_metaflow.render.jobs.job import Event, Job

__all__ = ["Listener", "Outcome"]


@dataclass(frozen=True)
class Outcome:
    """How the render of a scene ended.

    Parameters
    ----------
    job
        The job.
    status
        ``done``, ``unchanged``, ``failed``, ``usage`` (no such scene), or ``empty`` (no scene at all).
    text
        The error message.
    files
        The files that were written or are up to date; the film is the last.
    """

    job: Job
    status: str
    text: str = ""
    files: tuple[str, ...] = ()


class Listener(Protocol):
    """Receives what happens to the jobs."""

    def queued(self, job: Job, plays: int) -> None:
        """Receive a scene that will be rendered, and the number of plays it had last time."""

    def started(self, job: Job) -> None:
        """Receive that a worker has started."""

    def received(self, job: Job, event: Event) -> None:
        """Receive an event of the worker."""

    def printed(self, job: Job, line: str) -> None:
        """Receive a line that the scene has printed."""

    def withdrawn(self, job: Job) -> None:
        """Receive that a worker has ended before its job: the job will be queued again."""

    def ended(self, outcome: Outcome) -> None:
        """Receive how the job has ended."""

    def tick(self) -> None:
        """Receive that time has passed."""
