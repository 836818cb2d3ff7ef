"""The stages of an artifact in a row: which are past, which one is going on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.animated import animated, animated_by
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, circle, polyline
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme, mix

__all__ = ["STAGES", "LifecycleTrack", "StageMark"]

STAGES = ("create", "serialize", "hash", "persist", "register", "access")
"""The stages of an artifact, in the order in which Metaflow goes through them."""

DOT = 0.155
StageState = Literal["pending", "now", "done"]


class StageMark(Drawing):
    """One stage: empty while it is to come, ringed while it is going on, ticked when it is past."""

    def __init__(self, stage: str, state: StageState = "pending") -> None:
        self.theme = theme = current_theme()
        self.state = state
        self.dot = Shape(circle(DOT), fill=theme.panel, stroke=theme.edge, stroke_width=2)
        self.ring = Shape(circle(DOT * 1.55), stroke=theme.running, stroke_width=2)
        self.tick = Shape(
            polyline((-0.065, 0.0), (-0.015, -0.055), (0.075, 0.06)), stroke=theme.background, stroke_width=3
        )
        self.label = TextLabel(stage, font="prose", font_size=theme.label_size - 1).center_on(0, -0.45)
        super().__init__(self.dot, self.ring, self.tick, self.label, name=stage)
        self.show_change(state, state, 1.0)

    def show_change(self, before: StageState, after: StageState, amount: float) -> StageMark:
        """Set what is seen between two states; ``amount`` is 0 to 1."""
        theme = self.theme
        fills = {"pending": theme.panel, "now": theme.running, "done": theme.done}
        edges = {"pending": theme.edge, "now": theme.running, "done": theme.done}
        texts = {"pending": theme.muted, "now": theme.text, "done": theme.text}
        self.state = after if amount > 0 else before
        self.dot.paint(
            fill=mix(fills[after], fills[before], amount), stroke=mix(edges[after], edges[before], amount)
        )
        self.label.paint(fill=mix(texts[after], texts[before], amount))
        ring = _blend(before == "now", after == "now", amount)
        tick = _blend(before == "done", after == "done", amount)
        self.ring.set_stroke(opacity=ring, family=False)
        self.tick.set_stroke(opacity=tick, family=False)
        return self

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "stage", "name": self.name, "state": self.state}


def _blend(before: bool, after: bool, amount: float) -> float:
    return amount * after + (1 - amount) * before


class LifecycleTrack(Drawing):
    """The stages of an artifact in a row.

    Parameters
    ----------
    stages
        Their names, in order.
    width
        Units from the first mark to the last.

    Attributes
    ----------
    marks, lines
        A :class:`StageMark` a stage, and the lines between them; ``track["hash"]`` is the mark named so.

    Examples
    --------
    .. manim:: LifecycleTrackExample
        :save_last_frame:

        class LifecycleTrackExample(Scene):
            def construct(self):
                self.add(LifecycleTrack().advance_to("persist"))
    """

    def __init__(self, stages: Sequence[str] = STAGES, *, width: float = 10.0) -> None:
        self.theme = theme = current_theme()
        pitch = width / max(1, len(stages) - 1)
        self.marks: Parts[StageMark] = Parts()
        self.lines: Parts[Shape] = Parts()
        for index, stage in enumerate(stages):
            x = -width / 2 + index * pitch
            self.marks.add(StageMark(stage).shift((x, 0, 0)))
            if index:
                line = Shape(
                    polyline((x - pitch + 0.3, 0), (x - 0.3, 0)), stroke=theme.edge, stroke_width=1.6
                )
                self.lines.add(line)
        super().__init__(self.lines, self.marks)
        self.center()

    def __getitem__(self, stage: Any) -> Any:
        return self.marks[self.index_of(stage)] if isinstance(stage, str) else super().__getitem__(stage)

    def index_of(self, stage: str) -> int:
        """Return a stage's index.

        Raises
        ------
        UsageError
            The track has no such stage.
        """
        names = [mark.name for mark in self.marks]
        if stage not in names:
            raise UsageError(f"The track has no stage {stage!r}. Its stages are: {', '.join(names)}.")
        return names.index(stage)

    def states_at(self, stage: str | None) -> list[StageState]:
        """Tell each stage's state while ``stage`` is going on; ``None`` when all are past."""
        at = len(self.marks) if stage is None else self.index_of(stage)
        return ["done" if i < at else "now" if i == at else "pending" for i in range(len(self.marks))]

    @animated_by("manim_metaflow.animations.storage.persist:AdvanceTrack")
    def advance_to(self, stage: str | None) -> LifecycleTrack:
        """Show the moment at which ``stage`` is going on; ``None``: all is done."""
        return self.show_change([mark.state for mark in self.marks], self.states_at(stage), 1.0)

    @animated
    def show_change(
        self, before: Sequence[StageState], after: Sequence[StageState], amount: float
    ) -> LifecycleTrack:
        """Set what is seen between two moments; ``amount`` is 0 to 1."""
        theme = self.theme
        for mark, old, new in zip(self.marks, before, after, strict=True):
            mark.show_change(old, new, amount)
        for index, line in enumerate(self.lines):
            was, lit = (states[index + 1] != "pending" for states in (before, after))
            line.paint(stroke=mix(theme.done, theme.edge, _blend(was, lit, amount)))
        return self

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "track"}
