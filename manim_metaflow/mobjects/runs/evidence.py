"""Statements with their verdicts, and what each rests on: a recorded fact, or a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from manim_metaflow.mobjects.graph.badges import badge_mark
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, circle
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["EvidenceRow", "EvidenceTable", "Statement"]

BADGE = 0.15
RIGHT_COLUMN = 7.2


@dataclass(frozen=True)
class Statement:
    """A statement, whether it is true, and what it rests on.

    ``evidence`` is what was recorded, in words, where ``source`` is ``"recorded"``; otherwise the page or the
    file that states it.
    """

    text: str
    holds: bool
    evidence: str
    source: Literal["recorded", "documentation", "source code"] = "recorded"


class EvidenceRow(Drawing):
    """A statement: tick or cross, the words, the evidence.

    Attributes
    ----------
    badge, label, evidence
        The parts, from left to right.
    """

    def __init__(self, statement: Statement) -> None:
        theme = current_theme()
        self.statement = statement
        color = theme.right if statement.holds else theme.wrong
        mark = badge_mark("tick" if statement.holds else "cross", BADGE)
        self.badge = Parts(
            Shape(circle(BADGE), fill=color), Shape(mark, stroke=theme.background, stroke_width=2.6)
        )
        self.label = TextLabel(statement.text, font="prose", font_size=theme.label_size + 2).left_at(0.4, 0)
        seen = statement.source == "recorded"
        self.evidence = TextLabel(
            statement.evidence,
            font="prose",
            font_size=theme.small_size + 4,
            color=theme.accent if seen else theme.muted,
        )
        self.evidence.left_at(RIGHT_COLUMN, 0)
        super().__init__(self.badge, self.label, self.evidence)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "evidence", "holds": self.statement.holds, "source": self.statement.source}


class EvidenceTable(Drawing):
    """Statements one below the other.

    Parameters
    ----------
    statements
        In the order of the rows.
    pitch
        Distance of two rows (units).

    Attributes
    ----------
    rows
        An :class:`EvidenceRow` each.

    Examples
    --------
    .. manim:: EvidenceTableExample
        :save_last_frame:

        class EvidenceTableExample(Scene):
            def construct(self):
                run = record_run("my_flow.py")
                did = f"{len(run.executed)} of {len(run.tasks)} tasks executed"
                self.add(EvidenceTable([Statement("run skips what did not change", False, did)]))
    """

    def __init__(self, statements: Sequence[Statement], *, pitch: float = 0.66) -> None:
        self.rows: Parts[EvidenceRow] = Parts()
        for index, statement in enumerate(statements):
            self.rows.add(EvidenceRow(statement).shift(np.array([0.0, -pitch * index, 0.0])))
        super().__init__(self.rows)
        self.center()
