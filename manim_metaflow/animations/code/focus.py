"""Light that moves over code, and a window that scrolls to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from manim import Mobject, Scene, VMobject, smooth

from manim_metaflow.animations.motion.rest import Rest
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.mobjects.code.panel import CodeLine, CodePanel

__all__ = ["FocusCode", "View", "drawn_lines", "focus_clips", "move_light"]

FOCUS = 0.8
"""Seconds the light takes to other lines."""

DIM = 0.62
"""How far the lines that are not lit step back."""


@dataclass(frozen=True)
class View:
    """What of a panel's code is seen: where its window begins, and which lines are lit."""

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
        wanted = panel.check_lines(lines)
        seen = View(panel.top, panel.lit)
        goal = View(panel.top_for(wanted) if scroll else panel.top, wanted)
        self.panel = panel
        self._scrolls = goal.top != seen.top
        clips = list(focus_clips(0.0, FOCUS, panel, seen, goal, color=color, dim=dim))
        super().__init__([panel if self._scrolls else panel.light], clips, run_time=run_time, **kwargs)

    def set_up_scene(self, scene: Scene) -> None:
        """Add the panel and its light."""
        if self.panel not in scene.get_mobject_family_members():
            scene.add(self.panel)
        if not self._scrolls:
            # Manim draws anew all that belongs to what moves; by itself the light is three shapes.
            self.panel.remove(self.panel.light)
        super().set_up_scene(scene)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Give the light back to its panel."""
        super().clean_up_from_scene(scene)
        if not self._scrolls:
            scene.remove(self.panel.light)
            self.panel.add(self.panel.light)


Drawn = dict[int, tuple[CodeLine, Rest, Any]]


def focus_clips(
    start: float,
    end: float,
    panel: CodePanel,
    before: View,
    after: View,
    *,
    color: str | None = None,
    dim: float = DIM,
    drawn: Drawn | None = None,
) -> Iterator[Clip]:
    """Build what takes a panel from one view of its code to the next.

    Parameters
    ----------
    before, after
        What is seen; that may not be what the panel shows now, where other clips come before.
    drawn
        Lines drawn so far, to be shared by all clips that scroll one panel.
    """
    if before.top != after.top:
        drawn = drawn_lines(panel) if drawn is None else drawn
        yield scroll_rows(start, end, panel, before.top, after.top, drawn)
    yield move_light(start, end, panel, before, after, color=color, dim=dim)


def drawn_lines(panel: CodePanel) -> Drawn:
    """Take the lines a panel shows now, each with where it is."""
    return {index: _posed(line) for index, line in enumerate(panel.rows, panel.top)}


def move_light(
    start: float,
    end: float,
    panel: CodePanel,
    before: View,
    after: View,
    *,
    color: str | None = None,
    dim: float = DIM,
) -> Clip:
    """Let the light slide from some lines to others; without a goal, or a start, it fades where it is."""
    color = color or panel.theme.highlight
    old, new = panel.spans(before.lit), panel.spans(after.lit)
    spans = _paired(old or new, new or old)
    strength = float(bool(before.lit)), float(bool(after.lit))

    def show(progress: float) -> None:
        moved = smooth(progress)
        if after.lit:
            panel.light.tint(color, dim)
        shown = [
            (_between(a, c, moved), _between(b, d, moved))
            for (a, b), (c, d) in spans
            if progress < 1 or d > c
        ]
        panel.show_light(shown, _between(*strength, moved), top=_between(before.top, after.top, moved))
        # Where the light goes is lit from the first frame, as a box has its next state from the first.
        panel.lit = after.lit if progress > 0 else before.lit

    return Clip(start, end, show, touches=[panel.light])


def _between(before: float, after: float, share: float) -> float:
    return before + (after - before) * share


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


def scroll_rows(start: float, end: float, panel: CodePanel, before: int, after: int, drawn: Drawn) -> Clip:
    """Let rows pass through the window; of many only the first and the last."""
    order = _passing(panel, before, after)
    first, last = order.index(before), order.index(after)

    def line_at(index: int, place: float) -> CodeLine:
        if index not in drawn:
            drawn[index] = _posed(panel.make_line(panel.all_rows[index], 0))
        line, rest, origin = drawn[index]
        rest.show(shift=panel.home(place) - origin)
        return line

    def show(progress: float) -> None:
        # What has scrolled out may still be drawn until the play is over.
        for line, _, _ in drawn.values():
            line.fade_to_opacity(0.0)
        if progress >= 1:
            rows = range(after, min(after + panel.window, len(panel.all_rows)))
            panel.rows.submobjects = [line_at(index, index - after) for index in rows]
            panel.show_top(after)
            return
        scrolled = smooth(progress)
        at = _between(first, last, scrolled)
        lines: list[VMobject] = []
        for place in range(int(at), min(int(at) + panel.window + 1, len(order))):
            # It goes behind the mask; where that is too low for it, it is not seen at all.
            seen = 1.0 if panel.has_room(place - at) else 0.0
            lines.append(line_at(order[place], place - at).fade_to_opacity(seen))
        panel.rows.submobjects = lines
        panel.show_thumb(_between(before, after, scrolled))

    def touched() -> list[Mobject]:
        return [panel.rows, panel.thumb, *[line for line, _, _ in drawn.values()]]

    return Clip(start, end, show, touches=touched)


def _passing(panel: CodePanel, before: int, after: int) -> list[int]:
    """Which rows pass from one window to another."""
    window = panel.window
    low, high = sorted((before, after))
    # The middle of a long way is left out: at this speed nobody reads it, and every line that passes has to
    # be built.
    if high - low > 2 * window:
        near = [*range(low, low + window + window // 2), *range(high - window // 2, high + window)]
    else:
        near = list(range(low, high + window))
    return [index for index in near if index < len(panel.all_rows)]


def _posed(line: CodeLine) -> tuple[CodeLine, Rest, Any]:
    return line, Rest(line), line.origin
