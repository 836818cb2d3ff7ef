"""A recorded run holds a short text of each value, noted by the task itself, which nothing else notices."""

from __future__ import annotations

import collections
import dataclasses
import enum
import hashlib
import json
import os
import pickle
import re
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from manim_metaflow import record_resume, record_run, record_spin
from manim_metaflow.cli import main
from manim_metaflow.facts import RunRecord, load_storage
from manim_metaflow.facts.recording.console import LEFT_OUT, console_moments
from manim_metaflow.facts.recording.in_task.value_text import MOST_LETTERS, value_text
from manim_metaflow.facts.recording.values import VALUES, read_values

FLOW = '''
import os, sys
from metaflow import FlowSpec, Parameter, step


class Trap:
    """Whatever is asked of it, it changes, prints, or stops the task."""

    def __init__(self):
        self.asked = 0

    def _trap(self, *args):
        self.asked += 1
        print("trapped")
        while True:
            pass

    __repr__ = __str__ = __len__ = __iter__ = __format__ = __hash__ = __eq__ = _trap


class ValuesFlow(FlowSpec):
    alpha = Parameter("alpha", default=3)

    @step
    def start(self):
        self.rate = 1.4
        self.table = {"Oslo": [1, 2], "Lima": (3,)}
        self.trap = Trap()
        self.long = list(range(100_000))
        self.seen = [each for each in sys.path if "manim_metaflow" in each]
        self.imported = "numpy" in sys.modules
        print("site", os.environ.get("SITE_SEEN"))
        self.next(self.fit)

    @step
    def fit(self):
        if os.environ.get("FAIL"):
            raise ValueError("no")
        self.rate = self.rate * 2
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    ValuesFlow()
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("values")
    (folder / "flow.py").write_text(FLOW)
    site = folder / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import os\nos.environ['SITE_SEEN'] = 'yes'\n")
    return folder


@pytest.fixture(scope="module")
def failed(folder: Path) -> RunRecord:
    env = {"PYTHONPATH": str(folder / "site"), "FAIL": "1"}
    return record_run(folder / "flow.py", env=env)


@pytest.fixture(scope="module")
def resumed(failed: RunRecord) -> RunRecord:
    return record_resume(failed)


def values_of(record: RunRecord, path: str) -> dict[str, str]:
    return {artifact.name: artifact.value for artifact in record[path].artifacts}


def test_a_record_has_the_value_of_each_artifact(failed):
    held = values_of(failed, "start/1")
    assert held["rate"] == "1.4"
    assert held["table"] == "{'Oslo': [1, 2], 'Lima': (3,)}"
    assert held["long"].startswith("[0, 1, 2, 3, ")
    assert held["long"].endswith("…")
    assert len(held["long"]) == MOST_LETTERS
    assert [(each.name, each.value) for each in failed.parameters] == [("alpha", "3")]
    assert RunRecord.from_json(failed.to_json()) == failed


def test_what_a_class_of_the_flow_defines_is_never_called(failed):
    assert values_of(failed, "start/1")["trap"] == "Trap(asked=0)"
    assert not any("trapped" in line for line in failed.console)


def test_the_task_notices_nothing_of_it(failed):
    held = values_of(failed, "start/1")
    assert held["seen"] == "[]"  # neither on its path ...
    assert held["imported"] == "False"  # ... nor by what it imported
    assert any(line.endswith("site yes") for line in failed.console)  # its own start-up file was run, too


def test_a_task_that_raised_has_values_and_so_has_what_it_inherited(failed):
    assert failed["fit/2"].state == "failed"
    assert values_of(failed, "fit/2")["rate"] == "1.4"
    assert values_of(failed, "fit/2")["table"] == values_of(failed, "start/1")["table"]


def test_clones_have_the_values_of_their_origin(failed, resumed):
    (clone,) = resumed.cloned
    assert values_of(resumed, clone.path) == values_of(failed, "start/1")
    assert values_of(resumed, resumed.tasks_of("fit")[0].path)["rate"] == "2.8"


def test_a_spun_task_has_values(resumed):
    spun = record_spin(resumed, "fit", persist=True)
    assert values_of(spun, spun.tasks[0].path)["rate"] == "2.8"


def test_what_is_stored_is_what_would_be_stored_without_it(failed):
    held = {artifact.name: artifact for artifact in failed["start/1"].artifacts}
    for name, value in {"rate": 1.4, "table": {"Oslo": [1, 2], "Lima": (3,)}, "imported": False}.items():
        assert held[name].sha == hashlib.sha1(pickle.dumps(value, protocol=4)).hexdigest()
    stored = load_storage(
        f"ValuesFlow/{failed.run_id}", root=failed.recording.with_suffix(".store"), values=True
    )
    assert stored.blob(held["trap"].sha).value == "Trap(asked=0)"


def test_records_that_were_made_before_there_were_values_are_read(failed):
    text = re.sub(r'"value": ".*"', '"value": ""', failed.to_json())
    old = RunRecord.from_json(re.sub(r',\n\s*"value": ""', "", text))
    assert values_of(old, "start/1")["rate"] == ""
    assert '"value"' not in old.to_json()


def test_show_prints_the_values_of_a_record_without_being_asked(failed):
    result = CliRunner().invoke(main, ["show", str(failed.recording), "--artifacts"])
    assert result.exit_code == 0, result.stderr
    assert "{'Oslo': [1, 2], 'Lima': (3,)}" in result.stdout
    root = ["--root", str(failed.recording.with_suffix(".store"))]
    named = CliRunner().invoke(main, ["show", f"ValuesFlow/{failed.run_id}", "--artifacts", *root])
    assert "Oslo" not in named.stdout  # of any other run only when asked


def test_the_storage_of_a_record_has_the_same_values(failed):
    held = load_storage(failed)
    rate = held["start/1"].last["rate"]
    assert held.blob(rate.sha).value == "1.4"


@pytest.mark.parametrize("text", ['{"a": 1}', "[]", "{", '{"a": "' + "x" * 500 + '"}', '{"a": "\\u001b[2J"}'])
def test_what_a_flow_writes_there_itself_is_not_believed(tmp_path, text):
    (tmp_path / VALUES).mkdir()
    (tmp_path / VALUES / "1.json").write_text(text)
    assert read_values(tmp_path) == {}


def test_only_plain_files_of_a_task_are_read(tmp_path):
    (tmp_path / VALUES).mkdir()
    os.mkfifo(tmp_path / VALUES / "1.json")
    (tmp_path / VALUES / "2.json").symlink_to("/dev/zero")
    key = "198756254c5b4f18cb8af891d55a414724e402c5"
    (tmp_path / VALUES / "3.json").write_text(json.dumps({key: "1.4"}) + " " * 3 * 1024 * 1024)
    (tmp_path / VALUES / "4.json").write_text(json.dumps({key: "2.8"}))
    assert read_values(tmp_path) == {key: "2.8"}


class Color(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Order:
    city: str
    count: int = 2
    _cache: int = 0


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self) -> None:
        self.left = 1


class Loud(dict):
    def __iter__(self):
        raise AssertionError

    items = keys = values = __repr__ = __iter__


class LoudArray(np.ndarray):
    @property
    def shape(self):
        raise AssertionError


Point = collections.namedtuple("Point", "x y")
CIRCLE: list = [1]
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        ("it's", '"it\'s"'),
        (b"ab", "b'ab'"),
        ({3, 1, 2}, "{1, 2, 3}"),
        (set(), "set()"),
        (frozenset("ba"), "frozenset({'a', 'b'})"),
        (set(range(1000)), "<set of 1000 items>"),
        (10**10_000, "<int of 33220 bits>"),
        (Point(1, 2), "Point(x=1, y=2)"),
        (collections.Counter("aab"), "Counter({'a': 2, 'b': 1})"),
        (collections.deque([1, 2]), "deque([1, 2])"),
        (Color.RED, "Color.RED"),
        (Order("Oslo"), "Order(city='Oslo', count=2)"),
        (Slotted(), "Slotted(left=1)"),
        (object(), "object()"),
        (Order, "<class Order>"),
        (ValueError("no", 3), "ValueError('no', 3)"),
        (Loud(a=1), "Loud({'a': 1})"),
        (CIRCLE, "[1, [1, [1, [1, [1, …]]]]]"),
        (np.zeros((3, 4)), "ndarray(shape=(3, 4), dtype=float64)"),
        (np.zeros(2).view(LoudArray), "LoudArray(shape=(2,), dtype=float64)"),
        ([np.float64(1.4), np.int64(3)], "[1.4, 3]"),
        (lambda: 0, "<function <lambda>>"),
        ("\x1b[2J", "'\\x1b[2J'"),
        ("x" * 10**7, "'" + "x" * (MOST_LETTERS - 2) + "…"),
    ],
    ids=lambda value: "",
)
def test_a_value_is_written_in_few_letters(value, text):
    assert value_text(value) == text


def test_sets_in_sets_end(monkeypatch):
    deep = frozenset(range(150))
    for _ in range(5):
        deep = frozenset({deep, *(frozenset({deep, number}) for number in range(150))})
    assert len(value_text(deep)) == MOST_LETTERS


def test_a_table_of_pandas_is_told_by_its_shape(monkeypatch):
    pandas, frame = types.ModuleType("pandas"), type("DataFrame", (), {"shape": property(lambda _: (366, 4))})
    frame.__module__ = "pandas.core.frame"
    pandas.DataFrame = frame
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    assert value_text(frame()) == "DataFrame(shape=(366, 4))"


def test_texts_are_the_same_in_every_process():
    names = {hashlib.sha1(bytes([number])).hexdigest() for number in range(50)}
    assert value_text(names).startswith("{'" + min(names))


def test_the_lines_of_a_run_have_the_times_at_which_they_were_printed(failed):
    assert len(failed.console_times) == len(failed.console)
    assert list(failed.console_times) == sorted(failed.console_times)
    told = dict(zip(failed.console, failed.console_times, strict=True))
    start = told[f"[{failed.run_id}/start/1] Task is starting."]
    end = told[f"[{failed.run_id}/start/1] Task finished successfully."]
    # The scheduler launches a process before its task begins, and hears of its end after it.
    assert start <= failed["start/1"].started <= failed["start/1"].finished <= end
    story = console_moments(failed)
    assert [line for _, line in story] == [
        f"[{failed.run_id}/{line}" if line[0] != "W" and line != LEFT_OUT else line
        for line in (
            f"Workflow starting (run-id {failed.run_id}):",
            "start/1] Task is starting.",
            "start/1] site yes",
            "start/1] Task finished successfully.",
            "fit/2] Task is starting.",
            "fit/2] <flow ValuesFlow step fit> failed:",
            LEFT_OUT,
            "fit/2] ValueError: no",
            "Workflow failed.",
        )
    ]
