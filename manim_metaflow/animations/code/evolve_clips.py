"""The motions of lines and words when code changes.

Manim draws what was on the scene when a play began until the play is over, taken away or not: what
goes is therefore made invisible, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from manim import Mobject, VGroup, smooth

from manim_metaflow.animations.code.match import match_words
from manim_metaflow.animations.motion.rest import Rest
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.mobjects.code.line import Ink
from manim_metaflow.mobjects.code.panel import CodeLine, CodePanel
from manim_metaflow.mobjects.code.rows import CodeRow, Word
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.theme import mix, use_theme

__all__ = ["change_line", "fade_in_line", "fade_out_line", "move_line", "resize_panel", "type_line"]


def fade_out_line(start: float, end: float, panel: CodePanel, line: CodeLine, stripe: Shape | None) -> Clip:
    """Let a line flare up on its stripe and fade."""

    def show(progress: float) -> None:
        if progress >= 1:
            panel.rows.remove(line.fade_to_opacity(0.0))
            if stripe is not None:
                panel.remove(stripe.set_fill(opacity=0.0))
            return
        faded = smooth(max(0.0, 2 * progress - 1))
        _show_stripe(panel, stripe, smooth(min(1.0, 3 * progress)) * (1 - faded))
        line.fade_to_opacity(1 - faded)

    return Clip(start, end, show, touches=_named(panel, stripe, line))


def move_line(
    start: float, end: float, panel: CodePanel, line: CodeLine, row: CodeRow, places: tuple[float, float]
) -> Clip:
    """Let a line go from one place of the window to another; its number changes on arrival.

    Out of the window it goes behind the mask, and comes into it from there.
    """
    rest = Rest(line)
    before, after = places
    offset = panel.home(after) - panel.home(before)
    # Number and inks may be others on arrival; those that were there are made invisible.
    touches = _named(panel, None, line, *line.get_family())

    def show(progress: float) -> None:
        _add_line(panel, line)
        moved = smooth(progress)
        rest.show(shift=offset * moved)
        if before != after and not panel.fits:
            at = before + (after - before) * moved
            line.fade_to_opacity(1.0 if panel.has_room(at) else 0.0)
        if progress < 1:
            return
        if 0 <= after < panel.window or panel.fits:
            line.show_row(row)
        else:
            panel.rows.remove(line.fade_to_opacity(0.0))

    return Clip(start, end, show, touches=touches)


def fade_in_line(start: float, end: float, panel: CodePanel, line: CodeLine, stripe: Shape | None) -> Clip:
    """Let a new line slide in from the right on its stripe."""
    rest = Rest(line)

    def show(progress: float) -> None:
        _add_line(panel, line)
        grown = smooth(progress)
        _show_stripe(panel, stripe, grown)
        rest.show(shift=[0.3 * (1 - grown), 0.0, 0.0], opacity=grown)

    return Clip(start, end, show, touches=_named(panel, stripe, line))


def type_line(start: float, end: float, panel: CodePanel, line: CodeLine, stripe: Shape | None) -> Clip:
    """Let a new line be typed on its stripe."""
    whole = [(ink, ink.points.copy()) for ink in line.inks]
    first = min((int(ink.columns[0]) for ink in line.inks), default=0)
    last = max((int(ink.columns[-1]) + 1 for ink in line.inks), default=0)

    def show(progress: float) -> None:
        _add_line(panel, line)
        _show_stripe(panel, stripe, min(1.0, 2 * progress))
        # At the end everything, also letters that a font draws beyond their column.
        columns = first + (last - first) * progress if progress < 1 else np.inf
        for ink, points in whole:
            letters = int(np.searchsorted(ink.columns, columns, side="left"))
            ink.points = points[: int(ink.ends[letters - 1]) if letters else 0].copy()

    return Clip(start, end, show, touches=_named(panel, stripe, line))


def change_line(
    times: tuple[float, float, float, float],
    panel: CodePanel,
    old: CodeLine,
    new: CodeLine,
    stripe: Shape | None,
    overlay: VGroup,
) -> Clip:
    """Let a line change word by word: what goes fades, what stays slides, what comes appears.

    Only the words are drawn until the new line takes their place. ``times`` are when the words that go
    begin to fade, when the others begin to slide, when they have arrived, and when the new ones are there.
    """
    begin, _, arrives, end = times
    words, show_words = _changing_words(old, new, times)

    def show(progress: float) -> None:
        panel.rows.remove(old.fade_to_opacity(0.0))
        if progress >= 1:
            overlay.remove(words.set_fill(opacity=0.0))
            _show_stripe(panel, stripe, 1.0)
            _add_line(panel, new)
            return
        if words not in overlay.submobjects:
            overlay.add(words)
        now = begin + progress * (end - begin)
        show_words(now)
        if now >= arrives:
            _show_stripe(panel, stripe, smooth(_share(now, arrives, end)))

    return Clip(begin, end, show, touches=_named(panel, stripe, old, new, overlay, words))


def resize_panel(start: float, end: float, panel: CodePanel, size: tuple[float, float]) -> Clip:
    """Let a panel's background take another size; its upper left corner stays."""
    corner, zoom, radius = panel.corner[:2], panel.zoom, panel.theme.radius
    before, after = np.array(panel.size), np.array(size)

    def show(progress: float) -> None:
        width, height = before + (after - before) * smooth(progress)
        middle = corner + np.array([width, -height]) / 2 * zoom
        panel.panel.set_curves(rounded_rectangle(width, height, radius) * zoom + middle)
        if panel.mask is not None:
            panel.mask.lay((width, height), middle, zoom)

    return Clip(start, end, show, touches=[panel.panel, panel.mask or panel.panel])


