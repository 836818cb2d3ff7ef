"""What is written round a step's box: its decorators, its condition, its docstring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from manim import LEFT, RIGHT

from manim_metaflow.facts.records import EdgeInfo, StepInfo
from manim_metaflow.layout.geometry import Direction, NodeBox
from manim_metaflow.mobjects.graph.decorators import short_decorator
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.text.glyphs import EM, text_width
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.text import ellipsis, first_sentence, wrap

__all__ = [
    "DETAILS",
    "MOST_SHORT",
    "Detail",
    "StepNotes",
    "break_name",
    "decided_text",
    "edge_text",
    "one_line",
]

Detail = Literal["names", "badges", "full"]
"""How much is written: the steps' names; their decorators too; docstrings and parameters too."""

DETAILS: tuple[Detail, ...] = ("names", "badges", "full")

NAME_LETTERS = 24
"""A longer name is broken, where it can be at an underscore."""

BADGE_LETTERS = 34
"""A longer condition is cut short, and a line of a decorator that is told whole is broken."""

SHORT_LETTERS, MOST_SHORT = 20, 5
"""Letters and lines of decorators in short: they must not set the pitch of the graph. Twenty letters are
about as wide as the box of a usual name; whoever needs more than five lines asks for every detail."""

LABEL_LETTERS = 30
DOC_WIDTH = 2.7
DOC_LINES = 3
LINE = 1.34
"""Height of a line of notes, in ems."""

GAP, BESIDE = 0.1, 0.14
"""Distance of notes from the box above or below them, and beside them."""

NOTHING = NodeBox(0.0, 0.0)


def one_line(text: str, most: int) -> str:
    r"""Write a text on one line, cut short where it is too long.

    >>> one_line("a  long \n text", 7)
    'a long…'
    """
    return ellipsis(" ".join(text.split()), most)


