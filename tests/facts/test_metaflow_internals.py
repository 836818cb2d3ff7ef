"""Old versions of Metaflow, and none, are named with what to do: here only their number is an old one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from manim_metaflow.errors import UsageError
from manim_metaflow.facts import load_flow, metaflow_internals as internals

SWITCH = Path("tests/flows/switch.py").read_text()


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(internals, "metaflow_version", lambda: "2.12.5.1+ob(v1)")


@pytest.mark.usefixtures("old")
def test_what_a_flow_needs_is_named_with_the_version_that_brought_it() -> None:
    source = f"from metaflow import Config\n{SWITCH}"
    assert internals.with_newer_features("Metaflow rejects it.", source) == (
        "Metaflow rejects it. The flow needs a newer Metaflow than 2.12.5.1+ob(v1), which is installed: "
        "Config came with 2.12.37, a switch, self.next(..., condition=...) came with 2.17.2."
    )


def test_message_is_left_alone_where_metaflow_has_all_that_is_used() -> None:
    assert internals.with_newer_features("no such step.", SWITCH) == "no such step."
    assert internals.with_newer_features("does not parse", "def (") == "does not parse"


@pytest.mark.usefixtures("old")
def test_spin_needs_the_version_that_brought_it() -> None:
    with pytest.raises(UsageError, match=r"^spin came with Metaflow 2\.19\.0, and 2\.12\.5\.1"):
        internals.need_feature("spin")


def test_metaflow_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(internals, "metaflow_version", lambda: "2.11.16")
    with pytest.raises(UsageError, match=r"2\.11\.16 is installed here, and 2\.12 is the oldest"):
        load_flow("tests/flows/linear.py")


def test_missing_metaflow_is_said_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "metaflow", None)
    with pytest.raises(UsageError, match=r'Type: pip install "manim-metaflow\[metaflow\]"'):
        load_flow("tests/flows/linear.py")
