"""The small motions a replay is made of."""

from __future__ import annotations

import numpy as np
from manim import Mobject, VGroup, smooth

from manim_metaflow.animations.motion.pose import Pose
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.shapes import Shape, circle, dashes
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.mobjects.storage.slots import BlobSlot
from manim_metaflow.theme import mix

__all__ = ["AppearClip", "EdgeClip", "FlyClip", "ReferenceClip"]


class EdgeClip(Clip):
    """A strand lights up while, if something is handed on, a dot runs along it."""

    def __init__(
        self,
        start: float,
        end: float,
        edge: FlowEdge,
        strand: int,
        color: str,
        overlay: VGroup,
        *,
        dot: bool = True,
        lit: bool = True,
    ) -> None:
        super().__init__(start, end)
        self.lit = lit
        self.edge, self.strand, self.color, self.overlay, self.dot = edge, strand, color, overlay, dot
        self._dot: Shape | None = None

    def touched(self) -> list[Mobject]:
        """Name the edge, and what holds the dot."""
        return [self.edge, self.overlay]

    def show(self, progress: float) -> None:
        """Move the dot, and take it away at the end."""
        if self.lit:
            self.edge.paint(self.color, strand=self.strand, amount=progress)
            if self.edge.label is not None:
                self.edge.label.paint(fill=mix(self.color, self.edge.theme.muted, progress))
        if progress >= 1:
            if self._dot is not None:
                self.overlay.remove(self._dot)
            return
        if not self.dot or progress <= 0:  # Manim would go on drawing what a play began with
            return
        if self._dot is None:
            self._dot = Shape(circle(0.07), fill=self.color)
            self.overlay.add(self._dot)
        self._dot.move_to(self.edge.point_at(smooth(progress), self.strand))


class AppearClip(Clip):
    """A chip grows beside its task."""

    def __init__(self, start: float, end: float, chip: ArtifactChip, home: VGroup) -> None:
        super().__init__(start, end)
        self.chip, self.home = chip, home
        self._pose = Pose(chip)
        self._pivot = chip.face.get_center()

    def touched(self) -> list[Mobject]:
        """Name what the chip becomes part of."""
        return [self.home]

    def show(self, progress: float) -> None:
        """Grow from half size, out of nothing."""
        if self.chip not in self.home.submobjects:
            self.home.add(self.chip)
        grown = smooth(progress)
        self._pose.show(scale=0.5 + 0.5 * grown, about=self._pivot, opacity=grown)


class FlyClip(Clip):
    """A face goes from its task to its place in the store."""

    def __init__(
        self, start: float, end: float, chip: ArtifactChip, slot: BlobSlot, overlay: VGroup, home: VGroup
    ) -> None:
        super().__init__(start, end)
        self.slot, self.overlay, self.home = slot, overlay, home
        self._face = chip.face.copy()
        self._pose = Pose(self._face)
        self._path = slot.face.get_center() - chip.face.get_center()
        self._growth = slot.face.height / chip.face.height - 1

    def touched(self) -> list[Mobject]:
        """Name what holds the face on its way, and the slot at its end."""
        return [self.overlay, self.home]

    def show(self, progress: float) -> None:
        """Fly a copy; the chip keeps its own."""
        if progress >= 1:
            self.overlay.remove(self._face)
            if self.slot not in self.home.submobjects:
                self.home.add(self.slot)
            return
        if progress <= 0:  # Manim would go on drawing what a play began with
            return
        if self._face not in self.overlay.submobjects:
            self.overlay.add(self._face)
        way = smooth(progress)
        self._pose.show(shift=self._path * way, scale=1 + self._growth * way)


class ReferenceClip(Clip):
    """A dashed line grows from a task to its clone: a reference, nothing is carried along it."""

    def __init__(
        self, start: float, end: float, line: tuple[np.ndarray, np.ndarray], color: str, home: VGroup
    ) -> None:
        super().__init__(start, end)
        self.line, self.home = line, home
        self._path = Shape(np.zeros((0, 4, 2)), stroke=color, stroke_width=1.8)

    def touched(self) -> list[Mobject]:
        """Name what the line becomes part of."""
        return [self.home]

    def show(self, progress: float) -> None:
        """Draw the line as far as it has come."""
        if self._path not in self.home.submobjects:
            self.home.add(self._path)
        start, end = self.line
        reach = start + (end - start) * smooth(max(progress, 1e-3))
        self._path.set_curves(dashes(np.array([np.linspace(start[:2], reach[:2], 4)])))
