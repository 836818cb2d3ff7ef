"""What a task is called."""

import pytest

from manim_metaflow.facts.records import ForeachIndex, TaskRecord


@pytest.mark.parametrize(
    ("task", "text"),
    [
        (TaskRecord("fit", "7", "done", (ForeachIndex("start", "xs", 0, 2, "Oslo"),)), "Oslo"),
        (
            TaskRecord(
                "fit",
                "7",
                "done",
                (ForeachIndex("start", "xs", 0, 2, "Oslo"), ForeachIndex("mid", "ys", 1, 2, "3")),
            ),
            "Oslo · 3",
        ),
        (TaskRecord("train", "7", "done", (ForeachIndex("start", None, 2, None, None),)), "node 2"),
        (TaskRecord("fit", "7", "done", (ForeachIndex("start", "xs", 2, None, None),)), "xs[2]"),
        (TaskRecord("fit", "7", "done", control=True), "control"),
        (TaskRecord("fit", "7", "done"), "7"),
    ],
)
def test_a_task_is_called_by_what_tells_it_from_its_siblings(task: TaskRecord, text: str) -> None:
    assert task.label == text
