"""A task that was spun: one step by itself, with what it was given and what it made."""

from __future__ import annotations

from typing import Any

import numpy as np

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import ArtifactRecord, RunRecord, TaskRecord
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["SpinBench"]

CHIP, PITCH, ASIDE = 0.32, 0.44, 0.55


class SpinBench(Drawing):
    """The one task of a spin: its inputs at the left, what it made and printed at the right.

    Parameters
    ----------
    record
        What :func:`.record_spin` returned.
    font_size
        Manim font size of the step's name.

    Attributes
    ----------
    task
        The :class:`.TaskRecord`.
    node
        Its :class:`.StepNode`, still waiting; :class:`.SpinStep` lets it run.
    inputs, outputs
        An :class:`.ArtifactChip` each.
    printed
        What it printed, a :class:`.TextLabel` a line, below what it made.

    Examples
    --------
    .. manim:: SpinBenchExample
        :save_last_frame:

        class SpinBenchExample(Scene):
            def construct(self):
                run = record_run("my_flow.py")
                self.add(SpinBench(record_spin(run, run.flow.end)))
    """

    def __init__(self, record: RunRecord, *, font_size: float | None = None) -> None:
        if record.command[:1] != ("spin",) or len(record.tasks) != 1:
            raise UsageError(f"{record.flow.name}/{record.run_id} is not a spin. Make one with record_spin.")
        theme = current_theme()
        self.record, self.task = record, record.tasks[0]
        size = theme.label_size if font_size is None else font_size
        self.node = StepNode(self.task.step, text=_name(self.task), font_size=size)
        left, _, right, _ = self.node.node_box
        taken = [artifact for artifact in self.task.artifacts if artifact.provenance == "inherited"]
        made = [artifact for artifact in self.task.artifacts if artifact.provenance != "inherited"]
        self.inputs, self.outputs = _column(taken), _column(made)
        self.inputs.shift(np.array([left - ASIDE - self.inputs.get_right()[0], 0.0, 0.0]))
        self.outputs.shift(np.array([right + ASIDE - self.outputs.get_left()[0], 0.0, 0.0]))
        lines = [line for attempt in self.task.attempts for line in attempt.stdout]
        start, under = right + ASIDE, -len(made) * PITCH / 2 - PITCH / 2
        self.printed: Parts[TextLabel] = Parts(
            *[
                TextLabel(line, font_size=theme.small_size + 2, color=theme.muted).left_at(
                    start, under - PITCH * index
                )
                for index, line in enumerate(lines)
            ]
        )
        # What was made and what was printed are centred together.
        lift = np.array([0.0, len(lines) * PITCH / 2, 0.0])
        self.outputs.shift(lift)
        self.printed.shift(lift)
        super().__init__(self.inputs, self.node, self.outputs, self.printed)
        self.center()

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "spin", "task": self.task.place, "origin": self.record.origin_run_id}


def _name(task: TaskRecord) -> str:
    items = [level.value for level in task.foreach if level.value is not None]
    return f"{task.step} {' '.join(items)}".strip()


def _column(artifacts: list[ArtifactRecord]) -> Parts[ArtifactChip]:
    """Chips one below the other, centred on the origin's height."""
    chips = [
        ArtifactChip(artifact.name, artifact.sha, size=CHIP, font_size=current_theme().small_size + 2)
        for artifact in artifacts
    ]
    for index, chip in enumerate(chips):
        chip.put_face(0.0, ((len(chips) - 1) / 2 - index) * PITCH)
    return Parts(*chips)