def _changing_words(
    old: CodeLine, new: CodeLine, times: tuple[float, float, float, float]
) -> tuple[VGroup, Callable[[float], None]]:
    """Return the words of two lines, and what shows them at a time."""
    # The theme is that of the code: the one in force while it plays may be another.
    theme = old.theme
    begin, slides, arrives, end = times
    stay, go, come = match_words(old.row.words, new.row.words)
    going = [_word(old, word) for word in go]
    coming = [Rest(_word(new, word)) for word in come]
    staying = []
    for before, after in stay:
        ink = _word(old, before)
        offset = _word(new, after).get_center() - ink.get_center()
        staying.append((Rest(ink), ink, offset, before.role, after.role))
    number = Rest(old.number.copy())
    number_offset = new.origin - old.origin

    def show(now: float) -> None:
        faded, slid, grown = (
            smooth(_share(now, *span)) for span in ((begin, slides), (slides, arrives), (arrives, end))
        )
        for ink in going:
            shade = mix(theme.removed, getattr(theme, ink.role), min(1.0, 3 * faded))
            ink.set_fill(shade, 1 - faded, family=False)
        for rest, ink, offset, before, after in staying:
            rest.show(shift=offset * slid)
            if before != after:
                ink.set_fill(mix(getattr(theme, after), getattr(theme, before), slid), family=False)
        number.show(shift=number_offset * slid)
        for rest in coming:
            rest.show(shift=[0.2 * (1 - grown), 0.0, 0.0], opacity=grown)

    moving = [number.mobject, *going, *[ink for _, ink, *_ in staying], *[rest.mobject for rest in coming]]
    return VGroup(*moving), show


def _add_line(panel: CodePanel, line: CodeLine) -> None:
    if line not in panel.rows.submobjects:
        panel.rows.add(line)


def _show_stripe(panel: CodePanel, stripe: Shape | None, amount: float) -> None:
    if stripe is None:
        return
    if stripe not in panel.submobjects:
        # Above the panel's background, which is first, and behind the letters.
        panel.submobjects.insert(1, stripe)
    stripe.set_fill(opacity=panel.theme.stripe * amount)


def _named(panel: CodePanel, stripe: Shape | None, *others: Mobject) -> list[Mobject]:
    """Mobjects that a clip touches; panel and rows are named because lines and stripes come and go."""
    return [panel, *others] if stripe is None else [panel, stripe, *others]


def _word(line: CodeLine, word: Word) -> Ink:
    # A line with one word only: it lies where the word does in the whole line, to the last digit.
    row = replace(line.row, words=(word,))
    with use_theme(line.theme):
        return CodeLine(row, font_size=line.font_size).place(line.origin, line.zoom).inks[0]


def _share(now: float, start: float, end: float) -> float:
    return min(1.0, max(0.0, (now - start) / (end - start))) if end > start else float(now >= end)
