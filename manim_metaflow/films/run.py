"""A film in which a run happens again."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from manim import DL, DOWN, DR, LEFT, UL, UP, Create, FadeIn, Mobject, Scene, config

from manim_metaflow.animations.runs.replay import Detail, ReplayRun
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.records.states import FAILED
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.pipeline import make_film
from manim_metaflow.films.progress import ProgressLine
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.runs.clock import RunClock
from manim_metaflow.mobjects.runs.headings import ExceptionNote
from manim_metaflow.mobjects.runs.timeline import RunTimeline
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.text import ellipsis

__all__ = ["RunFilm", "View", "replay_run"]

View = Literal["graph", "timeline", "both"]

REST, LEAD = 2.0, 0.6
"""Seconds for which the last frame is shown, and the title alone."""

MARGIN = 0.45
HEAD, FOOT = 1.0, 1.35
"""Room for the title and for the clock (units)."""

NOTE_WIDTH = 8.6
LONGEST = 70
"""Letters of the film's title."""


def replay_run(
    record: RunRecord, output: Path, options: FilmOptions, progress: ProgressLine, **shown: Any
) -> None:
    """Film a run as it happened, or draw its end as a still; the suffix of the file says which.

    Parameters
    ----------
    record
        The run.
    output, options, progress
        As for :func:`.make_film`.
    **shown
        ``view``, ``detail`` and ``speed``, as for :class:`RunFilm`.
    """
    make_film(lambda: RunFilm(record, **shown), output, options, progress)


class RunFilm(Scene):
    """A run happens again, in the theme in force.

    Parameters
    ----------
    record
        The run.
    view
        On the flow's graph, in lanes over time, or both.
    detail, speed
        As for :class:`.ReplayRun`.
    """

    def __init__(
        self,
        record: RunRecord,
        *,
        view: View = "graph",
        detail: Detail = "artifacts",
        speed: float = 1.0,
    ) -> None:
        super().__init__()
        self.record = record
        self.title = self._make_title()
        self.run_clock = RunClock(record).to_corner(DR, buff=MARGIN)
        self.dag = self._make_graph(view) if view != "timeline" else None
        self.lanes = self._make_lanes(view) if view != "graph" else None
        self.error = self._make_error()
        shown: Any = self.dag or self.lanes
        beside = self.lanes if self.dag is not None else None
        self.replay = ReplayRun(
            shown, record, timeline=beside, clock=self.run_clock, detail=detail, speed=speed
        )
        build = float(Create(self.dag).run_time) if self.dag is not None else 0.5
        self.length = LEAD + build + self.replay.get_run_time() + REST

    def construct(self) -> None:
        """Show the title, build the graph or the lanes, and replay the run."""
        self.play(FadeIn(self.title), run_time=LEAD)
        beside: list[Mobject] = [self.run_clock, *([self.lanes] if self.lanes is not None else [])]
        if self.dag is not None:
            self.play(Create(self.dag), *[FadeIn(each) for each in beside])
        else:
            self.play(*[FadeIn(each) for each in beside], run_time=0.5)
        self.play(self.replay)
        if self.error is not None:
            self.play(FadeIn(self.error, shift=0.1 * UP), run_time=0.5)
        self.wait(REST)

    def _make_title(self) -> TextLabel:
        command = " ".join(self.record.command) or "run"
        title = ellipsis(f"{self.record.flow.name}  {command}", LONGEST)
        size = current_theme().heading_size
        return TextLabel(title, font="prose", weight=600, font_size=size).to_corner(UL, buff=MARGIN)

    def _make_graph(self, view: str) -> FlowDAG:
        flow = self.record.flow
        if view == "both":
            dag = FlowDAG(flow, run=self.record, most_tasks=4)
            room = config.frame_height / 2 - HEAD + 0.2
        else:
            dag = FlowDAG(flow, wrap="fit")
            room = config.frame_height - HEAD - FOOT
        width = config.frame_width - 2 * MARGIN
        dag.scale(min(1.0, width / dag.width, room / dag.height))
        top = config.frame_height / 2 - HEAD
        return dag.move_to((0.0, top - room / 2, 0.0))

    def _make_lanes(self, view: str) -> RunTimeline:
        width = config.frame_width - 2 * MARGIN
        lanes = RunTimeline(self.record, width=width, most_tasks=8 if view == "both" else 14)
        room = config.frame_height / (2 if view == "both" else 1) - FOOT - (HEAD if view != "both" else 0.3)
        lanes.scale(min(1.0, room / lanes.height))
        return lanes.to_edge(DOWN, buff=FOOT) if view == "both" else lanes.to_edge(UP, buff=HEAD)

    def _make_error(self) -> ExceptionNote | None:
        raised = [task for task in self.record.tasks if task.exception and task.state in FAILED]
        if self.record.status != "failed" or not raised:
            return None
        note = ExceptionNote(self.record)
        note.arrange(DOWN, buff=0.14, aligned_edge=LEFT)
        return note.scale(min(1.0, NOTE_WIDTH / note.width)).to_corner(DL, buff=MARGIN)
