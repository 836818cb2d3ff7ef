"""A box changes its state."""

from __future__ import annotations

import math
from typing import Any

from manim import smooth

from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.facts.records.states import WORKING
from manim_metaflow.mobjects.graph.node import StepNode, state_style

__all__ = ["BLEND", "SetState", "change_state"]

BLEND = 0.3
"""Seconds a change of state takes."""

PULSE = 1.1
"""Seconds of one swelling of a running task's border."""


def change_state(start: float, end: float, node: StepNode, before: str, after: str) -> Clip:
    """Let a box go from one state to the next and stay there until ``end``; running ones pulse."""
    # In a short replay one state may follow the other at once; a third of a blend can still be seen.
    end = max(end, start + BLEND / 3)
    length = end - start

    def show(progress: float) -> None:
        elapsed = progress * length
        blend = min(1.0, elapsed / min(BLEND, length)) if progress < 1 else 1.0
        pulse = 0.0
        if after in WORKING and progress < 1:
            # From 0 to 1 and back, without a jump where the pulse begins.
            pulse = 0.5 - 0.5 * math.cos(2 * math.pi * elapsed / PULSE)
        node.show_change(before, after, smooth(blend), pulse=pulse)

    return Clip(start, end, show, touches=[node])


class SetState(Timeline):
    """Show gradually that a step or task is in another state.

    ``node.animate.set_state("done")`` plays this.

    Parameters
    ----------
    node
        The box.
    state
        One of :data:`.STATES`.

    Raises
    ------
    UsageError
        There is no such state.

    Examples
    --------
    .. manim:: SetStateExample

        class SetStateExample(Scene):
            def construct(self):
                node = StepNode("train")
                self.add(node)
                self.play(SetState(node, "running"))
                self.play(node.animate(run_time=2).set_state("done"))
    """

    def __init__(self, node: StepNode, state: str, *, run_time: float = 2 * BLEND, **kwargs: Any) -> None:
        state_style(state)
        change = change_state(0.0, BLEND, node, node.state, state)
        super().__init__([node], [change], run_time=run_time, **kwargs)
