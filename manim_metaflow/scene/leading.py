"""Leading the eye: pictures change places, rows come one by one, one thing is lit, the camera goes near."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from manim import (
    DOWN,
    LEFT,
    ORIGIN,
    RIGHT,
    UP,
    Animation,
    FadeIn,
    FadeOut,
    Group,
    LaggedStart,
    Mobject,
    Restore,
    VGroup,
    VMobject,
    config,
    there_and_back,
)

from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.scene.pace import FADE
from manim_metaflow.scene.talk import Talk

__all__ = ["Leading"]

RISE = 0.15 * UP
"""How far a row rises as it comes: enough to draw the eye, too little to be followed."""

DARKNESS = 0.75
"""How much of its opacity a thing loses while another one has the focus."""

LIT = 1.06
"""How far a thing swells for a moment as it gets the focus."""

NEAR, CLOSEST = 0.6, 0.3
"""Units around what the camera looks at, and the smallest share of the frame that fills it: nearer, a single
box would be a wall."""

ZOOM = 1.2
"""Seconds the camera takes."""

EDGE = 0.45
"""Units from a legend to the edges of the frame."""

CHANGE, LEAVING = 1.0, 0.4
"""Seconds in which pictures change places, and the share of them in which the old one goes."""

SWATCH = 0.26
"""Height of a legend's boxes (units)."""


