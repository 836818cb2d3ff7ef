"""Code changes before your eyes: what goes fades, what stays moves, what comes appears or is typed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from manim import Scene, VGroup, VMobject, smooth

from manim_metaflow.animations.code_clips import (
    ComeClip,
    GlideClip,
    GoClip,
    GroundClip,
    RewordClip,
    TypeClip,
)
from manim_metaflow.animations.code_match import Match, match_rows
from manim_metaflow.animations.pose import Pose
from manim_metaflow.animations.timeline import Clip, Timeline
from manim_metaflow.mobjects.code import CodeLine, CodePanel
from manim_metaflow.mobjects.code_rows import CodeRow
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.mobjects.path import Path
from manim_metaflow.theme import current_theme

__all__ = ["EvolveCode", "FocusCode"]

GO, MOVE, COME = 0.9, 0.7, 0.9
"""Seconds of the three movements."""

TYPING = 38.0
"""Letters a second."""

FOCUS = 0.8
"""Seconds the light takes to other lines."""


class EvolveCode(Timeline):
    r"""Turn a panel's code into another version of it, word by word.

    Lines both versions share are the same mobjects afterwards; they glide to their new place, and so
    does a block that moved. In a line that changed, the words that stay slide. Lines that go flare up in
    the colour of failure and fade; lines that come appear on a stripe in the colour of success, which
    stays, in :attr:`stripes`. The upper left corner of the panel keeps its place.

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
        self.stripes: Parts[Path] = Parts()
        self._mark = mark
        self._overlay = VGroup()
        new_rows = panel.rows_of(source)
        self._old, self._new = panel.all_rows, new_rows
        self._size = panel.size_for(new_rows)
        self._top = _top_after(panel, new_rows, show)
        match = match_rows(self._old, new_rows)
        go, move = self._durations(match)
        self._times = (0.0, go, go + move)
        self._lines: dict[int, CodeLine] = {}
        clips: list[Clip] = list(self._leaving(match))
        if panel.lit:
            clips.append(_LightClip(0.0, max(go, 0.3), panel, ()))
        clips += self._staying(match)
        clips += self._changing(match)
        clips += self._coming(match, typed)
        if self._size != panel.size:
            clips.append(GroundClip(go, go + move, panel, self._size))
        self.arrivals: dict[int, float] = {
            clip.line.line: clip.start for clip in clips if isinstance(clip, ComeClip | TypeClip)
        }
        end = max([clip.end for clip in clips], default=0.0)
        clips.append(_SettleClip(end, end, self, source))
        super().__init__([panel], clips, overlay=self._overlay, run_time=run_time, **kwargs)

    def _durations(self, match: Match) -> tuple[float, float]:
        """Seconds in which lines go and move: none where nothing does."""
        used = {*match.kept.values(), *match.changed.values()}
        goes = len(used) < len(self._old) or match.changed
        shift = self.panel.top - self._top
        moves = any(new + shift != old for new, old in match.kept.items()) or match.changed
        return GO if goes else 0.0, MOVE if moves or self._size != self.panel.size else 0.0

    def _stripe(self, index: int, color: str, *, kept: bool) -> Path | None:
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
        color = current_theme().failed
        for place, line in enumerate(self.panel.rows):
            if self.panel.top + place not in used:
                stripe = self._stripe(place, color, kept=False) if line.text else None
                yield GoClip(0.0, self._times[1] or GO, self.panel, line, stripe)

    def _staying(self, match: Match) -> Iterable[Clip]:
        _, start, end = self._times
        drawn = dict(enumerate(self.panel.rows, self.panel.top))
        for new, old in match.kept.items():
            line, way = drawn.get(old), (old - self.panel.top, self._place(new))
            if line is None and not self._seen(new):
                continue
            if line is None:
                edge = -1 if way[0] < 0 else self.panel.window
                way = (edge, way[1])
                line = self.panel.make_line(self._new[new], edge).fade_to_opacity(0.0)
            elif not self._seen(new):
                way = (way[0], -1 if way[1] < 0 else self.panel.window)
            if self._seen(new):
                self._lines[new] = line
            yield GlideClip(start, end, self.panel, line, self._new[new], way)

    def _changing(self, match: Match) -> Iterable[Clip]:
        go, move = self._times[1:]
        color = current_theme().done
        drawn = dict(enumerate(self.panel.rows, self.panel.top))
        for new, old in match.changed.items():
            line = drawn.get(old)
            if not self._seen(new):
                if line is not None:
                    yield GoClip(0.0, go or GO, self.panel, line, None)
                continue
            fresh = self.panel.make_line(self._new[new], self._place(new))
            self._lines[new] = fresh
            stripe = self._stripe(self._place(new), color, kept=True)
            if line is None:
                yield ComeClip(move, move + COME, self.panel, fresh, stripe)
            else:
                times = (0.0, go, move, move + COME)
                yield RewordClip(times, self.panel, line, fresh, stripe, self._overlay)

    def _coming(self, match: Match, typed: bool) -> Iterable[Clip]:
        at = self._times[2]
        color = current_theme().done
        for index, row in enumerate(self._new):
            if not self._seen(index) or index in match.kept or index in match.changed:
                continue
            line = self.panel.make_line(row, self._place(index))
            self._lines[index] = line
            stripe = self._stripe(self._place(index), color, kept=True) if row.text else None
            if typed:
                time = 0.12 + len(row.text.strip()) / TYPING
                yield TypeClip(at, at + time, self.panel, line, stripe)
                at += time
            else:
                yield ComeClip(at, at + COME, self.panel, line, stripe)

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


