"""What is written about a run: its heading, its exception, the keys of its artifacts."""

from __future__ import annotations

from typing import Any

from manim import DOWN

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import ArtifactRecord, RunRecord
from manim_metaflow.facts.records.states import FAILED
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.runs.run_ids import origin_label, run_id_label
from manim_metaflow.mobjects.storage.face import Face
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["ExceptionNote", "KeyLine", "RunHeading"]


class RunHeading(Drawing):
    """What was typed, and the id Metaflow gave the run.

    Parameters
    ----------
    command
        ``"run"`` or ``"resume"``, as the reader shall know it.
    record
        The run.

    Examples
    --------
    .. manim:: RunHeadingExample
        :save_last_frame:

        class RunHeadingExample(Scene):
            def construct(self):
                self.add(RunHeading("run", record_run("my_flow.py")))
    """

    def __init__(self, command: str, record: RunRecord) -> None:
        theme = current_theme()
        self.command = TextLabel(command, font="prose", weight=600, font_size=theme.heading_size)
        self.run_id = run_id_label(record.run_id)
        self.command.left_at(0, 0)
        self.run_id.left_at(0, -0.38)
        super().__init__(self.command, self.run_id)
        self.center()

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "run-heading", "command": self.command.text, "run_id": self.run_id.text}


class ExceptionNote(Drawing):
    """The exception a run failed with: its type and message, and the line that raised.

    Parameters
    ----------
    record
        A failed run.

    Raises
    ------
    UsageError
        No task of the run raised.

    Examples
    --------
    .. manim:: ExceptionNoteExample
        :save_last_frame:

        class ExceptionNoteExample(Scene):
            def construct(self):
                error = ExceptionRecord("ZeroDivisionError", "division by zero", "my_flow.py", 12, "1 / 0")
                attempt = AttemptRecord(0, "failed", exception=error)
                task = TaskRecord("start", "1", "failed", attempts=(attempt,))
                self.add(ExceptionNote(RunRecord(load_flow("my_flow.py"), "1", "failed", (task,))))
    """

    def __init__(self, record: RunRecord) -> None:
        theme = current_theme()
        raised = [t.exception for t in record.tasks if t.exception is not None and t.state in FAILED]
        if not raised:
            raise UsageError(f"No task of run {record.run_id} raised an exception.")
        # Tasks of a foreach often fail alike: the first stands for all.
        error = raised[0]
        self.what = TextLabel(
            f"{error.type}: {error.message}", font_size=theme.label_size, color=theme.failed
        )
        super().__init__(self.what)
        if error.line is not None:
            place = f"{error.file}:{error.line}  {error.code}"
            self.where = TextLabel(place, font_size=theme.small_size + 2.5, color=theme.muted)
            self.add(self.where.next_to(self.what, DOWN, buff=0.14))
        self.center()

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "exception", "text": self.what.text}


class KeyLine(Drawing):
    """Which key a name stands for in a run.

    Parameters
    ----------
    title
        What the run is called on screen.
    record
        The run.
    artifact
        The artifact's name; the task that made it, or is a clone of the one that did, is named too.

    Examples
    --------
    .. manim:: KeyLineExample
        :save_last_frame:

        class KeyLineExample(Scene):
            def construct(self):
                self.add(KeyLine("run", record_run("my_flow.py"), "total"))
    """

    def __init__(self, title: str, record: RunRecord, artifact: str) -> None:
        theme = current_theme()
        task, found = _maker(record, artifact)
        self.face = Face(found.sha, size=0.36)
        columns = [
            (TextLabel(title, font="prose", weight=600, font_size=theme.label_size), -2.3),
            (TextLabel(artifact, font_size=theme.label_size), 0.35),
            (TextLabel(found.sha[:12], font_size=theme.label_size, color=theme.muted), 1.45),
            (origin_label(task), 3.75),
        ]
        super().__init__(self.face, *[label.left_at(x, 0) for label, x in columns])
        self.center()

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "key-line", "sha": self.face.sha}


def _maker(record: RunRecord, artifact: str) -> tuple[Any, ArtifactRecord]:
    for task in record.tasks:
        for found in task.artifacts:
            if found.name == artifact and found.provenance != "inherited":
                return task, found
    raise UsageError(f"No task of run {record.run_id} made an artifact named {artifact!r}.")
