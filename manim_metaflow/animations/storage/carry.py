"""Values go from the tasks that made them to where they are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import VMobject

from manim_metaflow.animations.motion.clips import enter
from manim_metaflow.animations.motion.timeline import Timeline

__all__ = ["CarryValues"]

FLIGHT, PITCH, GAP = 1.2, 0.3, 0.12
"""Seconds of one flight, seconds from one value to the next, and units between a box and what leaves it."""

HASTE = 4.0
"""A value is wholly seen after a quarter of its way: it is read as it travels."""


class CarryValues(Timeline):
    """Let values come out of boxes, one after the other, and travel to their places.

    A value leaves the side of its box that faces its place, so it never crosses the box's own name.

    Parameters
    ----------
    carried
        Pairs of a value, such as an :class:`.ArtifactChip` where it shall be at the end, and of the box that
        it comes from.
    lag
        Seconds from one value to the next.

    Examples
    --------
    .. manim:: CarryValuesExample

        class CarryValuesExample(Scene):
            def construct(self):
                node = StepNode("clean").shift(3 * LEFT)
                sha = "b68cc035a7f59d6d9285aaa4359c51872f204f8a"
                value = ArtifactChip("raw", sha, value="[1, 2, 3]", show="value").shift(3 * RIGHT)
                self.add(node)
                self.play(CarryValues([(value, node)]))
    """

    def __init__(
        self, carried: Iterable[tuple[VMobject, VMobject]], *, lag: float = PITCH, **kwargs: Any
    ) -> None:
        pairs = list(carried)
        clips = [
            enter(index * lag, index * lag + FLIGHT, value, origin=_doorstep(value, box), haste=HASTE)
            for index, (value, box) in enumerate(pairs)
        ]
        super().__init__([value for value, _ in pairs], clips, **kwargs)


def _doorstep(value: VMobject, box: VMobject) -> npt.NDArray[np.float64]:
    """Return where the middle of a value is as it has just left its box (units)."""
    start, way = box.get_center(), value.get_center() - box.get_center()
    axis = 0 if abs(way[0]) >= abs(way[1]) else 1
    sizes = (box.width + value.width, box.height + value.height)
    start[axis] += np.sign(way[axis]) * (sizes[axis] / 2 + GAP)
    return np.asarray(start, dtype=float)
