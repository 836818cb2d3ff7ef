"""A film in which a run happens again."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from manim import DL, DR, LEFT, UL, UP, Create, FadeIn, Mobject, MovingCameraScene, config, smooth

from manim_metaflow.animations.runs.replay import Detail, ReplayRun
from manim_metaflow.animations.runs.run_graph import Room
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.run.outcome import UNSUCCESSFUL, command_of
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.pipeline import make_film
from manim_metaflow.films.progress import ProgressLine
from manim_metaflow.films.tour import CameraTour, band, smallest_text, stops_of, tour_time
from manim_metaflow.layout.geometry import Direction
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.runs.clock import EDGE, RunClock
from manim_metaflow.mobjects.runs.failure import FailureNote
from manim_metaflow.mobjects.runs.timeline import RunTimeline
from manim_metaflow.mobjects.text.label import TextBlock
from manim_metaflow.theme import current_theme

__all__ = ["RunFilm", "View", "replay_run"]

View = Literal["graph", "timeline", "both"]

REST, LEAD, BESIDE = 2.0, 0.6, 0.5
"""Seconds for which the last frame is shown, and the title alone, and in which clock and lanes appear."""

GAP = 0.3
"""Distance of the title, the graph, the lanes, the note and the clock from each other (units)."""

NARROWEST_NOTE = 4.5
"""Width from which a note stands beside the clock; it is above it where there is less room (units)."""

LEGIBLE = 14.0
"""Smallest font size that can be read on a film of 854 by 480 pixels."""

ATTEMPTS, SLACK = 5, 1.02

ARRIVAL = 1.2
"""Seconds in which the camera goes from the end of the graph to where the run begins."""

LANES_SHARE = 0.45
"""Share of the room that lanes take where they are shown below a graph."""

LANES, LANES_BELOW = 14, 8
"""Most lanes alone and below a graph: more cannot be followed."""


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
        ``view``, ``detail``, ``speed`` and ``at``, as for :class:`RunFilm`.

    Raises
    ------
    UsageError
        A moment is given of a film, not of a still, or one that the run did not come to.
    """
    if shown.get("at") is not None and output.suffix.lower() != ".png":
        raise UsageError(f"A moment is drawn as a still, and {output} is a film. Write a .png.")
    make_film(lambda: RunFilm(record, **shown), output, options, progress)


