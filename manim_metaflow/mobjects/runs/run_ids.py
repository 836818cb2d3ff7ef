"""How ids of runs are written on screen: a run's own, and that of the run its clones come from."""

from __future__ import annotations

from manim_metaflow.facts.records import TaskRecord
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.run_ids import short_run_ids

__all__ = ["origin_label", "run_id_label"]


def run_id_label(text: str) -> TextLabel:
    """Write the id of a run, shortened, perhaps with its flow's name before it."""
    theme = current_theme()
    return TextLabel(short_run_ids(text), font_size=theme.small_size, color=theme.muted)


def origin_label(task: TaskRecord) -> TextLabel:
    """Write where a task's artifacts come from: the path of the task it is a clone of, or its own."""
    theme = current_theme()
    text = f"a clone of {task.origin}" if task.origin else f"made by task {task.path}"
    return TextLabel(short_run_ids(text), font_size=theme.small_size + 1, color=theme.state_color(task.state))
