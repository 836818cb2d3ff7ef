"""Light that moves over code, and a window that scrolls to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from manim import Scene, VMobject, smooth

from manim_metaflow.animations.motion.pose import Pose
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.mobjects.code.panel import CodeLine, CodePanel
from manim_metaflow.theme import current_theme

__all__ = ["FocusCode", "LightClip", "ScrollClip", "Seen", "focus_clips"]

FOCUS = 0.8
"""Seconds the light takes to other lines."""

DIM = 0.62
"""How far the lines that are not lit step back."""


@dataclass(frozen=True)
class Seen:
    """Where a panel's window begins, and which lines are lit."""

    top: int
    lit: tuple[int, ...]


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
        dim: float = DIM,
        scroll: bool = True,
        run_time: float = FOCUS,
        **kwargs: Any,
    ) -> None:
        wanted = tuple(sorted(set(lines)))
        seen = Seen(panel.top, panel.lit)
        goal = Seen(panel.top_for(wanted) if scroll else panel.top, wanted)
        self.panel = panel
        self._scrolls = goal.top != seen.top
        clips = list(focus_clips(0.0, FOCUS, panel, seen, goal, color=color, dim=dim))
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


Drawn = dict[int, tuple[CodeLine, Pose, Any]]


def focus_clips(
    start: float,
    end: float,
    panel: CodePanel,
    before: Seen,
    after: Seen,
    *,
    color: str | None = None,
    dim: float = DIM,
    drawn: Drawn | None = None,
) -> Iterator[Clip]:
    """Build what takes a panel from one sight of it to the next.

    Parameters
    ----------
    before, after
        What is seen; the panel may look otherwise now, where other clips come before.
    drawn
        Lines drawn so far, to be shared by all clips that scroll one panel.
    """
    if before.top != after.top:
        drawn = drawn_lines(panel) if drawn is None else drawn
        yield ScrollClip(start, end, panel, before.top, after.top, drawn)
    yield LightClip(start, end, panel, before, after, color=color, dim=dim)


def drawn_lines(panel: CodePanel) -> Drawn:
    """Take the lines a panel shows now, each with where it is."""
    return {index: _posed(line) for index, line in enumerate(panel.rows, panel.top)}


class LightClip(Clip):
    """The light goes from some lines to others."""

    def __init__(
        self,
        start: float,
        end: float,
        panel: CodePanel,
        before: Seen,
        after: Seen,
        *,
        color: str | None = None,
        dim: float = DIM,
    ) -> None:
        super().__init__(start, end)
        self.panel, self.lines, self.dim = panel, after.lit, dim
        self.color = color or current_theme().highlight
        self._tops = before.top, after.top
        self._was_lit = bool(before.lit)
        old, new = panel.spans(before.lit), panel.spans(after.lit)
        self._spans = _paired(old or new, new or old)

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


class ScrollClip(Clip):
    """Rows pass through the window; of a long way only its beginning and its end."""

    def __init__(
        self, start: float, end: float, panel: CodePanel, before: int, top: int, drawn: Drawn
    ) -> None:
        super().__init__(start, end)
        self.panel, self.top, self._before, self._drawn = panel, top, before, drawn
        window = panel.window
        low, high = sorted((before, top))
        if high - low > 2 * window:
            near = [*range(low, low + window + window // 2), *range(high - window // 2, high + window)]
        else:
            near = list(range(low, high + window))
        self._order = [index for index in near if index < len(panel.all_rows)]
        self._from, self._to = self._order.index(before), self._order.index(top)

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
