"""Records with something wrong anywhere in them: told in one message, or shown; never a traceback of ours."""

from __future__ import annotations

import io
import json
import os
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from manim_metaflow.cli.artifact_tables import print_artifacts
from manim_metaflow.cli.comparison_table import print_comparison
from manim_metaflow.cli.run_tree import run_tree
from manim_metaflow.errors import ManimMetaflowError, RecordingError
from manim_metaflow.facts import PackageRecord, RunRecord, compare_runs, load_storage
from manim_metaflow.utils.terminal import Terminal

TESTS = Path(__file__).parents[1]
FOLDERS = (TESTS / "recordings", TESTS.parent / "scenes" / "recordings")
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1000"))
LARGEST = 60_000
"""Bytes of a recording that is mutated: a larger one takes longer, and has the same fields."""

VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**64, 10**400, 1.5, 1e300, float("inf"), float("nan"), -1e12),
    *("", "\0", "a\ud800", "\x1b[2J", "../../../etc/passwd", "/dev/zero", "x" * 10_000, "a/b", "start"),
    *([], {}, [[]], [None], {"": 1}),
)


def recordings() -> list[Path]:
    found = [file for folder in FOLDERS for file in sorted(folder.glob("*.json"))]
    return [file for file in found if ".console." not in file.name and file.stat().st_size < LARGEST]


def places(tree: Any) -> list[tuple[Any, Any]]:
    """List every place of a JSON value: what holds it, and under which key or index."""
    found, waiting = [], [tree]
    while waiting:
        holder = waiting.pop()
        for key in holder if isinstance(holder, dict) else range(len(holder)):
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])
    return found


def mutated(text: str, dice: random.Random) -> str:
    """Change one to three places: another value, one from elsewhere, one less, one more, or other bytes."""
    tree = json.loads(text)
    for _ in range(dice.randint(1, 3)):
        all_places = places(tree["record"])
        holder, key = dice.choice(all_places)
        other_holder, other_key = dice.choice(all_places)
        how = dice.choice(("value", "value", "elsewhere", "less", "more", "same kind"))
        if how == "less":
            del holder[key]
        elif how == "more" and isinstance(holder, list):
            holder.append(json.loads(json.dumps(holder[key])))
        elif how == "same kind" and isinstance(holder[key], str):
            texts = [h[k] for h, k in all_places if isinstance(h[k], str)]
            holder[key] = dice.choice(texts)
        elif how == "elsewhere":
            holder[key] = json.loads(json.dumps(other_holder[other_key]))
        else:
            holder[key] = dice.choice(VALUES)
    made = json.dumps(tree)
    if dice.random() < 0.1:
        at = dice.randrange(len(made))
        made = made[:at] + dice.choice(("", '"', "[" * 5000, "}", "\x80", "1e999")) + made[at + 1 :]
    return made


def show(record: RunRecord, other: RunRecord) -> None:
    """Print all there is to print of a record."""
    terminal = Terminal(file=io.StringIO(), width=200)
    terminal.print(run_tree(record))
    print_artifacts(load_storage(record), terminal)
    print_comparison(compare_runs(other, record), terminal)
    record.to_json()


