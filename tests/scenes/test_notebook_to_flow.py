"""``scenes/notebook_to_flow.py``: legible at every beat, fully cached, and true to its records."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from film import (
    SCENES,
    Walk,
    check_alive,
    identities,
    numbers_in,
    printed,
    untraced,
)
from film_tests import (  # noqa: F401 (pytest runs them here)
    test_an_unchanged_film_is_not_drawn_again,
    test_every_beat_has_a_caption_and_is_clear_to_read,
    test_every_section_ends_as_it_did,
    test_it_is_as_clear_to_read_in_light,
    test_no_number_is_typed_by_hand,
)

from manim_metaflow.facts import CommandRecord, RunRecord, load_notebook
from manim_metaflow.utils.run_ids import short_run_ids

SECTIONS = [
    "title",
    "the notebook",
    "cells to steps",
    "run",
    "self",
    "read it back",
    "run a step again",
    "the sum",
]
COFFEE = SCENES / "flows" / "coffee"
SOURCES = sorted(COFFEE.glob("*/coffee.py"))
Records = tuple[RunRecord, RunRecord, RunRecord, CommandRecord]


def sentences(records: Records) -> dict[str, list[object]]:
    """Sentences that hold numbers, and the numbers by the records."""
    notebook = load_notebook(COFFEE / "coffee.ipynb")
    printed = {rf"^{re.escape(line)}$": numbers_in(line) for cell in notebook.cells for line in cell.output}
    counts = {rf"^\[{cell.count}\]:$": [cell.count] for cell in notebook.cells}
    return {
        **printed,
        **counts,
        r"^A notebook: \d+ cells": [len(notebook.cells)],
        r"^All \d+ processes are gone": [len(records[1].tasks)],
    }


def untraced_in(walked: Walk, records: Records) -> set[str]:
    known, terminal = identities(records[:3]), printed(records, SOURCES)
    cells = [cell.source for cell in load_notebook(COFFEE / "coffee.ipynb").cells]
    return untraced(walked, known, SOURCES, cells=cells, sentences=sentences(records), terminal=terminal)


def test_every_number_is_traced_to_the_records(walked: Walk, records: Records) -> None:
    assert untraced_in(walked, records) == set()
    assert any(moment.code for moment in walked.moments)
    assert any(short_run_ids(records[0].run_id) in text for moment in walked.moments for text in moment.texts)


def test_captions_say_what_the_records_say(records: Records) -> None:
    moved, mended, again, dump = records
    bodies = [
        cell.source.replace("\n", "").replace(" ", "")
        for cell in load_notebook(COFFEE / "coffee.ipynb").cells
    ]
    for name, body in zip(("start", "fit", "end"), bodies, strict=True):  # "move in as they are"
        assert body in moved.flow[name].source.replace("\n", "").replace(" ", "")
    [raised] = [task.exception for task in moved.tasks if task.exception]
    assert (raised.type, raised.message) == ("NameError", "name 'temps' is not defined")
    states = {task.step: task.state for task in moved.tasks}
    assert states == {"start": "done", "fit": "failed"}  # "start is over"
    assert not moved.tasks_of("start")[0].artifacts  # "its variables went with its process"
    made = {
        task.step: {held.name for held in task.artifacts if held.provenance == "created"}
        for task in mended.tasks
    }
    assert made == {"start": {"temps", "cups"}, "fit": {"rate", "base"}, "end": {"need"}}
    [fit] = mended.tasks_of("fit")  # "is stored when it ends, and the next one has it"
    given = {held.name: held.sha for held in mended.tasks_of("start")[0].artifacts}
    assert {held.name: held.sha for held in fit.artifacts if held.provenance == "inherited"} == given
    values = dict(re.findall(r"(\w+) \[size: \d+ type: [^\]]+\] = (.*)", "\n".join(dump.console)))
    assert set(values) - {"name"} == {held.name for held in fit.artifacts}  # "what they made can be read"
    changed = {s.name for s in mended.flow.steps if s.source != again.flow[s.name].source}
    assert changed == {"end"}  # "change the last step"
    assert {task.step for task in again.cloned} == {"start", "fit"}  # "as it is"
    assert [task.step for task in again.executed] == ["end"]  # "only end executes"
    for task in again.cloned:
        [old] = mended.tasks_of(task.step)
        assert {a.sha for a in task.artifacts} == {a.sha for a in old.artifacts}


def test_metaflow_still_does_what_the_recordings_say(
    records: Records, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runs = set((SCENES / "recordings").glob("CoffeeFlow-*-????????????.json"))
    assert {run.recording for run in records[:3]} == runs
    monkeypatch.undo()
    check_alive("notebook_to_flow", records, tmp_path)
