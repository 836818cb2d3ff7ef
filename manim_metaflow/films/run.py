"""A film in which a run happens again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from manim import DL, DOWN, DR, LEFT, UL, UP, Create, FadeIn, Mobject, Scene, config

from manim_metaflow.animations.runs.replay import Detail, ReplayRun
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.records.states import FAILED
from manim_metaflow.films.flow import render_film
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.runs.clock import RunClock
from manim_metaflow.mobjects.runs.headings import ExceptionNote
from manim_metaflow.mobjects.runs.timeline import RunTimeline
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import theme_named, use_theme
from manim_metaflow.utils.text import ellipsis

__all__ = ["RunFilm", "film_run"]

REST, LEAD = 2.0, 0.6
"""Seconds the last frame stands, and the title alone."""

MARGIN = 0.45
HEAD, FOOT = 1.0, 1.35
"""Room for the title and for the clock (units)."""

NOTE_WIDTH = 8.6
LONGEST = 70
"""Letters of the film's title."""


class RunFilm:
    """What a film of a run shows, and how long it lasts.

    Parameters
    ----------
    record
        The run.
    view
        ``"graph"``, ``"timeline"`` or ``"both"``.
    detail, speed
        As for :class:`.ReplayRun`.
    theme
        ``"dark"`` or ``"light"``.
    """

    def __init__(
        self,
        record: RunRecord,
        *,
        view: Literal["graph", "timeline", "both"] = "graph",
        detail: Detail = "artifacts",
        speed: float = 1.0,
        theme: str = "dark",
    ) -> None:
        self.record, self.theme = record, theme_named(theme)
        with use_theme(self.theme):
            self.title = self._make_title()
            self.clock = RunClock(record).to_corner(DR, buff=MARGIN)
            self.dag = self._make_graph(view) if view != "timeline" else None
            self.lanes = self._make_lanes(view) if view != "graph" else None
            self.error = self._make_error()
            shown: Any = self.dag or self.lanes
            beside = self.lanes if self.dag is not None else None
            self.replay = ReplayRun(
                shown, record, timeline=beside, clock=self.clock, detail=detail, speed=speed
            )
        build = float(Create(self.dag).run_time) if self.dag is not None else 0.5
        self.length = LEAD + build + self.replay.get_run_time() + REST

    def play(self, scene: Scene) -> None:
        """Play it on a scene."""
        scene.play(FadeIn(self.title), run_time=LEAD)
        beside: list[Mobject] = [self.clock, *([self.lanes] if self.lanes is not None else [])]
        if self.dag is not None:
            scene.play(Create(self.dag), *[FadeIn(each) for each in beside])
        else:
            scene.play(*[FadeIn(each) for each in beside], run_time=0.5)
        scene.play(self.replay)
        if self.error is not None:
            scene.play(FadeIn(self.error, shift=0.1 * UP), run_time=0.5)
        scene.wait(REST)

    def _make_title(self) -> TextLabel:
        said = " ".join(self.record.command) or "run"
        theme = self.theme
        words = f"{self.record.flow.name}  {said}"
        return TextLabel(
            ellipsis(words, LONGEST), font="prose", weight=600, font_size=theme.heading_size
        ).to_corner(UL, buff=MARGIN)

    def _make_graph(self, view: str) -> FlowDAG:
        flow = self.record.flow
        if view == "both":
            dag = FlowDAG(flow, run=self.record, theme=self.theme, most_tasks=4)
            room = config.frame_height / 2 - HEAD + 0.2
        else:
            dag = FlowDAG(flow, theme=self.theme, wrap="fit")
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


class _Replay(Scene):
    def __init__(self, film: RunFilm, tell: Callable[[float], None]) -> None:
        super().__init__()
        self.film, self.tell = film, tell
        self._before = 0.0

    def construct(self) -> None:
        self.film.play(self)

    def update_to_time(self, t: float) -> None:
        super().update_to_time(t)
        self.tell(self._before + t)

    def play(self, *args: Any, **kwargs: Any) -> None:
        super().play(*args, **kwargs)
        self._before += float(self.duration or 0.0)


def film_run(film: RunFilm, draft: Path, media: Path, quality: str, tell: Callable[[float], None]) -> None:
    """Render a film to a file whose suffix says the format; ``tell`` hears the seconds done so far."""
    render_film(lambda: _Replay(film, tell), draft, media, quality, film.theme.background)
