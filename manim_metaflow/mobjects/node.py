"""A step, or one task of it, as a box that shows its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from manim import VGroup

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.label import TextLabel
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.mobjects.path import Path, circle, dashes, polyline, rounded_rectangle
from manim_metaflow.theme import Theme, current_theme, mix

__all__ = ["STATES", "Look", "StepNode", "look_of"]

STATES = ("pending", "queued", "running", "done", "failed", "retrying", "caught", "killed", "cloned")
"""What a task can be, in Metaflow's words where it has one."""

TICK = np.array([(-0.42, 0.02), (-0.12, -0.32), (0.45, 0.36)])
CROSS = np.array([(-0.36, -0.36), (0.36, 0.36)])
MARGIN = 0.22


@dataclass(frozen=True)
class Look:
    """How a state is drawn: by colour, and by a mark that can be read without colour."""

    fill: str
    stroke: str
    text: str
    badge: Literal["", "tick", "cross"] = ""
    dashed: bool = False


def look_of(state: str, theme: Theme | None = None) -> Look:
    """Return how a state looks.

    Raises
    ------
    UsageError
        There is no such state.

    Examples
    --------
    >>> look_of("failed").badge
    'cross'
    """
    theme = theme or current_theme()
    if state not in STATES:
        raise UsageError(f"There is no task state {state!r}. The states are: {', '.join(STATES)}.")
    if state in ("pending", "queued"):
        text = theme.text if state == "queued" else theme.muted
        return Look(theme.panel, theme.edge, text)
    color = theme.state_color(state)
    badge: Literal["", "tick", "cross"] = ""
    if state in ("done", "caught"):
        badge = "tick"
    elif state in ("failed", "killed"):
        badge = "cross"
    return Look(mix(color, theme.panel, theme.wash), color, theme.text, badge, dashed=state == "cloned")


class StepNode(VGroup):
    """A box with a name and a state.

    Parameters
    ----------
    name
        The step's name, or the task's ``"step/id"``; the text in the box unless ``text`` says otherwise.
    text
        What to write in the box.
    width, height
        Units. The width fits the text by default.
    font_size
        Manim font size of the text.
    align
        Where in the box the text stands.
    sheets
        How many further sheets lie behind the box: a foreach whose tasks are not known yet.
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
                self.add(nodes.arrange_in_grid(3, 3, buff=0.6))
    """

    def __init__(
        self,
        name: str,
        *,
        text: str | None = None,
        width: float | None = None,
        height: float = 0.66,
        font_size: float | None = None,
        align: Literal["center", "left"] = "center",
        sheets: int = 0,
        state: str = "pending",
    ) -> None:
        self.state = state
        self._theme = current_theme()
        look_of(state, self._theme)
        self.label = TextLabel(name if text is None else text, font_size=font_size)
        self._width = self.label.width + 2 * MARGIN if width is None else width
        self._height = height
        self._radius = min(self._theme.radius, height * 0.24)
        outline = rounded_rectangle(self._width, height, self._radius)
        offsets = [np.array([0.075, 0.075, 0.0]) * level for level in range(sheets, 0, -1)]
        stroke = self._theme.stroke if height > 0.5 else self._theme.stroke * 0.8
        self.sheets = Parts(
            *[
                Path(
                    outline, fill=self._theme.panel, stroke=self._theme.edge, stroke_width=stroke * 0.7
                ).shift(by)
                for by in offsets
            ]
        )
        self.box = Path(outline, fill=self._theme.panel, stroke=self._theme.edge, stroke_width=stroke)
        nothing = np.zeros((1, 4, 2))  # a path without points would change its family when transformed
        self._dashes = Path(nothing, stroke=self._theme.edge, stroke_width=stroke)
        self._disc = Path(nothing, fill=self._theme.edge)
        self._mark = Path(nothing, stroke=self._theme.background, stroke_width=2.4)
        self._stroke = stroke
        if align == "center":
            self.label.center_on(0, 0)
        else:
            self.label.left_at(-self._width / 2 + 0.12, 0)
        super().__init__(self.sheets, self.box, self._dashes, self.label, self._disc, self._mark, name=name)
        self.set_state(state)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "node", "name": self.name, "state": self.state}

    @property
    def node_box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of the box, without badge and sheets (units)."""
        (left, bottom), (right, top) = self.box.points[:, :2].min(axis=0), self.box.points[:, :2].max(axis=0)
        return float(left), float(bottom), float(right), float(top)

    def set_state(self, state: str) -> StepNode:
        """Show a state at once; ``node.animate.set_state(...)`` shows it gradually."""
        return self.show_change(state, state, 1.0)

    def show_change(self, before: str, after: str, progress: float, *, pulse: float = 0.0) -> StepNode:
        """Show a moment on the way from one state to the next.

        Parameters
        ----------
        before, after
            States.
        progress
            0 is ``before``, 1 is ``after``.
        pulse
            0 to 1: how far the border of a running task swells.
        """
        a, b = look_of(before, self._theme), look_of(after, self._theme)
        self.state = after if progress > 0 else before
        stroke = mix(b.stroke, a.stroke, progress)
        fill = mix(b.fill, a.fill, progress)
        width = self._stroke * (1 + 0.9 * pulse)
        seam = b.dashed if progress >= 0.5 else a.dashed
        self.box.paint(fill=fill)
        self.box.paint(stroke=stroke, stroke_width=width, opacity=0.0 if seam else 1.0)
        self._draw_dashes(stroke if seam else None)
        self.label.paint(fill=mix(b.text, a.text, progress))
        for sheet in self.sheets:
            sheet.paint(fill=fill)
            sheet.paint(stroke=stroke)
        shown = b if b.badge else a
        grown = 1.0 if a.badge == b.badge else progress if b.badge else 1 - progress
        self._draw_badge(shown, grown)
        return self

    def _hide(self, *parts: Path) -> None:
        """Shrink parts to a point in the box's middle, where they leave no ink."""
        left, bottom, right, top = self.node_box
        point = np.array([(left + right) / 2, (bottom + top) / 2])
        for part in parts:
            part.set_curves(np.tile(point, (1, 4, 1)))

    def _draw_dashes(self, color: str | None) -> None:
        if color is None:
            self._hide(self._dashes)
            return
        left, bottom, right, top = self.node_box
        width, height = right - left, top - bottom
        outline = rounded_rectangle(width, height, self._radius * height / self._height)
        self._dashes.set_curves(dashes(outline) + np.array([(left + right) / 2, (bottom + top) / 2]))
        self._dashes.paint(stroke=color)

    def _draw_badge(self, look: Look, size: float) -> None:
        if not look.badge or size <= 0:
            self._hide(self._disc, self._mark)
            return
        _, bottom, right, top = self.node_box
        scale = (top - bottom) / self._height
        radius = (0.125 if self._height > 0.5 else 0.1) * scale
        at = np.array([right - radius * 0.35, top - radius * 0.35])
        radius *= size
        strokes = [TICK] if look.badge == "tick" else [CROSS, CROSS * [1, -1]]
        mark = np.concatenate([polyline(*map(tuple, points * radius)) for points in strokes])
        self._disc.set_curves(circle(radius) + at).paint(fill=look.stroke)
        self._mark.set_curves(mark + at)
