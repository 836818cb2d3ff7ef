"""A camera that follows a graph which is larger than the frame, while what is written on the frame stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from manim import DL, UR, Mobject, Rectangle, VMobject, config, linear

from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.animations.runs.replay import ReplayRun
from manim_metaflow.animations.runs.run_graph import Room
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["CameraTour", "Point", "band", "smallest_text", "stops_of", "tour_time"]

STEP_TIME, SHORTEST_TOUR, LONGEST_TOUR = 0.55, 8.0, 60.0
"""Seconds a step takes in a tour, and what the whole takes."""

SAMPLES, REACH = 4, 8
"""Points of a path between two stops, and with how many neighbours on each side a point is smoothed."""

DIGITS = 6
"""Decimals of the camera's places. A text that is written anew rounds its own place to as many: with finer
steps of the camera it would wander off over a thousand frames."""

Point = npt.NDArray[np.float64]
"""Shape ``(2,)``, units."""

Points = npt.NDArray[np.float64]


def tour_time(stops: int) -> float:
    """Return how many seconds the camera takes to visit so many steps."""
    return min(LONGEST_TOUR, max(SHORTEST_TOUR, STEP_TIME * stops))


def smallest_text(dag: FlowDAG) -> float:
    """Return the font size of a graph's smallest text, as it is drawn."""
    return min(part.font_size for part in dag.get_family() if isinstance(part, TextLabel) and part.text)


def stops_of(replay: ReplayRun) -> Points:
    """Return where the task stands that began last, at each second of a replay at speed 1."""
    graph, history = replay.drawn, replay.history
    assert graph is not None  # lanes need no tour
    begun = []
    for task in replay.record.tasks:
        changes = history.changes(task.path)
        if changes:
            # A task that never ran, because its run was killed, was queued at least.
            running = history.moment_of(task.path, "running")
            node = graph.task(task.place) or graph.nodes[task.step]
            second = replay.screen_time(changes[0][0] if running is None else running)
            begun.append((second, *node.get_center()[:2]))
    times, places = np.hsplit(np.array(sorted(begun)), [1])
    seconds = np.arange(int(replay.length) + 2)
    # Before the first task has begun, the camera looks at that one.
    return np.asarray(places[np.maximum(np.searchsorted(times[:, 0], seconds, side="right") - 1, 0)])


def band(bottom: float, top: float) -> Rectangle:
    """Build what hides a graph behind texts that stay on the frame, as wide as the frame."""
    ground = Rectangle(
        width=config.frame_width + 1,  # the camera stops between two pixels, too
        height=top - bottom,
        stroke_width=0,
        fill_color=current_theme().background,
        fill_opacity=1.0,
    )
    return ground.move_to((0.0, (bottom + top) / 2, 0.0))


class CameraTour:
    """Moves the camera of a scene, and what is fixed to its frame along with it.

    Parameters
    ----------
    frame
        The frame of a moving camera.
    window
        The part of the frame in which the graph is seen: left, bottom, right and top from its middle (units).
    fixed
        What stays where it is on the frame.
    """

    def __init__(self, frame: VMobject, window: Room, fixed: Sequence[Mobject] = ()) -> None:
        self.frame, self.fixed = frame, list(fixed)
        self._low, self._high = np.array(window[:2]), np.array(window[2:])
        self._outline = frame.points - frame.get_center()

    @property
    def at(self) -> Point:
        """Where the camera looks: the middle of its frame."""
        return np.asarray(self.frame.get_center()[:2])

    def go_to(self, point: Point) -> None:
        """Look elsewhere."""
        x, y = np.round(point, DIGITS)
        move = np.array([x, y, 0.0]) - np.array([*self.at, 0.0])
        # Not shifted, as what is fixed must be, which may change meanwhile: a thousand shifts add up to
        # another place than one, and a film whose frames are skipped must end where it does when drawn.
        self.frame.points = self._outline + np.array([x, y, 0.0])
        for each in self.fixed:
            each.shift(move)

    def path_over(self, dag: FlowDAG) -> Points:
        """Return a path along a graph's steps in reading order, shape ``(n, 2)``."""
        return self.path_along(dag, np.array([node.get_center()[:2] for node in dag.nodes.values()]))

    def path_along(self, dag: FlowDAG, stops: Points) -> Points:
        """Return a path along stops, as smooth as they let it; it shows no more background than it must."""
        fine = np.linspace(0, len(stops) - 1, SAMPLES * len(stops))
        path = np.stack([np.interp(fine, np.arange(len(stops)), stops[:, axis]) for axis in (0, 1)], axis=1)
        # A Hann window, whose outermost weights, zeros, are left out: near points count most, and the
        # camera never jerks.
        kernel = np.hanning(2 * REACH + 3)[1:-1]
        # The ends are repeated, so that the path still begins and ends at a stop.
        padded = np.concatenate([path[:1].repeat(REACH, 0), path, path[-1:].repeat(REACH, 0)])
        smoothed = [np.convolve(padded[:, axis], kernel / kernel.sum(), "valid") for axis in (0, 1)]
        middle = (self._low + self._high) / 2
        low, high = self._limits(dag)
        return np.asarray(np.clip(np.stack(smoothed, axis=1) - middle, low, high))

    def follow(self, path: Points, run_time: float, pace: Callable[[float], float] = linear) -> Timeline:
        """Let the camera go along a path at an equal pace."""

        def show(progress: float) -> None:
            at = pace(progress) * (len(path) - 1)
            x, y = (float(np.interp(at, np.arange(len(path)), path[:, axis])) for axis in (0, 1))
            self.go_to(np.array([x, y]))

        moved = [self.frame, *self.fixed]
        return Timeline(moved, [Clip(0.0, run_time, show, touches=moved)])

    def _limits(self, dag: FlowDAG) -> tuple[Points, Points]:
        """Return the lowest and the highest middle of a frame whose window shows only the graph."""
        low = np.array(dag.get_corner(DL)[:2]) - self._low
        high = np.array(dag.get_corner(UR)[:2]) - self._high
        # Along an axis on which the graph is smaller than the window, it stands in the middle.
        middle = (low + high) / 2
        return np.minimum(low, middle), np.maximum(high, middle)
