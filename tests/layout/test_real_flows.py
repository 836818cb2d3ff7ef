"""The flows of the test suite and Metaflow's own tutorials, as Metaflow itself reads them."""

from __future__ import annotations

from pathlib import Path

import metaflow
import pytest

from layout.builder import boxes, switch_labels
from layout.invariants import violations
from manim_metaflow.facts import load_flow
from manim_metaflow.layout import layout_flow

FLOWS = sorted((Path(__file__).parents[1] / "flows").glob("*.py"))
TUTORIALS = sorted((Path(metaflow.__file__).parent / "tutorials").glob("*/*.py"))


CROSSINGS = {"shared_targets": 1, "two_joins": 1}
"""What cannot be avoided: two steps that lead to the same two."""


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("path", [*FLOWS, *TUTORIALS], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_real_flows_keep_the_rules(path, direction):
    info = load_flow(path)
    labels = switch_labels(info)
    layout = layout_flow(info, boxes(info), direction=direction, labels=labels)
    assert violations(info, layout, labels, crossings=CROSSINGS.get(path.stem, 0)) == []
