"""The small motions that storage is told with: come, go, travel, swell, point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup, VMobject, rate_functions, smooth

from manim_metaflow.animations.motion.look import Look
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.mobjects.shapes import Shape, dashes, polyline
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.mobjects.storage.content_store import ContentStore
from manim_metaflow.mobjects.storage.lifecycle import LifecycleTrack
from manim_metaflow.mobjects.storage.slots import BlobSlot

__all__ = [
    "EnterClip",
    "LandClip",
    "LeaveClip",
    "Motion",
    "PointClip",
    "RevealClip",
    "ShelveClip",
    "SwellClip",
    "TrackClip",
    "TravelClip",
]

Point = Any

TIP = 0.16
"""Length of an arrow's head, units."""


class Motion(Timeline):
    """A timeline whose newcomers are unseen until their clip begins."""

    def begin(self) -> None:
        """Hide what is to come."""
        for clip in self.clips:
            if isinstance(clip, EnterClip):
                clip.show(0.0)
        super().begin()


class EnterClip(Clip):
    """Something comes from a point, or fades in where it is."""

    def __init__(
        self,
        start: float,
        end: float,
        mobject: VMobject,
        *,
        origin: Point = None,
        scale: float = 1.0,
    ) -> None:
        super().__init__(start, end)
        self._look, self._scale = Look(mobject), scale
        self._away = np.zeros(3) if origin is None else np.asarray(origin) - self._look.center

    def show(self, progress: float) -> None:
        """Come nearer and clearer."""
        way = smooth(progress)
        size = self._scale + (1 - self._scale) * way
        self._look.show(shift=self._away * (1 - way), scale=size, opacity=min(1.0, 2 * way))


class LeaveClip(Clip):
    """Something fades; it stays a part of its group, unseen."""

    def __init__(self, start: float, end: float, mobject: VMobject, *, left: float = 0.0) -> None:
        super().__init__(start, end)
        self._look, self._left = Look(mobject), left

    def show(self, progress: float) -> None:
        """Fade to what is left."""
        self._look.show(opacity=1 - (1 - self._left) * smooth(progress))


class TravelClip(Clip):
    """A copy of something travels to a point, and is gone when it is there.

    It is not there before it sets out, either: Manim goes on drawing what a play began with, though it is
    taken away while the play lasts.
    """

    def __init__(
        self,
        start: float,
        end: float,
        mobject: VMobject,
        target: Point,
        overlay: VGroup,
        *,
        scale: float = 1.0,
        bend: float = 0.0,
        opacity: float = 1.0,
    ) -> None:
        super().__init__(start, end)
        self._copy = mobject.copy()
        self._look, self._overlay = Look(self._copy), overlay
        self._way = np.asarray(target) - self._look.center
        self._growth, self._fade = scale - 1, 1 - opacity
        self._side = bend * np.array([-self._way[1], self._way[0], 0.0])

    def show(self, progress: float) -> None:
        """Follow the way, a little to the side where it is bent."""
        if progress <= 0:
            return
        if progress >= 1:
            self._overlay.remove(self._copy)
            return
        if self._copy not in self._overlay.submobjects:
            self._overlay.add(self._copy)
        way = smooth(progress)
        self._look.show(
            shift=self._way * way + self._side * 4 * way * (1 - way),
            scale=1 + self._growth * way,
            opacity=1 - self._fade * way,
        )


class LandClip(EnterClip):
    """Something grows out of what has just arrived at its middle."""

    def __init__(self, start: float, end: float, mobject: VMobject) -> None:
        super().__init__(start, end, mobject, scale=0.9)


class ShelveClip(Clip):
    """A store fills a slot at once: what belongs there has just arrived."""

    def __init__(self, moment: float, store: ContentStore, sha: str) -> None:
        super().__init__(moment, moment)
        self._store, self._sha = store, sha

    def show(self, progress: float) -> None:
        """Fill the slot."""
        self._store.fill(self._sha)


class SwellClip(Clip):
    """Something swells and sinks back, to say: this one."""

    def __init__(self, start: float, end: float, mobject: VMobject, *, factor: float = 1.12) -> None:
        super().__init__(start, end)
        self._look, self._more = Look(mobject), factor - 1

    def show(self, progress: float) -> None:
        """Swell, sink, and end exactly as before."""
        swell = rate_functions.there_and_back(progress) if progress < 1 else 0.0
        self._look.show(scale=1 + self._more * swell)


class PointClip(Clip):
    """An arrow grows from one point to another; it goes when the timeline ends, unless it is kept."""

    def __init__(
        self,
        start: float,
        end: float,
        ends: tuple[Point, Point],
        color: str,
        home: VGroup,
        *,
        dashed: bool = True,
    ) -> None:
        super().__init__(start, end)
        self._from, self._to = (np.asarray(point, dtype=float)[:2] for point in ends)
        self._home, self._dashed = home, dashed
        self.line = Shape(np.zeros((0, 4, 2)), stroke=color, stroke_width=1.8)
        self.tip = Shape(np.zeros((0, 4, 2)), fill=color)

    def show(self, progress: float) -> None:
        """Draw the arrow as far as it has come."""
        if self.line not in self._home.submobjects:
            self._home.add(self.line, self.tip)
        way = self._to - self._from
        reach = self._from + way * smooth(max(progress, 1e-3))
        curve = np.array([np.linspace(self._from, reach, 4)])
        self.line.set_curves(dashes(curve) if self._dashed else curve)
        along = TIP * way / max(float(np.linalg.norm(way)), 1e-6)
        across = 0.4 * np.array([-along[1], along[0]])
        self.tip.set_curves(polyline(reach, reach - along + across, reach - along - across, reach))


class RevealClip(Clip):
    """A chip's empty tile becomes the face of its bytes."""

    def __init__(self, start: float, end: float, chip: ArtifactChip) -> None:
        super().__init__(start, end)
        self.chip = chip
        chip.face.move_to(chip.blank)
        self._face, self._blank = Look(chip.face), Look(chip.blank)

    def show(self, progress: float) -> None:
        """Fade one over the other."""
        chip, way = self.chip, smooth(progress)
        if chip.face not in chip.submobjects:
            chip.add(chip.face)
        if progress >= 1:
            chip.remove(chip.blank)
        self._face.show(opacity=way, scale=0.7 + 0.3 * way)
        self._blank.show(opacity=1 - way)


class TrackClip(Clip):
    """A track goes on to a stage."""

    def __init__(self, start: float, end: float, track: LifecycleTrack, stage: str | None) -> None:
        super().__init__(start, end)
        self._track, self._stage = track, stage
        self._before: Sequence[Any] | None = None

    def show(self, progress: float) -> None:
        """Blend between the stages."""
        if self._before is None:
            self._before = [mark.state for mark in self._track.marks]
        self._track.show_change(self._before, self._track.states_at(self._stage), smooth(progress))


def slot_of(place: VMobject, sha: str) -> VMobject:
    """Return what shows the blob: a store's slot, or the cell itself."""
    return place.slot(sha) if isinstance(place, ContentStore) else place


def face_center(mobject: Any) -> Point:
    """Return where a mobject's face is."""
    held = getattr(mobject, "face", mobject)
    if isinstance(mobject, ArtifactChip) and mobject.face not in mobject.submobjects:
        held = mobject.blank
    return held.get_center()


def is_slot(mobject: object) -> bool:
    """Tell whether a mobject is a place in a store."""
    return isinstance(mobject, BlobSlot)