def _top_after(panel: CodePanel, rows: list[CodeRow], show: Iterable[int]) -> int:
    """Where the window begins in a new version."""
    if panel.fits:
        return 0
    last = max(0, len(rows) - panel.window)
    wanted = set(show)
    places = [index for index, row in enumerate(rows) if row.number in wanted]
    if not places:
        return min(panel.top, last)
    first, end = places[0], places[-1] + 1
    if panel.top <= first and end <= panel.top + panel.window and panel.top <= last:
        return panel.top
    return min(max(0, first - max(0, (panel.window - (end - first)) // 2)), last)


class _SettleClip(Clip):
    def __init__(self, start: float, end: float, evolution: EvolveCode, source: str) -> None:
        super().__init__(start, end)
        self.evolution, self.source = evolution, source

    def show(self, progress: float) -> None:
        """Put the lines in their order."""
        self.evolution.settle(self.source)


class FocusCode(Timeline):
    """Scroll to some lines, light them up and dim the rest.

    Parameters
    ----------
    panel
        The panel.
    lines
        Their numbers, from :meth:`.CodePanel.step` and its like; none lights everything evenly.
    color
        Of the band.
    dim
        How far the rest steps back, 0 to 1.
    scroll
        Whether to scroll to the lines.

    Examples
    --------
    .. manim:: FocusCodeExample

        class FocusCodeExample(Scene):
            def construct(self):
                panel = CodePanel(load_flow("my_flow.py").source, window=12, title="my_flow.py")
                self.add(panel)
                self.play(FocusCode(panel, panel.step("end")))
                self.play(FocusCode(panel, ()))
    """

    def __init__(
        self,
        panel: CodePanel,
        lines: Iterable[int],
        color: str | None = None,
        *,
        dim: float = 0.62,
        scroll: bool = True,
        run_time: float = FOCUS,
        **kwargs: Any,
    ) -> None:
        wanted = tuple(sorted(set(lines)))
        light = _LightClip(0.0, FOCUS, panel, wanted, color=color, dim=dim)
        top = panel.top_for(wanted) if scroll else panel.top
        clips: list[Clip] = [light]
        self.panel = panel
        self._scrolls = top != panel.top
        if self._scrolls:
            clips.insert(0, _ScrollClip(0.0, FOCUS, panel, top))
            light.follow(panel.top, top)
        super().__init__([panel if self._scrolls else panel.light], clips, run_time=run_time, **kwargs)

    def _setup_scene(self, scene: Scene) -> None:
        if self.panel not in scene.get_mobject_family_members():
            scene.add(self.panel)
        if not self._scrolls:
            # Manim draws anew all that belongs to what moves: by itself the light is three shapes.
            self.panel.remove(self.panel.light)
        super()._setup_scene(scene)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Give the light back to its panel."""
        super().clean_up_from_scene(scene)
        if not self._scrolls:
            scene.remove(self.panel.light)
            self.panel.add(self.panel.light)


class _LightClip(Clip):
    def __init__(
        self,
        start: float,
        end: float,
        panel: CodePanel,
        lines: tuple[int, ...],
        *,
        color: str | None = None,
        dim: float = 0.62,
    ) -> None:
        super().__init__(start, end)
        self.panel, self.lines, self.dim = panel, lines, dim
        self.color = color or current_theme().running
        self._tops = (float(panel.top), float(panel.top))
        self._was_lit = bool(panel.lit)
        before, after = panel.spans(panel.lit), panel.spans(lines)
        self._spans = _paired(before or after, after or before)

    def follow(self, before: int, after: int) -> None:
        """Move with the window."""
        self._tops = (float(before), float(after))

    def show(self, progress: float) -> None:
        """Slide the light from run to run; without a goal, or a start, it fades where it is."""
        part = smooth(progress)
        if self.lines:
            self.panel.light.tint(self.color, self.dim)
        before, after = float(self._was_lit), float(bool(self.lines))
        spans = [
            (a + (c - a) * part, b + (d - b) * part)
            for (a, b), (c, d) in self._spans
            if progress < 1 or d > c
        ]
        top = self._tops[0] + (self._tops[1] - self._tops[0]) * part
        self.panel.show_light(spans, before + (after - before) * part, top=top)
        self.panel.lit = self.lines if progress >= 1 else self.panel.lit


_Span = tuple[float, float]


def _paired(before: list[_Span], after: list[_Span]) -> list[tuple[_Span, _Span]]:
    """Which run of rows goes where; where there are more on one side, the nearest splits or joins."""
    count = max(len(before), len(after))
    return list(zip(_padded(before, after, count), _padded(after, before, count), strict=True))


def _padded(runs: list[_Span], others: list[_Span], count: int) -> list[_Span]:
    extra = [_nearest(runs, other) for other in others[len(runs) :]]
    return [*runs, *extra][:count]


def _nearest(runs: list[_Span], other: _Span) -> _Span:
    """Return an empty run at that edge of the existing ones that is nearest to another."""
    edges = [edge for run in runs for edge in run]
    nearest = min(edges, key=lambda edge: (abs(edge - other[0]), edge))
    return nearest, nearest


class _ScrollClip(Clip):
    """Rows pass through the window; of a long way only its beginning and its end."""

    def __init__(self, start: float, end: float, panel: CodePanel, top: int) -> None:
        super().__init__(start, end)
        self.panel, self.top, self._before = panel, top, panel.top
        window = panel.window
        low, high = sorted((panel.top, top))
        if high - low > 2 * window:
            near = [*range(low, low + window + window // 2), *range(high - window // 2, high + window)]
        else:
            near = list(range(low, high + window))
        self._order = [index for index in near if index < len(panel.all_rows)]
        self._from, self._to = self._order.index(panel.top), self._order.index(top)
        self._drawn = {index: _posed(line) for index, line in enumerate(panel.rows, panel.top)}

    def show(self, progress: float) -> None:
        """Show the rows near the moment's window, fainter at its edges."""
        panel = self.panel
        for line, _, _ in self._drawn.values():
            line.fade_to_opacity(0.0)
        if progress >= 1:
            last = min(self.top + panel.window, len(panel.all_rows))
            panel.rows.submobjects = [self._line(index, index - self.top) for index in range(self.top, last)]
            panel.show_top(self.top)
            return
        at = self._from + (self._to - self._from) * smooth(progress)
        lines: list[VMobject] = []
        for place in range(int(at), min(int(at) + panel.window + 1, len(self._order))):
            line = self._line(self._order[place], place - at)
            inside = min(1.0, place - at + 1, panel.window - (place - at))
            lines.append(line.fade_to_opacity(max(0.0, inside)))
        panel.rows.submobjects = lines
        panel.show_thumb(self._before + (self.top - self._before) * smooth(progress))

    def _line(self, index: int, place: float) -> CodeLine:
        if index not in self._drawn:
            self._drawn[index] = _posed(self.panel.make_line(self.panel.all_rows[index], 0))
        line, pose, origin = self._drawn[index]
        pose.show(shift=self.panel.home(place) - origin)
        return line


def _posed(line: CodeLine) -> tuple[CodeLine, Pose, Any]:
    return line, Pose(line), line.origin
