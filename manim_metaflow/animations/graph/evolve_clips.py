"""The small motions of a graph that becomes another one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim import VGroup, VMobject, smooth

from manim_metaflow.animations.motion.look import Look
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.shapes import Shape

__all__ = ["BendClip", "ComeClip", "DrawClip", "GlideClip", "GoClip", "MorphClip", "Point"]

SEED = 0.3
"""How small a step is where it begins to grow, and where it has folded away."""

Point = npt.NDArray[np.float64]


class GoClip(Clip):
    """Something fades where it is, or folds into a point."""

    def __init__(self, start: float, end: float, mobject: VMobject, goal: Point | None) -> None:
        super().__init__(start, end)
        self._look = Look(mobject)
        self._way = np.zeros(3) if goal is None else goal - self._look.center
        self._shrink = 0.0 if goal is None else 1 - SEED

    def show(self, progress: float) -> None:
        """Shrink and fade on the way."""
        part = smooth(progress)
        self._look.show(shift=self._way * part, scale=1 - self._shrink * part, opacity=1 - part)


class ComeClip(Clip):
    """Something appears where it belongs, or grows out of a point."""

    def __init__(
        self, start: float, end: float, mobject: VMobject, home: VGroup, origin: Point | None
    ) -> None:
        super().__init__(start, end)
        self.mobject, self.home = mobject, home
        self._look = Look(mobject)
        self._way = np.zeros(3) if origin is None else origin - self._look.center
        self._seed = 0.0 if origin is None else 1 - SEED

    def show(self, progress: float) -> None:
        """Grow and appear on the way."""
        if self.mobject not in self.home.submobjects:
            self.home.add(self.mobject)
        rest = 1 - smooth(progress)
        self._look.show(
            shift=self._way * rest, scale=1 - self._seed * rest, opacity=min(1.0, 1.6 * (1 - rest))
        )


class GlideClip(Clip):
    """Something goes where its counterpart in the new graph is."""

    def __init__(self, start: float, end: float, mobject: VMobject, goal: VMobject) -> None:
        super().__init__(start, end)
        self._look = Look(mobject)
        self._way = np.array(goal.get_center()) - self._look.center
        self._growth = float(goal.width) / float(mobject.width) - 1

    def show(self, progress: float) -> None:
        """Glide."""
        part = smooth(progress)
        self._look.show(shift=self._way * part, scale=1 + self._growth * part)


class MorphClip(Clip):
    """Something turns into its counterpart on the way to its place."""

    def __init__(self, start: float, end: float, old: VMobject, new: VMobject, home: VGroup) -> None:
        super().__init__(start, end)
        self.new, self.home = new, home
        self._old, self._new = Look(old), Look(new)
        self._way = self._new.center - self._old.center

    def show(self, progress: float) -> None:
        """Fade one over the other."""
        if self.new not in self.home.submobjects:
            self.home.add(self.new)
        part = smooth(progress)
        self._old.show(shift=self._way * part, opacity=1 - part)
        self._new.show(shift=self._way * (part - 1), opacity=part)


class BendClip(Clip):
    """An arrow follows its steps."""

    def __init__(self, start: float, end: float, edge: FlowEdge, goal: FlowEdge) -> None:
        super().__init__(start, end)
        self._parts = [
            (path, *_matching(_curves(path), _curves(other)))
            for mine, its in ((edge.lines, goal.lines), (edge.tips, goal.tips))
            for path, other in zip(mine, its, strict=True)
        ]

    def show(self, progress: float) -> None:
        """Blend the curves."""
        part = smooth(progress)
        for path, before, after in self._parts:
            path.set_curves(before + (after - before) * part)


class DrawClip(Clip):
    """An arrow grows out of its source."""

    def __init__(self, start: float, end: float, edge: FlowEdge, home: VGroup) -> None:
        super().__init__(start, end)
        self.edge, self.home = edge, home
        self._lines = [(path, _curves(path)) for path in edge.lines]
        self._tips = Look(edge.tips)

    def show(self, progress: float) -> None:
        """Draw as far as it has come; the tip comes last."""
        if self.edge not in self.home.submobjects:
            self.home.add(self.edge)
        part = smooth(progress)
        for path, curves in self._lines:
            path.set_curves(curves if progress >= 1 else _begun(curves, part))
        self._tips.show(opacity=min(1.0, max(0.0, 4 * part - 3)))


def _curves(path: Shape) -> Point:
    return np.array(path.points.reshape(-1, 4, 3)[..., :2])


def _matching(one: Point, other: Point) -> tuple[Point, Point]:
    """Cut the curves of two lines into equally many."""
    count = max(len(one), len(other))
    return _cut(one, count), _cut(other, count)


def _cut(curves: Point, count: int) -> Point:
    while len(curves) < count:
        sizes = np.linalg.norm(curves[:, 3] - curves[:, 0], axis=1)
        at = int(np.argmax(np.round(sizes, 6)))
        left, right = _split(curves[at], 0.5)
        curves = np.concatenate([curves[:at], [left, right], curves[at + 1 :]])
    return curves


def _split(curve: Point, at: float) -> tuple[Point, Point]:
    a, b, c, d = curve
    ab, bc, cd = a + (b - a) * at, b + (c - b) * at, c + (d - c) * at
    abc, bcd = ab + (bc - ab) * at, bc + (cd - bc) * at
    middle = abc + (bcd - abc) * at
    return np.array([a, ab, abc, middle]), np.array([middle, bcd, cd, d])


def _begun(curves: Point, part: float) -> Point:
    """Return the beginning of a line, its curves taken as equally long."""
    place = min(max(part, 1e-3), 1.0) * len(curves)
    whole = min(int(place), len(curves) - 1)
    left, _ = _split(curves[whole], place - whole)
    return np.concatenate([curves[:whole], [left]])
