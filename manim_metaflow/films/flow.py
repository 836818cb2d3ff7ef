"""Pictures and films of a flow: its graph as a still, or as it builds itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Create, FadeIn, MovingCameraScene, VGroup, config, linear, smooth

from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.films.flow_picture import MARGIN, draw_for_film, draw_for_still
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.pipeline import STILL_QUALITY, film_settings, make_film, write_picture
from manim_metaflow.films.progress import ProgressLine
from manim_metaflow.layout.collapse import check_collapsed
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.still import draw_still

__all__ = ["FlowFilm", "draw_flow"]

PAUSE = 1.6
"""Seconds for which the finished graph is shown."""

STEP_TIME, SHORTEST_TOUR, LONGEST_TOUR = 0.55, 8.0, 60.0
"""Seconds a step takes in a tour, and what the whole takes."""

READING, ARRIVAL = 1.2, 1.2
HEADING_TIME = 1.0 + READING + ARRIVAL
"""Seconds of a tour before the graph begins to grow: the heading appears, is read, and is left."""

Points = npt.NDArray[np.float64]


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
    return tour_time(dag) + PAUSE + (HEADING_TIME if dag.heading is not None else 0.0)


def needs_tour(dag: FlowDAG) -> bool:
    """Tell whether a graph is too large for Manim's frame."""
    width, height = config.frame_width - 2 * MARGIN, config.frame_height - 2 * MARGIN
    return bool(dag.width > width + 1e-6 or dag.height > height + 1e-6)


def tour_time(dag: FlowDAG) -> float:
    """Return how many seconds the camera takes to follow a graph."""
    return min(LONGEST_TOUR, max(SHORTEST_TOUR, STEP_TIME * len(dag.nodes)))


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
        time = tour_time(self.dag)
        frame = self.camera.frame  # type: ignore[union-attr]
        path = camera_path(self.dag, np.array([frame.width, frame.height]))
        frame.move_to([*path[0], 0.0])
        if self.dag.heading is not None:
            heading = self.dag.heading
            frame.move_to([*_camera_at(heading, frame), 0.0])
            self.play(FadeIn(heading))
            self.wait(READING)
            start = np.array(frame.get_center()[:2])
            arrive = Timeline([frame], [move_camera(0.0, ARRIVAL, frame, np.array([start, path[0]]), smooth)])
            self.play(arrive)
        self.play(Create(self.dag, run_time=time), Timeline([frame], [move_camera(0.0, time, frame, path)]))


def move_camera(
    start: float, end: float, frame: Any, path: Points, pace: Callable[[float], float] = linear
) -> Clip:
    """Let the middle of a camera's frame go along a path, points of shape ``(n, 2)`` at an equal pace."""
    rest = frame.points.copy()
    center = np.array(frame.get_center())

    def show(progress: float) -> None:
        at = pace(progress) * (len(path) - 1)
        index = np.arange(len(path))
        x, y = (float(np.interp(at, index, path[:, axis])) for axis in (0, 1))
        frame.points = rest + np.array([x, y, 0.0]) - center

    return Clip(start, end, show, touches=[frame])


def camera_path(dag: FlowDAG, frame: Points) -> Points:
    """Return where the camera looks while the graph grows, shape ``(n, 2)``.

    It follows the steps in reading order, as smoothly as they let it, and shows no more of the empty
    background than the frame's margin.
    """
    centers = np.array([node.get_center()[:2] for node in dag.nodes.values()])
    fine = np.linspace(0, len(centers) - 1, 4 * len(centers))
    index = np.arange(len(centers))
    path = np.stack([np.interp(fine, index, centers[:, axis]) for axis in (0, 1)], axis=1)
    reach = 8
    kernel = np.hanning(2 * reach + 3)[1:-1]
    padded = np.concatenate([path[:1].repeat(reach, 0), path, path[-1:].repeat(reach, 0)])
    smoothed = [np.convolve(padded[:, axis], kernel / kernel.sum(), "valid") for axis in (0, 1)]
    low, high = _camera_limits(dag, frame)
    return np.asarray(np.clip(np.stack(smoothed, axis=1), low, high))


def _camera_limits(dag: VGroup, frame: Points) -> tuple[Points, Points]:
    """Return the lowest and the highest centre of a camera that shows little around the graph."""
    middle = np.array(dag.get_center()[:2])
    size = np.array([dag.width, dag.height]) + 2 * MARGIN
    slack = np.maximum(0.0, (size - frame) / 2)
    return middle - slack, middle + slack


def _camera_at(heading: VGroup, frame: Any) -> tuple[float, float]:
    """Return the centre of a camera that has the heading in its upper left corner."""
    left, top = float(heading.get_left()[0]), float(heading.get_top()[1])
    return left - MARGIN + frame.width / 2, top + MARGIN - frame.height / 2
