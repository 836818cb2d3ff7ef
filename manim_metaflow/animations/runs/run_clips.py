"""Motions of a replay that tell of many tasks, of time, of choices, and of what was never reached."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from manim import Mobject, VGroup, VMobject, smooth

from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.motion.veil import Veil
from manim_metaflow.mobjects.graph.counter import TaskCounter
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.shapes import Shape
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import mix

__all__ = ["AttemptClip", "CounterClip", "DimClip", "PopClip", "SayClip", "TimeClip"]

UNUSED = 0.42
"""How much is left of an edge that no task went along."""


class ShowsTime(Protocol):
    """What can show a moment of a run."""

    def show_time(self, moment: float) -> object:
        """Show a moment, seconds since the epoch."""


class TimeClip(Clip):
    """Clocks and bars follow the real time of the run."""

    def __init__(
        self, start: float, end: float, real: Callable[[float], float], shown: Sequence[ShowsTime]
    ) -> None:
        super().__init__(start, end)
        self.real, self.shown = real, list(shown)

    def touched(self) -> list[Mobject] | None:
        """Name what shows the time, if it is all drawn."""
        drawn = [each for each in self.shown if isinstance(each, Mobject)]
        return drawn if len(drawn) == len(self.shown) else None

    def show(self, progress: float) -> None:
        """Show the real moment that is on screen now."""
        moment = self.real(self.start + progress * (self.end - self.start))
        for each in self.shown:
            each.show_time(moment)


class AttemptClip(Clip):
    """A box notes that one more of its attempts failed."""

    def __init__(self, at: float, node: StepNode, failed: int) -> None:
        super().__init__(at, at)
        self.node, self.failed = node, failed

    def touched(self) -> list[Mobject]:
        """Name the node."""
        return [self.node]

    def show(self, progress: float) -> None:
        """Put the dot there."""
        self.node.show_attempts(self.failed)


class CounterClip(Clip):
    """A counter counts the tasks it stands for, and the arrows that leave it grow with what is done."""

    def __init__(
        self,
        changes: Sequence[tuple[float, int, str]],
        standing: Sequence[str],
        counter: TaskCounter,
        strands: Sequence[tuple[FlowEdge, int]],
        color: str,
    ) -> None:
        super().__init__(changes[0][0], changes[-1][0])
        self.counter, self.strands, self.color = counter, list(strands), color
        self._times, self._counts = _tally(changes, standing)
        self._grown = [Shape(np.zeros((1, 4, 2)), stroke=color) for _ in strands]
        for (edge, strand), grown in zip(self.strands, self._grown, strict=True):
            grown.set_stroke(width=edge.lines[strand].get_stroke_width())

    def touched(self) -> list[Mobject]:
        """Name the counter, and the arrows."""
        return [self.counter, *(edge for edge, _ in self.strands)]

    def show(self, progress: float) -> None:
        """Count what has happened up to now."""
        now = self.end if progress >= 1 else self.start + progress * (self.end - self.start)
        index = bisect_right(self._times, now + 1e-9)
        self.counter.show_counts(self._counts[index])
        for (edge, strand), grown in zip(self.strands, self._grown, strict=True):
            if grown not in edge.submobjects:
                edge.add(grown)
            grown.pointwise_become_partial(edge.lines[strand], 0, self.counter.share)
            if self.counter.share >= 1:
                edge.paint(self.color, strand=strand)


def _tally(
    changes: Sequence[tuple[float, int, str]], standing: Sequence[str]
) -> tuple[list[float], list[dict[str, int]]]:
    """Turn changes of single tasks into what is counted after each of them."""
    states = list(standing)
    tally = Counter(states)
    times, counts = [], [dict(tally)]
    for moment, index, state in changes:
        tally[states[index]] -= 1
        states[index] = state
        tally[state] += 1
        times.append(moment)
        counts.append({name: number for name, number in sorted(tally.items()) if number})
    return times, counts


class PopClip(Clip):
    """A box, or a strand to it, that is not there before its task is: an iteration lands on the pile."""

    def __init__(self, at: float, *parts: VMobject, length: float = 0.25) -> None:
        super().__init__(0.0, at)
        self.length = min(length, at)
        self._parts, self._veil = parts, Veil(*parts)

    def touched(self) -> list[Mobject]:
        """Name the parts."""
        return [*self._parts]

    def show(self, progress: float) -> None:
        """Hide it, then let it appear."""
        left = self.end * (1 - progress)
        self._veil.show(0.0 if left > self.length else 1.0 if progress >= 1 else 1 - left / self.length)


class SayClip(Clip):
    """A line of text gives way to another one in its place."""

    def __init__(
        self, start: float, end: float, before: TextLabel, after: TextLabel, home: VGroup, color: str
    ) -> None:
        super().__init__(start, end)
        self.before, self.after, self.home = before, after, home
        after.owner = before.owner
        after.paint(fill=color)
        after.move_to(before.get_center()).set_baseline(before.baseline)
        self._leaving, self._coming = Veil(before), Veil(after)

    def touched(self) -> list[Mobject]:
        """Name both lines, the second by what it becomes part of."""
        return [self.before, self.home]

    def show(self, progress: float) -> None:
        """Fade one out, then the other in."""
        self._leaving.show(max(0.0, 1 - 2 * progress))
        if progress >= 1:
            self.home.remove(self.before)
        if self.after not in self.home.submobjects:
            self.home.add(self.after)
        self._coming.show(max(0.0, 2 * progress - 1))


class DimClip(Clip):
    """An arrow that no task goes along steps back, behind those that it shares its beginning with."""

    def __init__(self, start: float, end: float, edge: FlowEdge, home: VGroup) -> None:
        super().__init__(start, end)
        self.edge, self.home = edge, home
        theme = edge.theme
        self._color = mix(theme.edge, theme.background, UNUSED)
        self._text = mix(theme.muted, theme.background, 0.85)
        self._from = theme.muted

    def touched(self) -> list[Mobject]:
        """Name all arrows: one changes its place among them."""
        return [self.home]

    def show(self, progress: float) -> None:
        """Blend into the ground, but stay to be seen."""
        self.home.submobjects.remove(self.edge)
        self.home.submobjects.insert(0, self.edge)
        amount = smooth(progress)
        self.edge.paint(self._color, amount=amount)
        if self.edge.label is not None:
            self.edge.label.paint(fill=mix(self._text, self._from, amount))