@pytest.mark.parametrize("part", range(8))
def test_a_mutated_recording_is_refused_or_shown(part: int) -> None:
    dice = random.Random(part)
    texts = [file.read_text() for file in recordings()]
    opened: list[str] = []
    on = True

    def hook(event: str, arguments: tuple) -> None:
        if on and event in ("open", "os.system", "subprocess.Popen", "os.exec", "exec", "os.remove"):
            opened.append(f"{event} {arguments[0]}")

    originals = [RunRecord.from_json(text) for text in texts]
    # What is imported at first use, and the types of all fields, are looked up before anybody watches.
    whole = replace(originals[0], storage=load_storage(originals[0]), packages=(PackageRecord("a", "1"),))
    show(RunRecord.from_json(whole.to_json()), originals[0])
    shown = told = 0
    sys.addaudithook(hook)
    try:
        for _ in range(2 * EXAMPLES // 8):
            chosen = dice.randrange(len(texts))
            text = mutated(texts[chosen], dice)
            try:
                show(RunRecord.from_json(text, name="run.json"), originals[chosen])
                shown += 1
            except ManimMetaflowError:
                told += 1
    finally:
        on = False
    # Python looks for the line of a syntax error in a file of the name that its parser makes up.
    opened = [each for each in opened if each != "open <unknown>"]
    assert [each for each in opened if "site-packages" not in each and "/lib/python" not in each] == []
    assert shown > EXAMPLES // 100, "many changes do no harm"
    assert told > EXAMPLES // 100, "many others do"


def changed(change: str, value: Any) -> str:
    """Return a recording's text with the value at one place, ``tasks.1.parents``, replaced."""
    tree = json.loads((TESTS / "recordings" / "ResumeFlow-run-14f6c0bf9df7.json").read_text())
    holder, *_ = [tree["record"]]
    *way, last = change.split(".")
    for key in way:
        holder = holder[int(key) if key.isdigit() else key]
    holder[int(last) if last.isdigit() else last] = value
    return json.dumps(tree)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (
            "tasks.1.parents",
            ["nowhere/7"],
            "record.tasks[1].parents names 'nowhere/7', which is no task of the run",
        ),
        ("tasks.1.origin", "nowhere", "record.tasks[1].origin is 'nowhere', should be run/step/task"),
        ("tasks.1.step", "nowhere", "record.tasks[1].step names 'nowhere', which is no step of the flow"),
        ("tasks.1.step", "", "record.tasks[1].step names '', which is no step of the flow"),
        ("tasks.1.task_id", "", "record.tasks has the task_id '', which can be none"),
        ("tasks.1.task_id", "../x", "record.tasks has the task_id '../x', which can be none"),
        ("tasks.1.queued", 1e999, "record.tasks[1].queued is out of range"),
        ("tasks.1.queued", float("nan"), "record.tasks[1].queued is out of range"),
        ("tasks.1.queued", 10**400, "record.tasks[1].queued is out of range"),
        ("tasks.1.queued", "now", "record.tasks[1].queued should be float, not str"),
        ("blobs.0.sha", "/dev/zero", "record.blobs has the key '/dev/zero', which is no hash"),
        ("blobs.0.size", -1, "record.blobs has the number -1, which is below 0"),
        ("flow.edges.0.target", "nowhere", "record.flow.edges[0] names 'nowhere', which is no step"),
        ("flow.start", "nowhere", "record.flow.start names 'nowhere', which is no step"),
        ("run_id", "a\ud800", "record.run_id has half a letter"),
        ("status", ["x" * 500], "record.status is ['xxx"),
    ],
)
def test_one_message_names_the_file_the_place_and_what_is_wrong(place: str, value: Any, said: str) -> None:
    with pytest.raises(RecordingError) as caught:
        RunRecord.from_json(changed(place, value), name="run.json")
    assert str(caught.value).startswith(f"run.json: {said}")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_twins_are_named() -> None:
    tree = json.loads((TESTS / "recordings" / "ResumeFlow-run-14f6c0bf9df7.json").read_text())
    tree["record"]["tasks"].append(tree["record"]["tasks"][0])
    with pytest.raises(RecordingError, match=r"^run\.json: record\.tasks has 'start/1' twice"):
        RunRecord.from_json(json.dumps(tree), name="run.json")


def test_what_is_nested_without_end_is_refused() -> None:
    # Why depends on how deep Python may go at that moment: other tests raise that limit.
    with pytest.raises(
        RecordingError, match=r"^run\.json: not a complete recording \(.+\)\. Delete the file"
    ):
        RunRecord.from_json("[" * 10_000, name="run.json")
