"""One step of a graph is taken apart into its tasks, and put together again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from manim import Scene, config, smooth

from manim_metaflow.animations.motion.clips import reverse
from manim_metaflow.animations.motion.rest import Rest
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import RunRecord, TaskRecord
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme, use_theme
from manim_metaflow.utils.units import counted

__all__ = ["ExplodeStep", "TaskGrid"]

DIMMED = 0.18
"""How much is seen of the graph behind a step that is taken apart."""

NAMED = 60
"""So many tasks still have their names in their boxes; more are small squares."""

MOST = 1600
"""Squares that can still be told apart; the rest of an even larger step is counted."""

SQUARE, GAP = 0.3, 0.1
LENGTH = 1.2
FOOT = 1.5
"""Room left below the grid for a clock (units)."""


class TaskGrid(Drawing):
    """All tasks of a step at a glance, by foreach index: boxes with their items, or squares if many.

    Parameters
    ----------
    record
        The run.
    step
        The step.
    width, height
        Room, units.

    Attributes
    ----------
    cells
        A :class:`.StepNode` for each task, with the state it came to.

    Examples
    --------
    .. manim:: TaskGridExample
        :save_last_frame:

        class TaskGridExample(Scene):
            def construct(self):
                self.add(TaskGrid(record_run("my_flow.py"), "start"))
    """

    def __init__(self, record: RunRecord, step: str, *, width: float = 11.0, height: float = 5.4) -> None:
        theme = current_theme()
        tasks = record.tasks_of(step)
        if not tasks:
            raise UsageError(f"{record.flow.name}/{record.run_id}: no task of step {step!r} to show.")
        shown = tasks[:MOST]
        self.cells: Parts[StepNode] = Parts(*_cells(shown))
        columns = _columns(len(shown), self.cells[0].width, self.cells[0].height, width / (height - 1.0))
        pitch = np.array([self.cells[0].width + GAP, self.cells[0].height + GAP])
        for index, cell in enumerate(self.cells):
            row, column = divmod(index, columns)
            cell.shift(np.array([column * pitch[0], -row * pitch[1], 0.0]))
        grid = min(1.0, (width - 0.6) / self.cells.width, (height - 1.0) / self.cells.height)
        self.cells.scale(grid).center()
        for cell, task in zip(self.cells, shown, strict=True):
            cell.set_state(task.shown_state)
            if len(shown) <= NAMED:
                cell.show_attempts(max(0, len(task.attempts) - 1))
            elif cell.state == "done":
                cell.hide_badge()
        self.title = TextLabel(f"{step} · {_counted(tasks)}", font_size=theme.label_size)
        wide = max(self.cells.width, self.title.width) + 0.6
        outline = rounded_rectangle(wide, self.cells.height + 1.0, theme.radius)
        self.panel = Shape(outline, fill=theme.panel, stroke=theme.edge, stroke_width=theme.thin)
        top = float(self.panel.get_top()[1])
        self.cells.shift(np.array([0.0, top - 0.7 - float(self.cells.get_top()[1]), 0.0]))
        self.title.left_at(-wide / 2 + 0.3, top - 0.35)
        super().__init__(self.panel, self.title, self.cells, name=step)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "task-grid", "name": self.name}


def _cells(tasks: tuple[TaskRecord, ...]) -> list[StepNode]:
    if len(tasks) > NAMED:
        return [StepNode(task.place, text=" ", width=SQUARE, height=SQUARE) for task in tasks]
    texts = [task.label for task in tasks]
    size = current_theme().small_size
    width = max(TextLabel(text, font_size=size).advance for text in texts) + 0.45
    return [
        StepNode(task.place, text=text, width=width, height=0.4, font_size=size, align="left")
        for task, text in zip(tasks, texts, strict=True)
    ]


def _columns(count: int, width: float, height: float, aspect: float) -> int:
    """How many cells to put into a row so that the whole is about ``aspect`` times as wide as high."""
    # With c columns the grid is c boxes wide and count / c high: c follows from the ratio of the two that
    # is wanted.
    return max(1, min(count, math.ceil(math.sqrt(count * aspect * (height + GAP) / (width + GAP)))))


def _counted(tasks: tuple[TaskRecord, ...]) -> str:
    states = [task.shown_state for task in tasks]
    parts = [f"{states.count(state)} {state}" for state in dict.fromkeys(states)]
    return f"{counted(len(tasks), 'task')}: {', '.join(parts)}"


class ExplodeStep(Timeline):
    """Take one step apart into all its tasks, the graph dimmed behind them; ``back()`` puts it together.

    Parameters
    ----------
    dag
        The graph.
    record
        The run whose tasks are shown.
    step
        The step.
    run_time
        Seconds.

    Raises
    ------
    UsageError
        There is no such step, or the run has no task of it.

    Attributes
    ----------
    grid
        The :class:`TaskGrid` that opens.

    Examples
    --------
    .. manim:: ExplodeStepExample

        class ExplodeStepExample(Scene):
            def construct(self):
                record = record_run("my_flow.py")
                dag = FlowDAG("my_flow.py")
                self.add(dag)
                explode = ExplodeStep(dag, record, "start")
                self.play(explode)
                self.play(explode.back())
    """

    def __init__(
        self, dag: FlowDAG, record: RunRecord, step: str, *, run_time: float = LENGTH, **kwargs: Any
    ) -> None:
        node = dag[step]
        with use_theme(dag.theme):
            width, height = config.frame_width - 2, config.frame_height - FOOT - 0.8
            self.grid = TaskGrid(record, step, width=width, height=height)
            self.grid.shift(np.array([0.0, (FOOT - 0.8) / 2, 0.0]))
        self.dag = dag
        self._graph: Rest | None = None
        self._frame = Rest(self.grid.panel, self.grid.title)
        self._cells = [(Rest(cell), *_beginning(node, cell)) for cell in self.grid.cells]
        clip = Clip(0.0, LENGTH, self._show, touches=[dag, self.grid])
        super().__init__([dag, self.grid], [clip], run_time=run_time, **kwargs)

    def back(self) -> Timeline:
        """Return the same in reverse: the tasks gather in their step, and the graph is there again."""
        return _Implode(self)

    def _show(self, progress: float) -> None:
        if self._graph is None:  # what it is when the motion begins, not when it was built
            self._graph = Rest(self.dag)
        apart = smooth(progress)
        self._graph.show(opacity=1 - (1 - DIMMED) * apart)
        self._frame.show(opacity=apart)
        for cell, shift, scale in self._cells:
            size = 1.0 if apart >= 1 else scale + (1 - scale) * apart
            cell.show(shift=shift * (1 - apart), scale=size, opacity=min(1.0, 3 * apart))


class _Implode(Timeline):
    def __init__(self, explode: ExplodeStep) -> None:
        self.grid = explode.grid
        clips = [reverse(clip) for clip in explode.clips]
        super().__init__([explode.dag, explode.grid], clips, run_time=explode.run_time)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Leave the graph alone on the scene."""
        super().clean_up_from_scene(scene)
        scene.remove(self.grid)


def _beginning(node: StepNode | TaskStack, cell: StepNode) -> tuple[Any, float]:
    """From where a cell comes, and how large it is there: its own row if it has one, else its step."""
    home: Any = node
    if isinstance(node, TaskStack):
        home = node.rows[node.row_of(cell.name)]
    left, bottom, right, top = home.node_box
    x0, y0, x1, y1 = cell.node_box
    shift = np.array([(left + right - x0 - x1) / 2, (bottom + top - y0 - y1) / 2, 0.0])
    return shift, (top - bottom) / (y1 - y0)
