"""A step, or one task of it, as a box that shows its state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from manim import ManimColor
from manim.utils.color import ParsableManimColor

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records.states import STATES as TRAITS, WAITING
from manim_metaflow.mobjects.animated import animated, animated_by, not_animated
from manim_metaflow.mobjects.graph.attempts import AttemptRow
from manim_metaflow.mobjects.graph.badges import Badge, badge_mark
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, circle, dashes, rounded_rectangle
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import Theme, current_theme, mix

__all__ = ["STATES", "StateStyle", "StepNode", "state_style"]

STATES = tuple(TRAITS)
"""What a task can be, in Metaflow's words where it has one; ``unreached`` is what a run never came to."""

MARGIN = 0.22

FLASH = 0.5
"""How much of its red the ground of a box has in a flash: with more, its name would not be legible."""

SHEET = 0.075
"""How far a sheet stands out behind the next (units)."""

SHEETS = 2
"""Sheets behind a foreach step whose tasks are not known: two and the box read as "several"."""

DASHED, DOTTED = (0.09, 0.07), (0.02, 0.09)
"""Dash and gap of the outline of what was cloned, and of what was never reached (units)."""

BADGES: dict[str, Badge] = {
    "done": "tick",
    "caught": "bang",
    "failed": "cross",
    "timed out": "clock",
    "killed": "bar",
}


@dataclass(frozen=True)
class StateStyle:
    """How a state is drawn: by colour, and by a mark that can be read without colour."""

    fill: str
    stroke: str
    text: str
    badge: Badge = ""
    border: Literal["solid", "dashed", "dotted"] = "solid"


def state_style(state: str, theme: Theme | None = None) -> StateStyle:
    """Return how a state is drawn.

    Raises
    ------
    UsageError
        There is no such state.

    Examples
    --------
    >>> state_style("failed").badge
    'cross'
    """
    theme = theme or current_theme()
    if state not in STATES:
        raise UsageError(f"There is no task state {state!r}. The states are: {', '.join(STATES)}.")
    if state in WAITING:
        text = theme.text if state == "queued" else theme.muted
        return StateStyle(theme.panel, theme.edge, text)
    if state == "unreached":
        faint = mix(theme.muted, theme.background, 0.92)
        return StateStyle(theme.background, mix(theme.edge, theme.background, 0.9), faint, border="dotted")
    color = theme.state_color(state)
    fill = mix(color, theme.panel, theme.wash)
    border: Literal["solid", "dashed"] = "dashed" if state == "cloned" else "solid"
    return StateStyle(fill, color, theme.text, BADGES.get(state, ""), border)


