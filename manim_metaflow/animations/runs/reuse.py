"""Tasks of a resumed run point to the values that they take over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from manim import RIGHT, VGroup, VMobject

from manim_metaflow.animations.graph.set_state import change_state
from manim_metaflow.animations.motion.clips import point, swell
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.theme import current_theme

__all__ = ["ReuseValues"]

REACH, CHANGE, PITCH = 0.6, 0.2, 0.3
"""Seconds in which a thread reaches a box and the box then changes, and from one thread to the next."""

GAP = 0.12
"""Units between a value and its thread."""


class ReuseValues(Timeline):
    """Let the boxes of a resumed run take over values that lie left of them: by a thread, not by a copy.

    A clone has the keys of the task that it stands for; no data is read or written. So the value stays, and
    a dashed line leads from it to the box, at the height of the box.

    Parameters
    ----------
    reused
        Pairs of a stored value and of the box, pending, that is then cloned.
    lag
        Seconds from one thread to the next.

    Attributes
    ----------
    threads
        The dashed lines, which stay on the scene.

    Examples
    --------
    .. manim:: ReuseValuesExample

        class ReuseValuesExample(Scene):
            def construct(self):
                node = StepNode("clean").shift(3 * RIGHT)
                sha = "b68cc035a7f59d6d9285aaa4359c51872f204f8a"
                value = ArtifactChip("raw", sha, value="[1, 2, 3]", show="value").shift(3 * LEFT)
                self.add(node, value)
                self.play(ReuseValues([(value, node)]))
    """

    def __init__(
        self, reused: Iterable[tuple[VMobject, StepNode]], *, lag: float = PITCH, **kwargs: Any
    ) -> None:
        self.threads, color = VGroup(), current_theme().cloned
        clips: list[Clip] = []
        pairs = list(reused)
        for index, (value, box) in enumerate(pairs):
            start, end = index * lag, index * lag + REACH
            goal = box.get_left()
            origin = np.array([float((value.get_right() + box.zoom * GAP * RIGHT)[0]), goal[1], 0.0])
            clips += [
                swell(start, end, value, factor=1.06),
                point(start, end, (origin, goal), color, self.threads, tip=False, zoom=box.zoom),
                change_state(end, end + CHANGE, box, "pending", "cloned"),
            ]
        super().__init__([*[part for pair in pairs for part in pair], self.threads], clips, **kwargs)
