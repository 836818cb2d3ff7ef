"""A still of a run as it ended: every task on the flow's graph, in its last state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from manim import DOWN, LEFT, VGroup, config

from manim_metaflow.animations.runs.replay import ReplayRun
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.run.outcome import UNSUCCESSFUL, command_of
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.pipeline import STILL_QUALITY, film_settings, write_picture
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.runs.failure import FailureNote
from manim_metaflow.mobjects.runs.headings import RunHeading
from manim_metaflow.mobjects.still import draw_still

__all__ = ["RunPicture", "draw_run"]

NARROWEST = 6.0
"""Width that a note has at least, below a graph that is narrower (units)."""

GAP = 0.5
"""Distance of the heading, the graph and the note below it (units)."""


def draw_run(record: RunRecord, output: Path, options: FilmOptions, **drawing: Any) -> None:
    """Draw how a run ended. The picture is as large as the graph needs.

    Parameters
    ----------
    record
        The run.
    output, options
        As for :func:`.make_film`.
    **drawing
        ``direction``, ``detail`` and ``collapsed``, as for :class:`.FlowDAG`.
    """
    with film_settings(options, ".png"):
        density = options.size(STILL_QUALITY)[1] / config.frame_height
        picture = draw_still(RunPicture(record, **drawing), density=density, transparent=options.transparent)
    write_picture(picture, output, options)


class RunPicture(VGroup):
    """What was typed, the graph with the run's tasks, and why it was not successful, if so.

    Parameters
    ----------
    record
        The run.
    **drawing
        As for :class:`.FlowDAG`.

    Attributes
    ----------
    heading, dag, note
        Its parts; no note of a run that was successful.
    """

    def __init__(self, record: RunRecord, **drawing: Any) -> None:
        self.heading = RunHeading(f"{record.flow.name} · {command_of(record)} · {record.status}", record)
        self.dag = FlowDAG(record.flow, run=record, wrap="fit", **drawing)
        # The end of a replay is the run as it ended: no second way to say which state looks how.
        end = ReplayRun(self.dag, record, clock=False)
        end.begin()
        end.finish()
        room = max(NARROWEST, float(self.dag.width))
        self.note = FailureNote(record, width=room) if record.status in UNSUCCESSFUL else None
        parts = [self.heading, self.dag, *([self.note] if self.note is not None else [])]
        super().__init__(*parts)
        self.arrange(DOWN, buff=GAP, aligned_edge=LEFT)
