"""Manim's own animations played together, of which the renderer knows what they change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import Animation, AnimationGroup, Mobject

__all__ = ["Together"]


class Together(AnimationGroup):
    """An :class:`~manim.animation.composition.AnimationGroup` that names what each frame changes.

    Animations of Manim change nothing but their own mobject; of those that have not begun, or are over,
    nothing need be looked at for a frame.

    Examples
    --------
    .. manim:: TogetherExample

        class TogetherExample(Scene):
            def construct(self):
                from manim_metaflow.animations.motion.together import Together

                nodes = [StepNode(name).shift(x * RIGHT) for name, x in [("load", -2), ("train", 2)]]
                self.play(Together(*map(FadeIn, nodes), lag_ratio=1))
    """

    def __init__(self, *animations: Any, **kwargs: Any) -> None:
        super().__init__(*animations, **kwargs)
        self._touched: dict[Any, None] = {}

    def interpolate(self, alpha: float) -> None:
        """Show a moment, and remember which animations took part in it."""
        # Copied: Manim changes both arrays in place.
        begun, finished = self.anims_begun.copy(), self.anims_finished.copy()
        super().interpolate(alpha)
        took_part = (begun | self.anims_begun) & ~(finished & self.anims_finished)
        for index in np.flatnonzero(took_part):
            self._touched.update(dict.fromkeys(_mobjects(self.animations[index])))

    def take_touched(self) -> list[Mobject]:
        """Return what may have changed since this was last asked."""
        touched, self._touched = self._touched, {}
        return list(touched)


def _mobjects(animation: Animation) -> Iterator[Any]:
    # A group's own mobject lacks those that its animations introduce.
    if isinstance(animation, AnimationGroup):
        for each in animation.animations:
            yield from _mobjects(each)
    else:
        yield animation.mobject
