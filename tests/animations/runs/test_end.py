"""The graph of a run as it ended, drawn without a replay."""

from __future__ import annotations

import numpy as np
import pytest
from playing import play_out
from recorded import recorded

from manim_metaflow import FlowDAG, ReplayRun
from manim_metaflow.errors import UsageError
from manim_metaflow.testing import structure_of


@pytest.mark.parametrize("name", ["failed", "loop", "retries", "switch"])
def test_a_final_graph_is_as_a_replay_leaves_it(name: str) -> None:
    record = recorded(name)
    played = FlowDAG(record.flow, run=record)
    play_out(ReplayRun(played, record, clock=False))
    final = FlowDAG(record.flow, run=record, state="final")
    played.center()
    assert structure_of(final) == structure_of(played)
    pairs = zip(final.family_members_with_points(), played.family_members_with_points(), strict=True)
    assert all(np.allclose(one.points, two.points) for one, two in pairs)


def test_a_final_graph_is_centred_with_all_that_the_run_made() -> None:
    record = recorded("linear")
    dag = FlowDAG(record.flow, run=record, state="final")
    assert len(dag.artifacts) > 0
    assert np.allclose(dag.get_center(), 0)


@pytest.mark.parametrize("wrong", [{"state": "final"}, {"state": "done"}])
def test_a_state_that_cannot_be_drawn_is_refused(wrong: dict) -> None:
    with pytest.raises(UsageError, match="The state of a graph is 'pending', or 'final'"):
        FlowDAG(recorded("linear").flow, **wrong)
