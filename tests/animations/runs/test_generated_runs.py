"""Flows that chance has made are really run, and each run is drawn as its record says."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st
from layout.random_flows import flows
from running_flows import running_source
from started import command_lines, input_paths, listening
from test_replay_truth import differences

from manim_metaflow import FlowDAG
from manim_metaflow.facts import FlowInfo, record_run
from manim_metaflow.testing.frames import still_config


def rich(flow: FlowInfo) -> bool:
    """Tell whether there is something to get wrong."""
    kinds = {step.kind for step in flow.steps}
    return len(flow.steps) >= 8 and "foreach" in kinds and "split-switch" in kinds


@settings(
    max_examples=2,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(flows(budget=9).filter(rich), st.integers(0, 10**6))
def test_a_generated_flow_that_ran_is_drawn_as_its_record_says(flow: FlowInfo, seed: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "made.py"
        file.write_text(running_source(flow, seed, trouble=4))
        record = record_run(file, recordings=folder, env=listening(folder, folder / "log"))
        told = input_paths(command_lines(folder / "log"))
    assert told
    for path, parents in told.items():
        assert set(record[path].parents) == parents, path
    with still_config():
        for run in (record, None):
            assert differences(FlowDAG(record.flow, run=run), record, lost=True) == []
