"""The tasks of one step, each a box of its own: what a foreach became in a run."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from manim import UP

from manim_metaflow.facts.records import TaskRecord
from manim_metaflow.facts.records.states import FAILED, WORKING
from manim_metaflow.mobjects.graph.counter import TaskCounter
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.text import ellipsis

__all__ = ["TaskStack"]

LETTERS, LEAST_LETTERS = 26, 8
"""Letters of a task's label, and of each part of it: a box must not be wider than a step with a long name."""

NAME_GAP = 0.14
"""Distance of the step's name from the rows it stands left of."""

CELL_HEIGHT, CELL_GAP, GROUP_GAP, HEADING = 0.4, 0.09, 0.14, 0.36

TROUBLED = (*FAILED, *WORKING)


class TaskStack(Drawing):
    """A step's tasks, one below the other, under the step's name.

    Parameters
    ----------
    name
        The step.
    tasks
        Its tasks in the order of their foreach index.
    most
        How many rows to draw at most; the last of them counts the tasks that have none.
    slots
        How many faces of artifacts each box must have room for.
    font_size
        Of the step's name; the tasks' texts are a little smaller.
    name_at
        Where the step's name is: arrows of a flow that runs down come in from above.

    Attributes
    ----------
    heading, cells
        The name, and a :class:`.StepNode` for each task drawn.
    more
        The :class:`.TaskCounter` that stands for the others, or ``None``.
    rest_tasks
        The others.

    Examples
    --------
    .. manim:: TaskStackExample
        :save_last_frame:

        class TaskStackExample(Scene):
            def construct(self):
                tasks = [TaskRecord("train", str(n), "done") for n in (2, 3, 4)]
                self.add(TaskStack("train", tasks))
    """

    def __init__(
        self,
        name: str,
        tasks: Sequence[TaskRecord],
        *,
        most: int = 5,
        slots: int = 1,
        font_size: float | None = None,
        name_at: Literal["above", "left"] = "above",
    ) -> None:
        shown = [tasks[index] for index in _chosen(tasks, most)]
        self.rest = len(tasks) - len(shown)
        self._shown = frozenset(task.place for task in shown)
        self.rest_tasks = tuple(task for task in tasks if task.place not in self._shown)
        full = current_theme().label_size if font_size is None else font_size
        size = full * 0.82
        self.more = TaskCounter(name, self.rest, height=CELL_HEIGHT, font_size=size) if self.rest else None
        texts = [_short(task.label) for task in shown]
        widest = max((TextLabel(text, font_size=size).advance for text in texts), default=0.5)
        self.heading = TextLabel(name, font_size=full)
        self._name_above = name_at == "above"
        width = widest + 0.24 + 0.3 * slots + (0.06 if slots else 0)
        width = max(width, self.heading.width) if self._name_above else width
        if self.more:
            width = max(width, self.more.width_needed)
            # All rows are as wide as the widest, which may be this one: it is built again at their width.
            self.more = TaskCounter(name, self.rest, width=width, height=CELL_HEIGHT, font_size=size)
        self.cells = Parts(
            *[
                StepNode(task.place, text=text, width=width, height=CELL_HEIGHT, font_size=size, align="left")
                for task, text in zip(shown, texts, strict=True)
            ]
        )
        self.rows: list[StepNode | TaskCounter] = [*self.cells, *([self.more] if self.more else [])]
        top = self._pile(shown)
        if self._name_above:
            self.heading.center_on(0, top + HEADING * 0.55 + CELL_GAP / 2)
        else:
            self.heading.right_at(-width / 2 - NAME_GAP, top - CELL_HEIGHT / 2)
        super().__init__(self.heading, self.cells, *([self.more] if self.more else []), name=name)
        self.center()

    def _pile(self, shown: Sequence[TaskRecord]) -> float:
        """Put the rows one below the other, their middle at height 0; return where they begin."""
        heights = [0.0]
        for above, below in pairwise(shown):
            # Tasks of one outer item lie together.
            gap = GROUP_GAP if above.foreach[:-1] != below.foreach[:-1] else 0.0
            heights.append(heights[-1] - CELL_HEIGHT - CELL_GAP - gap)
        if self.more:
            heights.append(heights[-1] - CELL_HEIGHT - CELL_GAP)
        middle = (heights[0] + heights[-1]) / 2
        for row, height in zip(self.rows, heights, strict=True):
            row.shift(UP * (height - middle))
        return heights[0] - middle + CELL_HEIGHT / 2

    @property
    def places(self) -> list[str]:
        """:attr:`.TaskRecord.place` of each box."""
        return [cell.name for cell in self.cells]

    def row_of(self, place: str) -> int:
        """Which row stands for a task; the last one for all that have none of their own."""
        return self.places.index(place) if place in self._shown else len(self.cells)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "stack", "name": self.name, "rest": self.rest}

    @property
    def heading_room(self) -> float:
        """Room the step's name takes above the rows (units)."""
        return HEADING if self._name_above else 0.0

    @property
    def name_room(self) -> float:
        """Room the step's name takes left of the rows (units)."""
        if not self._name_above:
            return float(self.heading.width) + NAME_GAP
        return max(0.0, (float(self.heading.width) - self.size[0]) / 2)

    @property
    def rest_room(self) -> float:
        """Room below the rows (units)."""
        return 0.0

    @property
    def middle(self) -> npt.NDArray[np.float64]:
        """Middle of the rows, shape ``(3,)``."""
        left, bottom, right, top = self.rows_box
        return np.array([(left + right) / 2, (bottom + top) / 2, 0.0])

    @property
    def rows_box(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of the rows, without badges and heading (units)."""
        boxes = [row.node_box for row in self.rows]
        return boxes[0][0], boxes[-1][1], boxes[0][2], boxes[0][3]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the rows together, without the heading (units)."""
        left, bottom, right, top = self.rows_box
        return right - left, top - bottom


def _short(label: str) -> str:
    """Cut each part of a task's label, so that of nested items the innermost, too, is seen.

    >>> _short("a value of twenty-nine letters · short"), _short("a value of twenty-nine letters")
    ('a value of t… · short', 'a value of twenty-nine le…')
    """
    parts = label.split(" · ")
    return " · ".join(ellipsis(part, max(LEAST_LETTERS, LETTERS // len(parts))) for part in parts)


def _chosen(tasks: Sequence[TaskRecord], most: int) -> list[int]:
    """Choose the tasks that get a row: those in trouble before the others, the first before the last."""
    if len(tasks) <= most:
        return list(range(len(tasks)))
    room = max(1, most - 1)
    trouble = [index for index, task in enumerate(tasks) if task.state in TROUBLED or len(task.attempts) > 1]
    kept = trouble[: max(1, room // 2)]
    rest = [index for index in range(len(tasks)) if index not in set(kept)]
    return sorted(kept + rest[: room - len(kept)])
