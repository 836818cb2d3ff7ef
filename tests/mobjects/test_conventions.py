"""Every public mobject behaves as a user of Manim expects: all of them are asked, new ones too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from every import EVERY, SHA, public_mobjects
from manim import ORIGIN
from recorded import FLOWS, recorded

from manim_metaflow import ArtifactChip, FlowDAG, TextLabel
from manim_metaflow.mobjects.text.live_label import LiveLabel

PLACED = {
    "ComparisonGrid": "its columns are under the steps of the graph it is given",
    "FlowEdge": "it is drawn from the curves it is given",
    "ForeachRegion": "it is drawn round the rectangle it is given",
}
"""What is built where its arguments say, and why."""


def test_every_public_mobject_is_asked() -> None:
    assert set(EVERY) == set(public_mobjects())
    assert all(type(build()).__name__ == name for name, build in EVERY.items())


@pytest.mark.parametrize("name", [name for name in EVERY if name not in PLACED])
def test_it_is_built_centred_on_the_origin(name: str) -> None:
    assert EVERY[name]().get_center() == pytest.approx(ORIGIN)


LOOKS: dict[str, Callable[[], Any]] = {
    "a chip without a hash": lambda: ArtifactChip("a_long_name", SHA, hashed=False),
    "a graph with its heading": lambda: FlowDAG(FLOWS / "complex_flow.py", detail="full"),
    "a graph that runs down": lambda: FlowDAG(FLOWS / "recursion.py", direction="down"),
    "a graph of a failed run": lambda: FlowDAG(recorded("failed").flow, run=recorded("failed")),
    "text in several lines": lambda: TextLabel("one two", lines=("one", "two")),
    "text without ink": lambda: TextLabel(" "),
    "text that no font of the theme has": lambda: TextLabel("数据"),
    "text that changes": lambda: LiveLabel("0 s"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_so_are_its_other_looks(name: str) -> None:
    assert LOOKS[name]().get_center() == pytest.approx(ORIGIN)