class Leading(Talk):
    """The words of :class:`.DeepDive` that lead the eye."""

    @property
    def shown(self) -> Group:
        """Everything on the frame except the caption."""
        return Group(*[mobject for mobject in self.mobjects if mobject is not self._caption])

    def swap(self, old: Mobject, *new: Mobject, rise: bool = False, run_time: float | None = None) -> None:
        """Let what is shown go, then let other things come: no picture is seen through another.

        Parameters
        ----------
        old
            What goes; ``self.shown`` for everything.
        *new
            What comes; nothing, to clear the frame.
        rise
            Whether what comes rises as it appears, as in :meth:`reveal`.
        run_time
            Seconds; as long as a fade takes by default.
        """
        shift = RISE if rise else ORIGIN
        self._change([FadeOut(old)], [FadeIn(*new, shift=shift)] if new else [], run_time)

    def reveal(self, *mobjects: Mobject, lag_ratio: float = 0.4, run_time: float | None = None) -> None:
        """Let things rise into view, one after the other: the rows of a table, or a single picture."""
        arrivals = [FadeIn(mobject, shift=RISE) for mobject in mobjects]
        self._play_in(run_time, LaggedStart(*arrivals, lag_ratio=lag_ratio))

    def pulse(
        self,
        *mobjects: VMobject,
        factor: float = 1.1,
        lag_ratio: float = 0.25,
        run_time: float | None = None,
    ) -> None:
        """Let things swell a little and sink back, one after the other, to say: these."""
        lifts = [_lifted(mobject, factor) for mobject in mobjects]
        self._play_in(run_time, LaggedStart(*lifts, lag_ratio=lag_ratio))

    @contextmanager
    def focus(self, *things: Mobject, darkness: float = DARKNESS) -> Iterator[None]:
        """Light a few things, dim the rest while the block's animations play, and bring it back.

        The dimmed parts are afterwards as they were before, so the block must leave them alone.

        Parameters
        ----------
        *things
            What is lit: mobjects on the frame, or parts of them. They swell a little and stay as bright.
        darkness
            How much of its opacity the rest loses, 0 to 1.

        Examples
        --------
        .. manim:: FocusExample

            class FocusExample(DeepDive):
                def construct(self):
                    dag = FlowDAG("tests/flows/branch.py")
                    self.add(dag)
                    with self.focus(dag["a"]):
                        self.wait()
        """
        lit = {part for thing in things for part in thing.get_family()}
        lifts = [_lifted(thing, LIT) for thing in things if isinstance(thing, VMobject)]
        rest = list(_parts_beside(lit, self.shown))
        if rest:
            for part in rest:
                part.save_state()
            self.play(*[part.animate.fade(darkness) for part in rest], *lifts, run_time=FADE)
        yield
        if rest:
            self.play(*[Restore(part) for part in rest], run_time=FADE)

    @contextmanager
    def close_up(self, *things: Mobject, margin: float = NEAR) -> Iterator[None]:
        """Go near to a few things while the block's animations play, and back again.

        The caption keeps its size and its place on the frame. What else is on the frame should be dimmed or
        gone (:meth:`focus`), where the frame would cut through a text.

        Parameters
        ----------
        *things
            What ends in the middle of the frame, as large as the frame allows.
        margin
            Units around it.

        Examples
        --------
        .. manim:: CloseUpExample

            class CloseUpExample(DeepDive):
                def construct(self):
                    dag = FlowDAG("tests/flows/branch.py")
                    self.add(dag)
                    with self.beat("Two steps, side by side."), self.close_up(dag["a"], dag["b"]):
                        self.pulse(dag["a"], dag["b"])
        """
        home, group = self.frame.copy(), Group(*things)
        wide = (group.width + 2 * margin) / config.frame_width
        high = (group.height + 2 * margin) / config.frame_height
        near = home.copy().scale(min(1.0, max(CLOSEST, wide, high))).move_to(group)
        moving: Any = self.frame.animate
        self.play(moving.become(near), run_time=ZOOM)
        yield
        moving = self.frame.animate
        self.play(moving.become(home), run_time=ZOOM)

    def legend(self, words: Mapping[str, str]) -> VGroup:
        """Build a row of small boxes that say what the states of tasks look like, for the upper right corner.

        Parameters
        ----------
        words
            A state such as ``"cloned"``, and what it means here: a key of the captions' file, or the text
            itself where there is none.

        Examples
        --------
        .. manim:: LegendExample
            :save_last_frame:

            class LegendExample(DeepDive):
                def construct(self):
                    self.add(self.legend({"done": "run now", "cloned": "reused", "failed": "failed"}))
        """
        size = self.theme.small_size + 1
        entries = VGroup()
        for state, key in words.items():
            box = StepNode(state, text="", width=1.7 * SWATCH, height=SWATCH, font_size=size, state=state)
            label = TextLabel(self.text(key), font="prose", font_size=size, color=self.theme.muted)
            box.move_to(ORIGIN)
            entries.add(VGroup(box, label.left_at(1.2 * SWATCH, 0)))
        entries.arrange(RIGHT, buff=0.4)
        room = config.frame_width - 2 * EDGE
        if entries.width > room:
            entries.arrange(DOWN, buff=0.15, aligned_edge=LEFT)
        return entries.to_corner(UP + RIGHT, buff=EDGE)

    def _change(
        self, leaving: Sequence[Animation], coming: Sequence[Animation], run_time: float | None
    ) -> None:
        """Play what goes, then what comes, in so many seconds together."""
        whole = CHANGE if run_time is None else run_time
        share = LEAVING if coming and leaving else 1.0
        if leaving:
            self.play(*leaving, run_time=share * whole)
        if coming:
            self.play(*coming, run_time=whole - share * whole if leaving else whole)

    def _play_in(self, run_time: float | None, *animations: Animation) -> None:
        options = {} if run_time is None else {"run_time": run_time}
        self.play(*animations, **options)


def _parts_beside(lit: set[Mobject], mobject: Mobject) -> Iterator[VMobject]:
    """Yield the largest parts of a mobject that have nothing of what is lit in them."""
    if mobject in lit:
        return
    if isinstance(mobject, VMobject) and lit.isdisjoint(mobject.get_family()):
        yield mobject
        return
    for part in mobject.submobjects:
        yield from _parts_beside(lit, part)


def _lifted(mobject: VMobject, factor: float) -> Any:
    builder: Any = mobject.animate
    return builder(rate_func=there_and_back).scale(factor)
