"""The two motions of arrows in a graph that becomes another one: they follow their steps, or grow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim import VGroup, smooth
from manim.utils.bezier import split_bezier

from manim_metaflow.animations.motion.rest import Rest
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.shapes import Shape

__all__ = ["bend", "draw"]

Curves = npt.NDArray[np.float64]
"""Cubic Béziers, shape ``(n, 4, 2)``."""


def bend(start: float, end: float, edge: FlowEdge, goal: FlowEdge) -> Clip:
    """Let an arrow become another one of as many strands, so that it follows its steps."""
    paths = [
        (path, *_matching(_curves(path), _curves(other)))
        for mine, its in ((edge.lines, goal.lines), (edge.tips, goal.tips))
        for path, other in zip(mine, its, strict=True)
    ]

    def show(progress: float) -> None:
        bent = smooth(progress)
        for path, before, after in paths:
            path.set_curves(before + (after - before) * bent)

    return Clip(start, end, show, touches=[edge])


def draw(start: float, end: float, edge: FlowEdge, home: VGroup) -> Clip:
    """Let an arrow grow out of its source, and become part of a group; its tip comes last."""
    lines = [(line, line.copy()) for line in edge.lines]
    tips = Rest(edge.tips)

    def show(progress: float) -> None:
        if edge not in home.submobjects:
            home.add(edge)
        drawn = smooth(progress)
        for line, whole in lines:
            line.pointwise_become_partial(whole, 0, max(drawn, 1e-3))
        tips.show(opacity=min(1.0, max(0.0, 4 * drawn - 3)))

    return Clip(start, end, show, touches=[edge, home])


def _curves(path: Shape) -> Curves:
    return np.array(path.points.reshape(-1, 4, 3)[..., :2])


def _matching(one: Curves, other: Curves) -> tuple[Curves, Curves]:
    """Split the curves of two lines into equally many."""
    count = max(len(one), len(other))
    return _split(one, count), _split(other, count)


def _split(curves: Curves, count: int) -> Curves:
    """Halve the longest curve until there are enough."""
    while len(curves) < count:
        lengths = np.linalg.norm(curves[:, 3] - curves[:, 0], axis=1)
        # Rounded, so that of two equally long curves the same one is halved on every machine.
        longest = int(np.argmax(np.round(lengths, 6)))
        halves = np.asarray(split_bezier(curves[longest], 0.5)).reshape(2, 4, 2)
        curves = np.concatenate([curves[:longest], halves, curves[longest + 1 :]])
    return curves
