"""Why a run was not successful, in as many lines as there is room for."""

from __future__ import annotations

from typing import Any

from manim import DOWN, LEFT

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.run.outcome import UNSUCCESSFUL, failure_text, raised_by
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.text.label import TextBlock, TextLabel, cut_to_width
from manim_metaflow.theme import current_theme

__all__ = ["FailureNote"]

GAP = 0.16


class FailureNote(Drawing):
    """Why a run was not successful: the exception and the line that raised, or what befell the run.

    Other than an :class:`.ExceptionNote`, it keeps to a width: the message is broken into lines, and what is
    cut ends with an ellipsis.

    Parameters
    ----------
    record
        A run that failed, or that finished because ``@catch`` caught the exception of its last step.
    width
        Units a line may be wide.
    max_lines
        How many lines the message may have.

    Attributes
    ----------
    what, where
        The message's :class:`.TextBlock`, and the label of the line that raised, or ``None``.

    Raises
    ------
    UsageError
        The run is still going, or was successful.

    Examples
    --------
    .. manim:: FailureNoteExample
        :save_last_frame:

        class FailureNoteExample(Scene):
            def construct(self):
                task = TaskRecord("start", "1", "killed")
                record = RunRecord(load_flow("my_flow.py"), "1", "failed", (task,))
                self.add(FailureNote(record, width=6))
    """

    def __init__(self, record: RunRecord, *, width: float, max_lines: int = 3) -> None:
        if record.status not in UNSUCCESSFUL:
            raise UsageError(f"{record.flow.name}/{record.run_id} did not fail: it is {record.status}.")
        theme, error = current_theme(), raised_by(record)
        self.text = failure_text(record)
        self.what = TextBlock(
            self.text,
            width=width,
            font="mono",
            font_size=theme.label_size,
            color=theme.failed if record.status == "failed" else theme.text,
            max_lines=max_lines,
        )
        self.where: TextLabel | None = None
        super().__init__(self.what)
        if error is not None and error.line is not None:
            size = theme.small_size + 1
            place = cut_to_width(f"{error.file}:{error.line}  {error.code}", width, font_size=size)
            self.where = TextLabel(place, font_size=size, color=theme.muted)
            self.add(self.where.next_to(self.what, DOWN, buff=GAP, aligned_edge=LEFT))
        self.center()

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "failure", "text": self.text}