class StepNode(Drawing):
    """A box with a name and a state.

    Parameters
    ----------
    name
        The step's name, or the task's ``"step/id"``; the text in the box unless ``text`` says otherwise.
    text
        What to write in the box.
    lines
        The text as it is broken, where it is too long for one line.
    width, height
        Units. The width fits the text by default, but is at least ``least_width``.
    font_size
        Manim font size of the text.
    align
        Where in the box the text is.
    sheets
        How many further sheets lie behind the box: a foreach whose tasks are not known yet.
    sheets_go
        Where they stand out, besides to the right: away from where arrows come in.
    state
        One of :data:`STATES`.

    Attributes
    ----------
    box, label
        The outline and the text.

    Examples
    --------
    .. manim:: StepNodeExample
        :save_last_frame:

        class StepNodeExample(Scene):
            def construct(self):
                nodes = VGroup(*[StepNode("train", state=state) for state in STATES])
                self.add(nodes.arrange_in_grid(cols=4, buff=0.6))
    """

    def __init__(
        self,
        name: str,
        *,
        text: str | None = None,
        lines: Sequence[str] = (),
        width: float | None = None,
        least_width: float = 0.0,
        height: float = 0.66,
        font_size: float | None = None,
        align: Literal["center", "left"] = "center",
        sheets: int = 0,
        sheets_go: Literal["up", "down"] = "up",
        state: str = "pending",
    ) -> None:
        self.state = state
        self.theme = current_theme()
        self._color: str | None = None
        state_style(state, self.theme)
        self.label = TextLabel(name if text is None else text, font_size=font_size, lines=lines)
        self._width = max(least_width, self.label.width + 2 * MARGIN) if width is None else width
        self._height = height
        self._radius = min(self.theme.radius, height * 0.24)
        outline = rounded_rectangle(self._width, height, self._radius)
        lean = np.array([SHEET, SHEET if sheets_go == "up" else -SHEET, 0.0])
        offsets = [lean * level for level in range(sheets, 0, -1)]
        # A small box would look bold with the full stroke.
        stroke = self.theme.stroke if height > 0.5 else self.theme.stroke * 0.8
        self.sheets = Parts(
            *[
                Shape(
                    outline, fill=self.theme.panel, stroke=self.theme.edge, stroke_width=stroke * 0.7
                ).shift(by)
                for by in offsets
            ]
        )
        self.box = Shape(outline, fill=self.theme.panel, stroke=self.theme.edge, stroke_width=stroke)
        nothing = np.zeros((1, 4, 2))  # a path without points would change its family when transformed
        self._dashes = Shape(nothing, stroke=self.theme.edge, stroke_width=stroke)
        self._disc = Shape(nothing, fill=self.theme.edge)
        self._mark = Shape(nothing, stroke=self.theme.background, stroke_width=2.4)
        self._attempts = AttemptRow(self.theme)
        self.failed_attempts = 0
        self._stroke = stroke
        if align == "center":
            self.label.center_on(0, 0)
        else:
            self.label.left_at(-self._width / 2 + 0.12, 0)
        marks = [self._disc, self._mark, self._attempts]
        super().__init__(self.sheets, self.box, self._dashes, self.label, *marks, name=name)
        self.set_state(state)

    def __snapshot__(self) -> dict[str, Any]:
        retried = {"failed_attempts": self.failed_attempts} if self.failed_attempts else {}
        return {"role": "node", "name": self.name, "state": self.state, **retried}

    @property
    def node_box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of the box, without badge and sheets (units)."""
        (left, bottom), (right, top) = self.box.points[:, :2].min(axis=0), self.box.points[:, :2].max(axis=0)
        return float(left), float(bottom), float(right), float(top)

    @not_animated("it takes over the parts of another box; play Transform(node, other) instead.")
    def adopt(self, other: StepNode) -> None:
        """Become what another box shows, with its parts; the other must not be used afterwards."""
        self.state, self.failed_attempts = other.state, other.failed_attempts
        self.label, self.sheets, self.box = other.label, other.sheets, other.box
        self._dashes, self._disc, self._mark, self._attempts = (
            other._dashes,
            other._disc,
            other._mark,
            other._attempts,
        )
        self.theme, self._stroke = other.theme, other._stroke
        self._width, self._height, self._radius = other._width, other._height, other._radius
        self.submobjects = list(other.submobjects)

    @animated_by("manim_metaflow.animations.graph.set_state:SetState")
    def set_state(self, state: str) -> StepNode:
        """Show a state at once; ``node.animate.set_state(...)`` shows it gradually."""
        return self.show_change(state, state, 1.0)

    @animated
    def show_change(self, before: str, after: str, progress: float, *, pulse: float = 0.0) -> StepNode:
        """Show a moment between one state and the next.

        Parameters
        ----------
        before, after
            States.
        progress
            0 is ``before``, 1 is ``after``.
        pulse
            0 to 1: how far the border of a running task swells.
        """
        a, b = self._style(before), self._style(after)
        self.state = after if progress > 0 else before
        stroke = mix(b.stroke, a.stroke, progress)
        fill = mix(b.fill, a.fill, progress)
        width = self._stroke * (1 + 0.9 * pulse)
        # Dashes cannot blend into a line: the border changes half-way.
        border = b.border if progress >= 0.5 else a.border
        self.box.paint(fill=fill)
        self.box.paint(stroke=stroke, stroke_width=width, opacity=1.0 if border == "solid" else 0.0)
        self._draw_border(border, stroke)
        self.label.paint(fill=mix(b.text, a.text, progress))
        for sheet in self.sheets:
            sheet.paint(fill=fill)
            sheet.paint(stroke=stroke)
        shown = b if b.badge else a
        # A badge that both states have stays; else the new one grows, or the old one shrinks.
        grown = 1.0 if a.badge == b.badge else progress if b.badge else 1 - progress
        self._draw_badge(shown, grown)
        self._draw_attempts()
        return self

    @not_animated("it is a moment of a flash; play ReplayRun, in which attempts that fail flash.")
    def flash(self, amount: float) -> StepNode:
        """Light the box up in the colour of failure: 1 is all of it, 0 is as its state has it."""
        style, red = self._style(self.state), self.theme.failed
        self.box.paint(fill=mix(mix(red, self.theme.panel, FLASH), style.fill, amount))
        self.box.paint(stroke=mix(red, style.stroke, amount), stroke_width=self._stroke * (1 + amount))
        return self

    def set_color(  # type: ignore[override] # as VMobject has it, which Mobject has not
        self, color: ParsableManimColor, family: bool = True
    ) -> StepNode:
        """Give border, tint and badge a colour of one's own, which changes of state keep; the text stays."""
        self._color = ManimColor.parse(color).to_hex()
        return self.show_change(self.state, self.state, 1.0)

    def _style(self, state: str) -> StateStyle:
        style = state_style(state, self.theme)
        if self._color is None:
            return style
        fill = mix(self._color, self.theme.panel, self.theme.wash)
        return replace(style, stroke=self._color, fill=fill)

    def _hide(self, *parts: Shape) -> None:
        """Shrink parts to a point in the box's middle, where they leave no ink."""
        left, bottom, right, top = self.node_box
        point = np.array([(left + right) / 2, (bottom + top) / 2])
        for part in parts:
            part.set_curves(np.tile(point, (1, 4, 1)))

    @animated
    def hide_badge(self) -> StepNode:
        """Leave the mark out, where a box is too small for it."""
        self._hide(self._disc, self._mark)
        return self

    @animated
    def show_attempts(self, failed: int) -> StepNode:
        """Put a cross on the box's lower edge for each attempt that failed before the present one.

        When the task ends, the mark of how it ended follows them: a tick, or one more cross.
        """
        self.failed_attempts = failed
        self._draw_attempts()
        return self

    def _draw_attempts(self) -> None:
        left, bottom, right, _ = self.node_box
        scale = self.zoom
        at = np.array([left + 0.2 * scale, bottom])
        if not self.failed_attempts:
            self._attempts.hide(at)
            return
        style = self._style(self.state)
        room = right - left - 0.4 * scale
        self._attempts.draw(self.failed_attempts, style.badge, style.stroke, at, scale, room)

    @property
    def zoom(self) -> float:
        """How much it has been scaled since it was built."""
        _, bottom, _, top = self.node_box
        return (top - bottom) / self._height

    def _draw_border(self, border: str, color: str) -> None:
        if border == "solid":
            self._hide(self._dashes)
            # It must not keep the colour of a moment in between, which a play that is skipped never shows.
            self._dashes.paint(stroke=self.theme.edge)
            return
        left, bottom, right, top = self.node_box
        scale = self.zoom
        outline = rounded_rectangle(right - left, top - bottom, self._radius * scale)
        seam = dashes(outline, *(DOTTED if border == "dotted" else DASHED), zoom=scale)
        self._dashes.set_curves(seam + np.array([(left + right) / 2, (bottom + top) / 2]))
        self._dashes.paint(stroke=color)

    def _draw_badge(self, style: StateStyle, size: float) -> None:
        if not style.badge or size <= 0:
            self._hide(self._disc, self._mark)
            return
        _, _, right, top = self.node_box
        radius = (0.125 if self._height > 0.5 else 0.1) * self.zoom
        at = np.array([right - radius * 0.35, top - radius * 0.35])
        radius *= size
        self._disc.set_curves(circle(radius) + at).paint(fill=style.stroke)
        self._mark.set_curves(badge_mark(style.badge, radius) + at)