def break_name(name: str, most: int = NAME_LETTERS) -> list[str]:
    """Break a name into lines, where it can be behind an underscore.

    >>> break_name("train_a_model_with_many_words_in_its_name")
    ['train_a_model_with_many_', 'words_in_its_name']
    """
    lines = []
    while len(name) > most:
        cut = name.rfind("_", most // 3, most) + 1 or most
        lines.append(name[:cut])
        name = name[cut:]
    return [*lines, name]


def edge_text(edge: EdgeInfo) -> str:
    """Return what is written on an edge: the cases that take it, as many as have room.

    >>> edge_text(EdgeInfo("a", "b", "case", ("small", "medium")))
    'small, medium'
    >>> edge_text(EdgeInfo("a", "b", "case", ("the first of many cases", "the second of many", "third")))
    'the first of many cases + 2'
    """
    labels = [one_line(label, LABEL_LETTERS) for label in edge.labels]
    shown = len(labels)
    while shown > 1 and len(", ".join(labels[:shown])) > LABEL_LETTERS:
        shown -= 1
    rest = len(labels) - shown
    return ", ".join(labels[:shown]) + (f" + {rest}" if rest else "")


class StepNotes(Drawing):
    """The lines round the box of a step.

    Where the flow runs right, decorators are on one side of the box and everything else on the
    other; where it runs down, edges need both sides and all is in a column right of the box. The
    arrow of a step that leads to itself has a side of its own: above, or right where the flow runs down.

    Parameters
    ----------
    step
        The step.
    detail
        How much is written.
    direction
        Where the flow runs.
    side
        On which side condition and docstring are if the flow runs right; the decorators are opposite.
    font_size
        Of the lines.
    room
        What the node itself takes outside of its box (units): sheets, a heading, artifacts.
    decided
        Texts that will take the condition's place in a replay; the widest has room from the beginning.

    Attributes
    ----------
    badges, captions
        The decorators, and the other lines: a :class:`.TextLabel` each.
    """

    def __init__(
        self,
        step: StepInfo,
        detail: Detail,
        *,
        direction: Direction = "right",
        side: Literal["below", "above"] = "below",
        font_size: float | None = None,
        room: NodeBox = NOTHING,
        decided: Sequence[str] = (),
    ) -> None:
        theme = current_theme()
        self._size = theme.small_size if font_size is None else font_size
        self._right, self._side, self._taken = direction == "right", side, room
        self._loops = step.name in step.targets
        self.badges = [self._line(text, theme.accent) for text in self._decorators(step, detail)]
        self.captions = [self._line(switch_text(step), theme.muted)] if step.condition else []
        self.captions += [self._line(text, theme.muted, "prose") for text in self._doc(step, detail)]
        for label in (*self.badges, *self.captions):
            label.owner = step.name
        self._later = max((float(self._line(text, theme.text).width) for text in decided), default=0.0)
        super().__init__(*self.badges, *self.captions, name=step.name)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "notes", "name": self.name}

    def box(self, width: float, height: float) -> NodeBox:
        """Return the room a box of that size needs with its notes around (units)."""
        if not self._right:
            return self._box_beside(width, height)
        taken = self._taken
        above, below = (self._room(lines) for lines in self._above_and_below())
        wide = max([self._later, *(line.width for line in self)])
        beside = max(0.0, (wide - width) / 2)
        left, right = max(taken.left, beside), max(taken.right, beside)
        return NodeBox(width, height, taken.above + above, taken.below + below, left, right)

    def move_round(self, x: float, y: float, width: float, height: float) -> None:
        """Move the lines round a box with its middle at ``(x, y)`` (units)."""
        if not self._right:
            self._move_beside(x, y, width)
            return
        above, below = self._above_and_below()
        top = y + height / 2 + self._taken.above + GAP + len(above) * self._line_height
        for index, label in enumerate(above):
            label.center_on(x, top - (index + 0.5) * self._line_height)
        bottom = y - height / 2 - self._taken.below - GAP
        for index, label in enumerate(below):
            label.center_on(x, bottom - (index + 0.5) * self._line_height)

    def decided(self, text: str, color: str) -> TextLabel:
        """Build what takes the place of the condition; it is not shown yet."""
        before = self.captions[0]
        label = TextLabel(text, font_size=before.font_size, color=color)
        label.owner = before.owner
        label.move_to(before.get_center()).set_baseline(before.baseline)
        if not self._right:
            # Beside a box the line begins, or ends, at the box: centred, a longer text would lie over it.
            label.align_to(before, RIGHT if self._loops else LEFT)
        return label

    @property
    def _line_height(self) -> float:
        return LINE * EM * self._size

    def _line(self, text: str, color: str, font: Literal["mono", "prose"] = "mono") -> TextLabel:
        return TextLabel(text, font=font, font_size=self._size, color=color)

    def _decorators(self, step: StepInfo, detail: Detail) -> list[str]:
        if detail == "names":
            return []
        if detail == "full":
            return [line for each in step.decorators for line in wrap(each.note, BADGE_LETTERS)]
        # A box that is wide by its name has room for more, at no cost.
        most = max(SHORT_LETTERS, min(BADGE_LETTERS, max(map(len, break_name(step.name)))))
        texts = [short_decorator(each, most) for each in step.decorators]
        if len(texts) > MOST_SHORT:
            texts = [*texts[: MOST_SHORT - 1], f"… {len(texts) - MOST_SHORT + 1} more"]
        return texts

    def _doc(self, step: StepInfo, detail: Detail) -> list[str]:
        if detail != "full" or not step.doc.strip():
            return []
        first = first_sentence(step.doc)
        width = text_width((current_theme().prose, 400))
        return wrap(first, DOC_WIDTH / (EM * self._size), width, max_lines=DOC_LINES)

    def _above_and_below(self) -> tuple[list[TextLabel], list[TextLabel]]:
        if self._loops:
            return [], [*self.captions, *self.badges]
        if self._side == "below":
            return self.badges, self.captions
        return self.captions[::-1], self.badges

    def _room(self, lines: list[TextLabel]) -> float:
        return len(lines) * self._line_height + GAP if lines else 0.0

    def _box_beside(self, width: float, height: float) -> NodeBox:
        wide = max([self._later, *(line.width for line in self)])
        more = max(0.0, (len(self) * self._line_height - height) / 2)
        taken = self._taken
        column = wide + BESIDE if len(self) else 0.0
        left = taken.left + (column if self._loops else 0.0)
        right = taken.right + (0.0 if self._loops else column)
        return NodeBox(width, height, max(more, taken.above), max(more, taken.below), left, right)

    def _move_beside(self, x: float, y: float, width: float) -> None:
        top = y + len(self) * self._line_height / 2
        for index, label in enumerate((*self.badges, *self.captions)):
            middle = top - (index + 0.5) * self._line_height
            if self._loops:
                label.right_at(x - width / 2 - self._taken.left - BESIDE, middle)
            else:
                label.left_at(x + width / 2 + self._taken.right + BESIDE, middle)


def decided_text(step: StepInfo, values: Sequence[str]) -> str:
    """Write what a switch went by."""
    return one_line(f"self.{step.condition} = {', '.join(values)}", BADGE_LETTERS)


def switch_text(step: StepInfo) -> str:
    """Name the attribute that a switch reads."""
    return one_line(f"switch self.{step.condition}", BADGE_LETTERS)
