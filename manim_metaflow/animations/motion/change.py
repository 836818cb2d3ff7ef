"""A mobject changes as one of its methods changes it: what ``mobject.animate`` plays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from manim import Scene, VMobject, smooth

from manim_metaflow.animations.motion.timeline import Clip, Timeline

__all__ = ["ChangeLooks"]

RUN_TIME = 1.0
"""Seconds, as Manim's own animations take."""


class ChangeLooks(Timeline):
    """Play what a method changes: parts glide and change colour, new ones fade in, others fade out.

    Parameters
    ----------
    mobject
        What changes.
    method
        Name of its method.
    args, kwargs
        What the method is called with, as the animation begins.

    Examples
    --------
    .. manim:: ChangeLooksExample

        class ChangeLooksExample(Scene):
            def construct(self):
                track = LifecycleTrack()
                self.add(track)
                self.play(track.animate.advance_to("hash"))
    """

    def __init__(
        self,
        mobject: VMobject,
        method: str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        kwargs = kwargs or {}
        # Wrong arguments raise here, where they are written, not as the play begins.
        getattr(mobject.copy(), method)(*args, **kwargs)
        self._call: Callable[[], Any] = lambda: getattr(mobject, method)(*args, **kwargs)
        self._changes: list[_Change] | None = None
        self._gone: list[VMobject] = []
        clip = Clip(0.0, RUN_TIME, self._show, touches=lambda: [mobject, *self._gone])
        super().__init__([mobject], [clip], **options)

    def _show(self, progress: float) -> None:
        # What the mobject shows is looked up as the motion begins: others may be played before it.
        if self._changes is None:
            self._changes = self._prepare()
        for change in self._changes:
            change.show(progress)

    def _prepare(self) -> list[_Change]:
        """Call the method, and find what it has changed."""
        before = self._looks()
        self._call()
        after = self._looks()
        self._gone = [part for part in before if part not in after and len(part.points)]
        self.overlay.add(*self._gone)
        changes = [_Change(part, before.get(part), after.get(part)) for part in {**before, **after}]
        return [change for change in changes if change.is_seen]

    def _looks(self) -> dict[VMobject, VMobject]:
        # Parts without points are looked at, too: the method may draw in them.
        return {part: _look(part) for part in self.parts[0].get_family() if isinstance(part, VMobject)}

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Leave what has gone as it was: the mobject may bring it back."""
        super().clean_up_from_scene(scene)
        for change in self._changes or ():
            change.leave()


class _Change:
    """One part between two looks; ``None`` where it is not part of the mobject."""

    def __init__(self, part: VMobject, before: VMobject | None, after: VMobject | None) -> None:
        self._part, self._before, self._after = part, before, after
        self.is_seen = before is None or after is None or not _equal(before, after)
        # What is not there, or has no points, has nothing to bend from or into: it fades where the other is.
        there = [look for look in (before, after) if look is not None and len(look.points)]
        if there:
            self._start = before.copy() if before in there else _ghost(there[0])
            self._end = after.copy() if after in there else _ghost(there[0])
            # Manim blends two outlines point by point: both need the same number of them.
            self._start.align_points(self._end)
        self.is_seen = self.is_seen and bool(there)

    def show(self, progress: float) -> None:
        if progress < 1:
            self._part.interpolate(self._start, self._end, smooth(progress))
        else:
            # Aligned, a look has points that the part itself does not have.
            last = self._end if self._after is None else self._after
            self._part.interpolate(last, last, 1.0)

    def leave(self) -> None:
        if self._after is None and self._before is not None:
            self._part.interpolate(self._before, self._before, 1.0)


def _look(part: VMobject) -> VMobject:
    """Return the points and paints of one part, without its parts."""
    # `copy` would copy all parts below, too; between a look and itself, `interpolate` takes over its points
    # and paints only.
    return VMobject().interpolate(part, part, 1.0)


def _ghost(look: VMobject) -> VMobject:
    """Return the same look, unseen."""
    ghost = look.copy()
    for paint in (ghost.fill_rgbas, ghost.stroke_rgbas):
        paint[:, 3] = 0.0
    return ghost


def _equal(one: VMobject, other: VMobject) -> bool:
    names = ("points", "fill_rgbas", "stroke_rgbas", "stroke_width")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)
