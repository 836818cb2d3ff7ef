"""Flows as Metaflow itself reads them: random ones written as source code, and those of the test suite."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings

from manim_metaflow.facts import load_flow
from manim_metaflow.layout import layout_flow

from .builder import boxes, switch_labels, to_source
from .invariants import violations
from .random_flows import SETTINGS, flows

FLOWS = sorted((Path(__file__).parents[1] / "flows").glob("*.py"))


@settings(SETTINGS, max_examples=int(os.environ.get("FUZZ_EXAMPLES", "100")))
@given(flows(budget=15))
def test_source_code_gives_the_same_layout(tmp_path_factory, info):
    path = tmp_path_factory.mktemp("flow") / "flow.py"
    path.write_text(to_source(info))
    loaded = load_flow(path)
    labels = switch_labels(info)
    assert dict.fromkeys(labels) == dict.fromkeys(switch_labels(loaded))
    one = layout_flow(info, boxes(info), labels=labels)
    two = layout_flow(loaded, boxes(loaded), labels=labels)
    assert one.positions == two.positions
    assert one.regions == two.regions
    assert violations(loaded, two, labels) == []


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.stem)
def test_real_flows_keep_the_rules(path, direction):
    info = load_flow(path)
    labels = switch_labels(info)
    layout = layout_flow(info, boxes(info), direction=direction, labels=labels)
    assert violations(info, layout, labels, crossings=0) == []
