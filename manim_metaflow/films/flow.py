"""Pictures and films of a flow: its graph as a still, or as it builds itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from manim import Create, FadeIn, MovingCameraScene, VGroup, config, smooth

from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.films.flow_picture import MARGIN, draw_for_film, draw_for_still
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.pipeline import STILL_QUALITY, film_settings, make_film, write_picture
from manim_metaflow.films.progress import ProgressLine
from manim_metaflow.films.tour import CameraTour, Point, tour_time
from manim_metaflow.layout.collapse import check_collapsed
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.still import draw_still

__all__ = ["FlowFilm", "draw_flow"]

PAUSE = 1.6
"""Seconds for which the finished graph is shown."""

READING, ARRIVAL = 1.2, 1.2
HEADING_TIME = 1.0 + READING + ARRIVAL
"""Seconds of a tour before the graph begins to grow: the heading appears, is read, and is left."""


def draw_flow(
    flow: FlowInfo, output: Path, options: FilmOptions, progress: ProgressLine, **drawing: Any
) -> None:
    """Draw the graph of a flow as a still, or film how it builds itself; the suffix of the file says which.

    Parameters
    ----------
    flow
        The flow.
    output, options, progress
        As for :func:`.make_film`. A still is as large as the graph needs.
    **drawing
        ``direction``, ``detail`` and ``collapsed``, as for :class:`.FlowDAG`.

    Raises
    ------
    UsageError
        A region that is to be collapsed would look the same.
    """
    check_collapsed(flow, drawing.get("collapsed", ()))
    if output.suffix.lower() != ".png":
        make_film(lambda: FlowFilm(draw_for_film(flow, **drawing)), output, options, progress)
        return
    with film_settings(options, ".png"):
        density = options.size(STILL_QUALITY)[1] / config.frame_height
        picture = draw_still(
            draw_for_still(flow, **drawing), density=density, transparent=options.transparent
        )
    write_picture(picture, output, options)


def film_length(dag: FlowDAG) -> float:
    """Return how many seconds the film of a graph lasts."""
    if not needs_tour(dag):
        return float(Create(dag).run_time) + PAUSE
    return tour_time(len(dag.nodes)) + PAUSE + (HEADING_TIME if dag.heading is not None else 0.0)


def needs_tour(dag: FlowDAG) -> bool:
    """Tell whether a graph is too large for Manim's frame."""
    width, height = config.frame_width - 2 * MARGIN, config.frame_height - 2 * MARGIN
    # A graph that was scaled to fit may be larger than its room by the rounding of its points.
    return bool(dag.width > width + 1e-6 or dag.height > height + 1e-6)


class FlowFilm(MovingCameraScene):
    """The graph builds itself in reading order.

    Parameters
    ----------
    dag
        The graph. If it does not fit the frame, the camera follows as it grows.
    """

    def __init__(self, dag: FlowDAG) -> None:
        super().__init__()
        self.dag = dag
        self.length = film_length(dag)

    def construct(self) -> None:
        """Build the graph, in the frame or along the path of the camera."""
        if needs_tour(self.dag):
            self._tour()
        else:
            self.play(Create(self.dag))
        self.wait(PAUSE)

    def _tour(self) -> None:
        time = tour_time(len(self.dag.nodes))
        frame = self.camera.frame  # type: ignore[union-attr]
        x, y = frame.width / 2 - MARGIN, frame.height / 2 - MARGIN
        tour = CameraTour(frame, (-x, -y, x, y))
        path = tour.path_over(self.dag)
        tour.go_to(path[0])
        if self.dag.heading is not None:
            tour.go_to(_camera_at(self.dag.heading, frame))
            self.play(FadeIn(self.dag.heading))
            self.wait(READING)
            self.play(tour.follow(np.array([tour.at, path[0]]), ARRIVAL, smooth))
        self.play(Create(self.dag, run_time=time), tour.follow(path, time))


def _camera_at(heading: VGroup, frame: Any) -> Point:
    """Return the centre of a camera that has the heading in its upper left corner."""
    left, top = float(heading.get_left()[0]), float(heading.get_top()[1])
    return np.array([left - MARGIN + frame.width / 2, top + MARGIN - frame.height / 2])
