"""A box changes its state."""

from __future__ import annotations

from typing import Any

from manim_metaflow.animations.clips import BLEND, StateClip
from manim_metaflow.animations.timeline import Timeline
from manim_metaflow.mobjects.node import StepNode, look_of

__all__ = ["SetState"]


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
        look_of(state)
        super().__init__(
            [node], [StateClip(0.0, BLEND, node, node.state, state)], run_time=run_time, **kwargs
        )


def _animate(node: StepNode, state: str, *, anim_args: dict[str, Any] | None = None) -> SetState:
    return SetState(node, state, **(anim_args or {}))


# A transform would leave `node.state` as it was.
StepNode.set_state._override_animate = _animate  # type: ignore[attr-defined]