class RunFilm(MovingCameraScene):
    """A run happens again, in the theme in force.

    If the whole graph could only be read when it is drawn larger than the frame, the camera follows what
    runs; title, clock, lanes and the note of a failure stay on the frame. A still shows the whole.

    Parameters
    ----------
    record
        The run.
    view
        On the flow's graph, in lanes over time, or both.
    detail, speed
        As for :class:`.ReplayRun`.
    at
        Show only how the run stood so many seconds after it began.
    direction
        Where the flow runs; by default right, or down in a frame that has more room for it then.

    Raises
    ------
    UsageError
        The run was over by then, or its times are not known.
    """

    def __init__(
        self,
        record: RunRecord,
        *,
        view: View = "graph",
        detail: Detail = "artifacts",
        speed: float = 1.0,
        at: float | None = None,
        direction: Direction | None = None,
    ) -> None:
        super().__init__()
        self.at = at
        self.view, self.detail, self.speed = view, detail, speed
        self.record = record
        self.direction = direction
        # From the edges inwards: what is written above and below the graph has the width of the frame and is
        # as high as its text needs, and the graph gets the rest.
        self.title = self._make_title()
        self.run_clock = RunClock(record).to_corner(DR, buff=EDGE)
        self.failure = self._make_failure()
        left, bottom, right, top = self._free_room()
        self.lanes: RunTimeline | None = None
        if view != "graph":
            self.lanes = self._make_lanes(top - bottom, below=view == "both")
            foot = bottom if view == "both" else top - float(self.lanes.height)
            self.lanes.shift(np.array([0.0, foot - float(self.lanes.get_bottom()[1]), 0.0]))
            bottom = float(self.lanes.get_top()[1]) + GAP
        self.room = (left, bottom, right, top)
        self.dag: FlowDAG | None = None
        self._make_replay()
        self.tour = self._make_tour() if self.needs_tour() else None
        if at is not None:
            self._check_moment(at)
        self.length = LEAD + self._build_time() + self.replay.get_run_time() + REST

    def construct(self) -> None:
        """Show the title, build the graph or the lanes, and replay the run."""
        if self.at is not None:
            self._show_moment(self.at)
            return
        self.play(FadeIn(self.title), run_time=LEAD)
        beside: list[Mobject] = [self.run_clock, *([self.lanes] if self.lanes is not None else [])]
        if self.tour is not None:
            self._go_on_tour(self.tour, beside)
        elif self.dag is not None:
            self.play(Create(self.dag), *[FadeIn(each) for each in beside])
            self.play(self.replay)
        else:
            self.play(*[FadeIn(each) for each in beside], run_time=BESIDE)
            self.play(self.replay)
        if self.failure is not None:
            self.play(FadeIn(self.failure, shift=0.1 * UP), run_time=0.5)
        self.wait(REST)

    def needs_tour(self) -> bool:
        """Tell whether a text of the graph is too small to be read while the whole graph is in the frame."""
        return self.at is None and self._too_small() > 1.0

    def _too_small(self) -> float:
        """Return how many times larger the graph must be for all its texts to be legible."""
        graphs = [each for each in (self.dag, self.replay.drawn) if each is not None]
        smallest = min(map(smallest_text, graphs), default=LEGIBLE)
        return LEGIBLE / smallest

    def _make_replay(self, *, larger: float = 1.0) -> None:
        """Build the graph and its replay for a room that may be larger than the one on the frame."""
        left, bottom, right, top = self.room
        x, y = (left + right) / 2, (bottom + top) / 2
        half_width, half_height = larger * (right - left) / 2, larger * (top - bottom) / 2
        room = (x - half_width, y - half_height, x + half_width, y + half_height)
        if self.view != "timeline":
            self.dag = self._make_graph(room, whole=self.view == "both")
        shown: Any = self.dag or self.lanes
        beside = self.lanes if self.dag is not None else None
        self.replay = ReplayRun(
            shown,
            self.record,
            timeline=beside,
            clock=self.run_clock,
            detail=self.detail,
            speed=self.speed,
            room=room,
        )

    def _make_tour(self) -> CameraTour:
        """Build graph and replay anew at a legible size, and what hides the graph where texts are fixed."""
        larger = 1.0
        # In a larger room a graph may be broken into other rows, or show more tasks, and be drawn at another
        # size than expected: a few attempts come near enough.
        for _ in range(ATTEMPTS):
            larger *= max(self._too_small(), SLACK)
            self._make_replay(larger=larger)
            if self._too_small() <= 1.0:
                break
        fixed = [each for each in (self.title, self.run_clock, self.lanes, self.failure) if each is not None]
        for each in fixed:
            each.set_z_index(2)
        # The graph is as large as it must be: it would show between the letters of what stays on the frame.
        self.grounds = [band(self.room[3] + GAP / 2, config.frame_height / 2)]
        self.grounds += [band(-config.frame_height / 2, self.room[1] - GAP / 2)]
        for ground in self.grounds:
            ground.set_z_index(1)
        return CameraTour(self.camera.frame, self.room, [*fixed, *self.grounds])  # type: ignore[union-attr]

    def _build_time(self) -> float:
        if self.dag is None:
            return BESIDE
        if self.tour is None:
            return float(Create(self.dag).run_time)
        return BESIDE + tour_time(len(self.dag.nodes)) + ARRIVAL

    def _go_on_tour(self, tour: CameraTour, beside: list[Mobject]) -> None:
        assert self.dag is not None  # lanes alone need no tour
        assert self.replay.drawn is not None
        time = tour_time(len(self.dag.nodes))
        way = tour.path_over(self.dag)
        self.add(*self.grounds)
        tour.go_to(way[0])
        # By itself: what fades in while the camera moves would be drawn back to where it began to.
        self.play(*[FadeIn(each) for each in beside], run_time=BESIDE)
        self.play(Create(self.dag, run_time=time), tour.follow(way, time))
        path = tour.path_along(self.replay.drawn, stops_of(self.replay))
        self.play(tour.follow(np.array([tour.at, path[0]]), ARRIVAL, smooth))
        self.play(self.replay, tour.follow(path, self.replay.get_run_time()))

    def _check_moment(self, at: float) -> None:
        history = self.replay.history
        if history.timeless:
            raise UsageError(f"The times of run {self.record.run_id} were not recorded: it has no moments.")
        whole = history.end - history.begin
        if at > whole:
            raise UsageError(f"Run {self.record.run_id} took {whole:.2f} s. It has no moment at {at:g} s.")

    def _show_moment(self, at: float) -> None:
        replay = self.replay
        self.add(self.title, *[each for each in (self.dag, self.lanes, self.run_clock) if each is not None])
        replay.set_up_scene(self)
        replay.begin()
        moment = replay.history.begin + at
        # The last change begins with the run's last moment, and is seen only when it is over.
        over = moment >= replay.history.end
        replay.interpolate(1.0 if over else replay.screen_time(moment) / replay.length)
        if over and self.failure is not None:
            self.add(self.failure)
        # Without anything played, Manim writes no last frame.
        self.wait(1 / config.frame_rate)

    def _make_title(self) -> TextBlock:
        return TextBlock(
            f"{self.record.flow.name} · {command_of(self.record)}",
            width=config.frame_width - 2 * EDGE,
            weight=600,
            font_size=current_theme().heading_size,
            max_lines=2,
        ).to_corner(UL, buff=EDGE)

    def _make_failure(self) -> FailureNote | None:
        if self.record.status not in UNSUCCESSFUL:
            return None
        whole = config.frame_width - 2 * EDGE
        beside = whole - GAP - float(self.run_clock.width)
        note = FailureNote(self.record, width=beside if beside >= NARROWEST_NOTE else whole)
        note.to_corner(DL, buff=EDGE)
        if beside < NARROWEST_NOTE:
            note.next_to(self.run_clock, UP, buff=GAP).align_to(self.title, LEFT)
        return note

    def _free_room(self) -> Room:
        x = config.frame_width / 2 - EDGE
        # The note comes at the end, but the graph must not have grown into its place by then.
        foot = [self.run_clock, *([self.failure] if self.failure is not None else [])]
        bottom = max(float(each.get_top()[1]) for each in foot)
        return -x, bottom + GAP, x, float(self.title.get_bottom()[1]) - GAP

    def _make_lanes(self, room: float, *, below: bool) -> RunTimeline:
        return RunTimeline(
            self.record,
            width=config.frame_width - 2 * EDGE,
            most_tasks=LANES_BELOW if below else LANES,
            height=room * LANES_SHARE if below else room,
        )

    def _make_graph(self, room: Room, *, whole: bool) -> FlowDAG:
        left, bottom, right, top = room
        dag = self._largest_graph(right - left, top - bottom, whole=whole)
        return dag.move_to(((left + right) / 2, (bottom + top) / 2, 0.0))

    def _largest_graph(self, width: float, height: float, *, whole: bool) -> FlowDAG:
        """Let the flow run where the frame has more room for it: down in one that is higher than wide."""
        best, share = None, 0.0
        directions: tuple[Direction, ...] = ("right",) if width > height else ("right", "down")
        directions = (self.direction,) if self.direction else directions
        for direction in directions:
            dag = (
                FlowDAG(self.record.flow, run=self.record, most_tasks=4, direction=direction)
                if whole
                else FlowDAG(self.record.flow, wrap="fit", direction=direction)
            )
            # A small graph is not enlarged: letters as high as the frame say nothing more.
            fits = min(1.0, width / float(dag.width), height / float(dag.height))
            if best is None or fits > share:
                best, share = dag, fits
        assert best is not None  # at least one direction is tried
        return best.scale(share)
