"""Code becomes another version of it: lines that go fade, lines that stay move, new ones are typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from manim import VGroup

from manim_metaflow.animations.code.evolve_clips import (
    change_line,
    fade_in_line,
    fade_out_line,
    move_line,
    resize_panel,
    type_line,
)
from manim_metaflow.animations.code.focus import View, move_light
from manim_metaflow.animations.code.match import Match, match_rows
from manim_metaflow.animations.motion.clips import call
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.mobjects.code.panel import CodeLine, CodePanel
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.mobjects.shapes import Shape

__all__ = ["EvolveCode"]

GO, MOVE, COME = 0.9, 0.7, 0.9
"""Seconds of the three movements."""

TYPING = 38.0
"""Letters a second."""


class EvolveCode(Timeline):
    r"""Turn a panel's code into another version of it, word by word.

    Lines both versions share are the same mobjects afterwards; they glide to their new position, and so
    does a block that moved. In a line that changed, the words that stay slide. Lines that go flare up in
    the colour of failure and fade; lines that come appear on a stripe in the colour of success, which
    stays, in :attr:`stripes`. The upper left corner of the panel stays where it is.

    Parameters
    ----------
    panel
        The panel.
    source
        The new text.
    show
        Numbers of lines of the new text that shall be in the window afterwards.
    typed
        Whether new lines are typed, one after the other, instead of faded in.
    mark
        Whether stripes show what goes and what comes.

    Attributes
    ----------
    stripes
        Behind the lines that came, part of the panel until :meth:`.CodePanel.clear` takes them away.
    arrivals
        When each new line begins to come (seconds), by its number.

    Examples
    --------
    .. manim:: EvolveCodeExample

        class EvolveCodeExample(Scene):
            def construct(self):
                panel = CodePanel("x = 1\ny = 2")
                self.add(panel)
                self.play(EvolveCode(panel, "y = 2\nfor i in range(3):\n    x = i"))
    """

    def __init__(
        self,
        panel: CodePanel,
        source: str,
        *,
        show: Iterable[int] = (),
        typed: bool = False,
        mark: bool = True,
        run_time: float | None = None,
        **kwargs: Any,
    ) -> None:
        self.panel = panel
        self.stripes: Parts[Shape] = Parts()
        self._mark = mark
        self._overlay = VGroup()
        new_rows = panel.rows_of(source)
        self._old, self._new = panel.all_rows, new_rows
        self._size = panel.size_for(new_rows)
        self._top = panel.top_for(show, rows=new_rows)
        match = match_rows(self._old, new_rows)
        go, move = self._durations(match)
        self._times = (0.0, go, go + move)
        self._lines: dict[int, CodeLine] = {}
        self.arrivals: dict[int, float] = {}
        clips: list[Clip] = list(self._leaving(match))
        if panel.lit:
            now = View(panel.top, panel.lit)
            clips.append(move_light(0.0, max(go, 0.3), panel, now, View(panel.top, ())))
        clips += self._staying(match)
        clips += self._changing(match)
        clips += self._coming(match, typed)
        if self._size != panel.size:
            clips.append(resize_panel(go, go + move, panel, self._size))
        end = max([clip.end for clip in clips], default=0.0)
        clips.append(call(end, lambda: self.settle(source), panel))
        super().__init__([panel], clips, overlay=self._overlay, run_time=run_time, **kwargs)

    def _durations(self, match: Match) -> tuple[float, float]:
        """Seconds in which lines go and move: none where nothing does."""
        used = {*match.kept.values(), *match.changed.values()}
        goes = len(used) < len(self._old) or match.changed
        shift = self.panel.top - self._top
        moves = any(new + shift != old for new, old in match.kept.items()) or match.changed
        return GO if goes else 0.0, MOVE if moves or self._size != self.panel.size else 0.0

    def _stripe(self, index: int, color: str, *, kept: bool) -> Shape | None:
        if not self._mark:
            return None
        stripe = self.panel.stripe(index, color, width=self._size[0] if kept else None)
        if kept:
            self.stripes.add(stripe)
        return stripe

    def _place(self, index: int) -> int:
        return index - self._top

    def _seen(self, index: int) -> bool:
        window = len(self._new) if self.panel.fits else self.panel.window
        return 0 <= self._place(index) < window

    def _leaving(self, match: Match) -> Iterable[Clip]:
        used = {*match.kept.values(), *match.changed.values()}
        color = self.panel.theme.removed
        for place, line in enumerate(self.panel.rows):
            if self.panel.top + place not in used:
                stripe = self._stripe(place, color, kept=False) if line.text else None
                yield fade_out_line(0.0, self._times[1] or GO, self.panel, line, stripe)

    def _staying(self, match: Match) -> Iterable[Clip]:
        _, start, end = self._times
        drawn = dict(enumerate(self.panel.rows, self.panel.top))
        for new, old in match.kept.items():
            line, before, after = drawn.get(old), old - self.panel.top, self._place(new)
            if line is None and not self._seen(new):
                continue
            if line is None:
                # It comes from just outside of the window: from where it really was, it would have to fly.
                before = -1 if before < 0 else self.panel.window
                line = self.panel.make_line(self._new[new], before).fade_to_opacity(0.0)
            elif not self._seen(new):
                after = -1 if after < 0 else self.panel.window
            if self._seen(new):
                self._lines[new] = line
            yield move_line(start, end, self.panel, line, self._new[new], (before, after))

    def _changing(self, match: Match) -> Iterable[Clip]:
        go, move = self._times[1:]
        color = self.panel.theme.added
        drawn = dict(enumerate(self.panel.rows, self.panel.top))
        for new, old in match.changed.items():
            line = drawn.get(old)
            if not self._seen(new):
                if line is not None:
                    yield fade_out_line(0.0, go or GO, self.panel, line, None)
                continue
            fresh = self.panel.make_line(self._new[new], self._place(new))
            self._lines[new] = fresh
            stripe = self._stripe(self._place(new), color, kept=True)
            if line is None:
                self.arrivals[fresh.line] = move
                yield fade_in_line(move, move + COME, self.panel, fresh, stripe)
            else:
                times = (0.0, go, move, move + COME)
                yield change_line(times, self.panel, line, fresh, stripe, self._overlay)

    def _coming(self, match: Match, typed: bool) -> Iterable[Clip]:
        at = self._times[2]
        color = self.panel.theme.added
        for index, row in enumerate(self._new):
            if not self._seen(index) or index in match.kept or index in match.changed:
                continue
            line = self.panel.make_line(row, self._place(index))
            self._lines[index] = line
            stripe = self._stripe(self._place(index), color, kept=True) if row.text else None
            self.arrivals[line.line] = at
            if typed:
                time = 0.12 + len(row.text.strip()) / TYPING
                yield type_line(at, at + time, self.panel, line, stripe)
                at += time
            else:
                yield fade_in_line(at, at + COME, self.panel, line, stripe)

    def settle(self, source: str) -> None:
        """Make the panel what a fresh one of the new text is, with the lines that stayed."""
        panel = self.panel
        panel.source, panel.all_rows = source, self._new
        panel.size, panel.top, panel.lit = self._size, self._top, ()
        panel.rows.submobjects = [self._lines[index] for index in sorted(self._lines)]
        for place, (index, line) in enumerate(sorted(self._lines.items())):
            line.show_row(self._new[index])
            line.place(panel.home(place), panel.zoom).fade_to_opacity(1.0)
        panel.show_thumb(panel.top)
