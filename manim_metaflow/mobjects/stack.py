"""The tasks of one step, each a box of its own: what a foreach became in a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from manim import UP, VGroup

from manim_metaflow.facts.records import TaskRecord
from manim_metaflow.mobjects.label import TextLabel
from manim_metaflow.mobjects.node import StepNode
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.theme import current_theme

__all__ = ["TaskStack", "task_text"]

CELL_HEIGHT, CELL_GAP, HEADING = 0.4, 0.09, 0.36


def task_text(task: TaskRecord) -> str:
    """Return what tells a task from its siblings: its foreach item, its place in a gang, its iteration."""
    places = [f.value if f.value is not None else f"node {f.index}" for f in task.foreach]
    rounds = [f"#{count}" for count in task.iteration if count]
    return " · ".join([*places, *rounds]) or task.task_id


class TaskStack(VGroup):
    """A step's tasks, one below the other, under the step's name.

    Parameters
    ----------
    name
        The step.
    tasks
        Its tasks in the order of their foreach index.
    most
        How many boxes to draw at most; the rest is counted in words.
    slots
        How many faces of artifacts each box must have room for.
    font_size
        Of the step's name; the tasks' texts are a little smaller.

    Attributes
    ----------
    heading, cells
        The name, and a :class:`.StepNode` for each task drawn.

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
    ) -> None:
        theme = current_theme()
        shown = tasks if len(tasks) <= most else tasks[: most - 1]
        texts = [task_text(task) for task in shown]
        full = theme.label_size if font_size is None else font_size
        size = full * 0.82
        widest = max((TextLabel(text, font_size=size).advance for text in texts), default=0.5)
        width = widest + 0.24 + 0.3 * slots + (0.12 if slots else 0)
        self.heading = TextLabel(name, font_size=full)
        self.cells = Parts(
            *[
                StepNode(task.place, text=text, width=width, height=CELL_HEIGHT, font_size=size, align="left")
                for task, text in zip(shown, texts, strict=True)
            ]
        )
        step = CELL_HEIGHT + CELL_GAP
        for index, cell in enumerate(self.cells):
            cell.shift(UP * ((len(shown) - 1) / 2 - index) * step)
        self.heading.center_on(0, len(shown) / 2 * step - CELL_GAP / 2 + HEADING * 0.55)
        super().__init__(self.heading, self.cells, name=name)
        self.rest = len(tasks) - len(shown)
        self.more: TextLabel | None = None
        if self.rest:
            self.more = TextLabel(f"{self.rest} more", font_size=theme.small_size, color=theme.muted)
            self.more.center_on(0, -(len(shown) / 2) * step - 0.12)
            self.add(self.more)

    @property
    def places(self) -> list[str]:
        """:attr:`.TaskRecord.place` of each box."""
        return [cell.name for cell in self.cells]

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "stack", "name": self.name, "rest": self.rest}

    @property
    def heading_room(self) -> float:
        """Room the step's name takes above the cells (units)."""
        return HEADING

    @property
    def rest_room(self) -> float:
        """Room the count of the elided tasks takes below the cells (units)."""
        return 0.3 if self.rest else 0.0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the cells together, without the heading (units)."""
        return float(self.cells.width), float(self.cells.height)
