"""The clips that motions of every subject are made of: enter, leave, glide, travel, swell, point, call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Mobject, VGroup, VMobject, rate_functions, smooth

from manim_metaflow.animations.motion.rest import Rest
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.mobjects.shapes import Shape, dashes, polyline

__all__ = ["Pace", "call", "enter", "glide", "leave", "point", "reverse", "swell", "travel"]

Pace = Callable[[float], float]
"""A rate function as Manim has them, from a clip's progress to how far its motion is."""

TIP = 0.16
"""Length of an arrow's head, units."""


def enter(
    start: float,
    end: float,
    mobject: VMobject,
    *,
    home: VMobject | None = None,
    index: int | None = None,
    origin: npt.ArrayLike | None = None,
    scale: float = 1.0,
    about: npt.ArrayLike | None = None,
    haste: float = 1.0,
    pace: Pace = smooth,
) -> Clip:
    """Let something fade in where it is, or come from a point.

    Parameters
    ----------
    mobject
        What comes, as it shall be at the end.
    home
        The group it becomes part of as the clip begins; without one it is part of the scene already, and
        unseen until then.
    index
        Where among the home's parts; last by default.
    origin
        Where its middle comes from.
    scale
        Its size at the beginning.
    about
        The point about which it grows; its middle by default.
    haste
        How much sooner than its motion ends it is wholly seen: 2 is at half of it.
    """
    rest = Rest(mobject)
    moves = origin is not None or scale != 1.0
    away = np.zeros(3) if origin is None else np.asarray(origin, dtype=float) - rest.center

    def show(progress: float) -> None:
        if home is not None and mobject not in home.submobjects:
            home.submobjects.insert(len(home.submobjects) if index is None else index, mobject)
        left = 1 - pace(progress)
        if moves:
            rest.show(shift=away * left, scale=1 - (1 - scale) * left, about=about)
        rest.show(opacity=min(1.0, haste * (1 - left)))

    return Clip(start, end, show, touches=_named(mobject, home), shown_before=home is None)


def leave(
    start: float,
    end: float,
    mobject: VMobject,
    *,
    home: VMobject | None = None,
    goal: npt.ArrayLike | None = None,
    scale: float = 1.0,
    left: float = 0.0,
    pace: Pace = smooth,
) -> Clip:
    """Let something fade where it is, or go to a point.

    Parameters
    ----------
    mobject
        What goes.
    home
        The group that it is no longer part of at the end; without one it stays, unseen.
    goal
        Where its middle goes to.
    scale
        Its size at the end.
    left
        How much of its opacity is left at the end.
    """
    rest = Rest(mobject)
    moves = goal is not None or scale != 1.0
    offset = np.zeros(3) if goal is None else np.asarray(goal, dtype=float) - rest.center

    def show(progress: float) -> None:
        gone = pace(progress)
        if moves:
            rest.show(shift=offset * gone, scale=1 - (1 - scale) * gone)
        rest.show(opacity=1 - (1 - left) * gone)
        if home is not None and progress >= 1:
            home.remove(mobject)

    return Clip(start, end, show, touches=_named(mobject, home))


def glide(
    start: float,
    end: float,
    mobject: VMobject,
    goal: npt.ArrayLike,
    *,
    scale: float = 1.0,
    pace: Pace = smooth,
) -> Clip:
    """Let something go to a point and take another size.

    Parameters
    ----------
    mobject
        What goes.
    goal
        Where its middle is at the end.
    scale
        Its size at the end.
    """
    rest = Rest(mobject)
    offset = np.asarray(goal, dtype=float) - rest.center

    def show(progress: float) -> None:
        gone = pace(progress)
        rest.show(shift=offset * gone, scale=1 + (scale - 1) * gone)

    return Clip(start, end, show, touches=[mobject])


