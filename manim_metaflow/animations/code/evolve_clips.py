"""The small motions of lines and words when code changes.

Manim draws what stood on the scene when a play began until the play is over, taken away or not: what
goes is therefore made invisible too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from manim import VGroup, smooth

from manim_metaflow.animations.code.match import match_words
from manim_metaflow.animations.motion.pose import Pose
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.mobjects.code.line import Ink
from manim_metaflow.mobjects.code.panel import CodeLine, CodePanel
from manim_metaflow.mobjects.code.rows import CodeRow, Word
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.theme import current_theme, mix

__all__ = ["ComeClip", "GlideClip", "GoClip", "GroundClip", "RewordClip", "TypeClip", "reveal"]


def reveal(inks: list[tuple[Ink, Any]], columns: float) -> None:
    """Show the first letters of a row, given its inks and their whole points."""
    for ink, points in inks:
        shown = int(np.searchsorted(ink.columns, columns, side="left"))
        ink.points = points[: int(ink.ends[shown - 1]) if shown else 0].copy()


class _StripeClip(Clip):
    """Has a stripe behind a row of the panel."""

    def __init__(self, start: float, end: float, panel: CodePanel, stripe: Shape | None) -> None:
        super().__init__(start, end)
        self.panel, self.stripe = panel, stripe
        self._opacity = current_theme().stripe

    def show_stripe(self, amount: float) -> None:
        if self.stripe is None:
            return
        if self.stripe not in self.panel.submobjects:
            self.panel.submobjects.insert(1, self.stripe)
        self.stripe.set_fill(opacity=self._opacity * amount)

    def drop_stripe(self) -> None:
        if self.stripe is not None:
            self.panel.remove(self.stripe.set_fill(opacity=0.0))


class GoClip(_StripeClip):
    """A line flares up and fades."""

    def __init__(
        self, start: float, end: float, panel: CodePanel, line: CodeLine, stripe: Shape | None
    ) -> None:
        super().__init__(start, end, panel, stripe)
        self.line = line

    def show(self, progress: float) -> None:
        """Flare for the first half, then fade."""
        if progress >= 1:
            self.panel.rows.remove(self.line.fade_to_opacity(0.0))
            self.drop_stripe()
            return
        fade = smooth(max(0.0, 2 * progress - 1))
        self.show_stripe(smooth(min(1.0, 3 * progress)) * (1 - fade))
        self.line.fade_to_opacity(1 - fade)


class GlideClip(Clip):
    """A line goes to its new place; out of the window it fades, into the window it appears."""

    def __init__(
        self,
        start: float,
        end: float,
        panel: CodePanel,
        line: CodeLine,
        row: CodeRow,
        way: tuple[float, float],
    ) -> None:
        super().__init__(start, end)
        self.panel, self.line, self.row, self.way = panel, line, row, way
        self._pose = Pose(line)
        self._shift = panel.home(way[1]) - panel.home(way[0])

    def show(self, progress: float) -> None:
        """Glide; the number changes on arrival."""
        if self.line not in self.panel.rows.submobjects:
            self.panel.rows.add(self.line)
        part = smooth(progress)
        self._pose.show(shift=self._shift * part)
        if self.way[0] != self.way[1] and not self.panel.fits:
            at = self.way[0] + (self.way[1] - self.way[0]) * part
            inside = min(1.0, max(0.0, at + 1), max(0.0, self.panel.window - at))
            self.line.fade_to_opacity(inside)
        if progress < 1:
            return
        if 0 <= self.way[1] < self.panel.window or self.panel.fits:
            self.line.show_row(self.row)
        else:
            self.panel.rows.remove(self.line.fade_to_opacity(0.0))


class ComeClip(_StripeClip):
    """A new line slides in from the right."""

    def __init__(
        self, start: float, end: float, panel: CodePanel, line: CodeLine, stripe: Shape | None
    ) -> None:
        super().__init__(start, end, panel, stripe)
        self.line = line
        self._pose = Pose(line)

    def show(self, progress: float) -> None:
        """Slide in on its stripe."""
        if self.line not in self.panel.rows.submobjects:
            self.panel.rows.add(self.line)
        grown = smooth(progress)
        self.show_stripe(grown)
        self._pose.show(shift=[0.3 * (1 - grown), 0.0, 0.0], opacity=grown)


class TypeClip(_StripeClip):
    """A new line is typed."""

    def __init__(
        self, start: float, end: float, panel: CodePanel, line: CodeLine, stripe: Shape | None
    ) -> None:
        super().__init__(start, end, panel, stripe)
        self.line = line
        self._whole = [(ink, ink.points.copy()) for ink in line.inks]
        columns = [int(ink.columns[-1]) + 1 for ink in line.inks]
        starts = [int(ink.columns[0]) for ink in line.inks]
        self._from, self._to = min(starts, default=0), max(columns, default=0)

    def show(self, progress: float) -> None:
        """Show the letters typed so far."""
        if self.line not in self.panel.rows.submobjects:
            self.panel.rows.add(self.line)
        self.show_stripe(min(1.0, 2 * progress))
        reveal(self._whole, self._from + (self._to - self._from) * progress if progress < 1 else np.inf)


class RewordClip(_StripeClip):
    """A line changes word by word: what goes fades, what stays slides, what comes appears."""

    def __init__(
        self,
        times: tuple[float, float, float, float],
        panel: CodePanel,
        old: CodeLine,
        new: CodeLine,
        stripe: Shape | None,
        overlay: VGroup,
    ) -> None:
        super().__init__(times[0], times[3], panel, stripe)
        self.times, self.old, self.new, self.overlay = times, old, new, overlay
        stay, go, come = match_words(old.row.words, new.row.words)
        self._go = [_word(old, word) for word in go]
        self._come = [Pose(_word(new, word)) for word in come]
        self._come_inks = [pose.mobject for pose in self._come]
        self._stay = []
        for before, after in stay:
            ink, goal = _word(old, before), _word(new, after)
            way = goal.get_center() - ink.get_center()
            self._stay.append((Pose(ink), ink, way, before.role, after.role))
        self._number = old.number.copy()
        self._number_pose = Pose(self._number)
        self._number_way = new.origin - old.origin
        self._pieces = VGroup(self._number, *self._go, *[ink for _, ink, *_ in self._stay], *self._come_inks)

    def show(self, progress: float) -> None:
        """Draw the words alone until the new line takes their place."""
        begin, moved, came, end = self.times
        if progress >= 1:
            self.overlay.remove(self._pieces.set_fill(opacity=0.0))
            self.show_stripe(1.0)
            if self.new not in self.panel.rows.submobjects:
                self.panel.rows.add(self.new)
            self.panel.rows.remove(self.old.fade_to_opacity(0.0))
            return
        self.panel.rows.remove(self.old.fade_to_opacity(0.0))
        if self._pieces not in self.overlay.submobjects:
            self.overlay.add(self._pieces)
        now = begin + progress * (end - begin)
        theme = current_theme()
        fade = smooth(_share(now, begin, moved))
        for ink in self._go:
            ink.set_fill(
                mix(theme.removed, getattr(theme, ink.role), min(1.0, 3 * fade)), 1 - fade, family=False
            )
        slid = smooth(_share(now, moved, came))
        for pose, ink, way, before, after in self._stay:
            pose.show(shift=way * slid)
            if before != after:
                ink.set_fill(mix(getattr(theme, after), getattr(theme, before), slid), family=False)
        self._number_pose.show(shift=self._number_way * slid)
        grown = smooth(_share(now, came, end))
        for pose in self._come:
            pose.show(shift=[0.2 * (1 - grown), 0.0, 0.0], opacity=grown)
        if now >= came:
            self.show_stripe(grown)


class GroundClip(Clip):
    """The panel's ground takes its new size; its upper left corner stays."""

    def __init__(self, start: float, end: float, panel: CodePanel, size: tuple[float, float]) -> None:
        super().__init__(start, end)
        self.panel = panel
        self._corner, self._zoom = panel.corner[:2], panel.zoom
        self._before, self._after = np.array(panel.size), np.array(size)
        self._radius = current_theme().radius

    def show(self, progress: float) -> None:
        """Draw the ground between its sizes."""
        width, height = self._before + (self._after - self._before) * smooth(progress)
        middle = self._corner + np.array([width, -height]) / 2 * self._zoom
        self.panel.panel.set_curves(rounded_rectangle(width, height, self._radius) * self._zoom + middle)


def _word(line: CodeLine, word: Word) -> Ink:
    row = replace(line.row, words=(word,))
    return CodeLine(row, font_size=line.font_size).place(line.origin, line.zoom).inks[0]


def _share(now: float, start: float, end: float) -> float:
    return min(1.0, max(0.0, (now - start) / (end - start))) if end > start else float(now >= end)