def travel(
    start: float,
    end: float,
    mobject: VMobject,
    goal: npt.ArrayLike,
    overlay: VGroup,
    *,
    scale: float = 1.0,
    bend: float = 0.0,
    opacity: float = 1.0,
) -> Clip:
    """Let a copy of something travel to a point; the copy is gone when it is there.

    Parameters
    ----------
    mobject
        What is copied, as it is now.
    goal
        Where the copy's middle goes to.
    overlay
        The timeline's overlay, where the copy lives.
    scale, opacity
        The copy's size and opacity at the end.
    bend
        How far the path is bent to its left, as a share of its length.
    """
    traveller = mobject.copy()
    rest = Rest(traveller)
    offset = np.asarray(goal, dtype=float) - rest.center
    side = bend * np.array([-offset[1], offset[0], 0.0])

    def show(progress: float) -> None:
        # Manim goes on drawing what a play began with, though it is taken away while the play lasts:
        # a copy that is there from the beginning would be seen to the end.
        if progress <= 0:
            return
        if progress >= 1:
            overlay.remove(traveller)
            return
        if traveller not in overlay.submobjects:
            overlay.add(traveller)
        gone = smooth(progress)
        # A parabola: `4 x (1 - x)` is 1 in the middle, and 0 at both ends.
        shift = offset * gone + side * 4 * gone * (1 - gone)
        rest.show(shift=shift, scale=1 + (scale - 1) * gone)
        if opacity != 1:
            rest.show(opacity=1 - (1 - opacity) * gone)

    return Clip(start, end, show, touches=[overlay])


def swell(start: float, end: float, mobject: VMobject, *, factor: float = 1.12) -> Clip:
    """Let something swell and sink back, so that it is looked at."""
    rest = Rest(mobject)

    def show(progress: float) -> None:
        rest.show(scale=1 + (factor - 1) * rate_functions.there_and_back(progress))

    return Clip(start, end, show, touches=[mobject])


def point(
    start: float,
    end: float,
    ends: tuple[npt.ArrayLike, npt.ArrayLike],
    color: str,
    home: VMobject,
    *,
    dashed: bool = True,
    tip: bool = True,
    zoom: float = 1.0,
) -> Clip:
    """Let an arrow grow from one point to another.

    Parameters
    ----------
    ends
        The two points.
    color
        Of line and head.
    home
        The group it becomes part of; in the timeline's overlay it is gone when the timeline ends.
    dashed
        Whether the line is.
    tip
        Whether there is a head.
    zoom
        How much what it belongs to was scaled: dashes and head are as large in proportion.
    """
    origin, goal = (np.asarray(each, dtype=float)[:2] for each in ends)
    line = Shape(np.zeros((0, 4, 2)), stroke=color, stroke_width=1.8)
    head = Shape(np.zeros((0, 4, 2)), fill=color)
    offset = goal - origin
    along = zoom * TIP * offset / max(float(np.linalg.norm(offset)), 1e-6)
    across = 0.4 * np.array([-along[1], along[0]])

    def show(progress: float) -> None:
        if line not in home.submobjects:
            home.add(line, *([head] if tip else []))
        # Never of length zero: a line without a direction has no dashes.
        reach = origin + offset * smooth(max(progress, 1e-3))
        curve = np.array([np.linspace(origin, reach, 4)])
        line.set_curves(dashes(curve, zoom=zoom) if dashed else curve)
        if tip:
            head.set_curves(polyline(reach, reach - along + across, reach - along - across, reach))

    return Clip(start, end, show, touches=[home])


def call(moment: float, function: Callable[[], Any], *touched: Mobject) -> Clip:
    """Let something happen at once.

    Parameters
    ----------
    moment
        When, in seconds of the timeline.
    function
        What happens. It may be called again, and must do the same then.
    *touched
        Mobjects whose families are all that it changes.
    """
    return Clip(moment, moment, lambda _: function(), touches=touched)


def reverse(clip: Clip) -> Clip:
    """Play a clip from its end to its beginning."""
    return Clip(clip.start, clip.end, lambda progress: clip.show(1 - progress), touches=clip.touches)


def _named(mobject: Mobject, home: Mobject | None) -> list[Mobject]:
    # The mobject itself, too: it may not be part of its home yet, or no longer.
    return [mobject] if home is None else [mobject, home]
