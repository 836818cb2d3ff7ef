"""The table of step kinds is complete, and everything that depends on a kind knows each of them."""

from __future__ import annotations

from typing import get_args

import pytest

from manim_metaflow.cli.flow_tree import flow_tree
from manim_metaflow.facts.records import FlowInfo, StepInfo
from manim_metaflow.facts.records.kinds import KINDS, FanOut, StepKind, kind_stored_as, kind_traits


def test_every_kind_of_the_records_has_its_traits() -> None:
    assert tuple(KINDS) == get_args(StepKind)


def test_every_way_to_fan_out_belongs_to_one_kind() -> None:
    ways = [traits.fan_out for traits in KINDS.values() if traits.fan_out]
    assert sorted(ways) == sorted(get_args(FanOut))


@pytest.mark.parametrize("kind", KINDS)
def test_what_metaflow_stores_leads_back_to_the_kind(kind: StepKind) -> None:
    assert kind_stored_as(kind) == kind
    assert {kind_stored_as(name) for name in KINDS[kind].stored_as} <= {kind}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_words_in_the_tree_of_a_flow(kind: StepKind) -> None:
    # What fans out is described by what it fans out over, everything else by its kind.
    step = StepInfo("here", kind, foreach_param="xs", condition="mode")
    [line] = flow_tree(FlowInfo("F", (step,), (), "here", "here")).children
    words = {"foreach": "foreach xs", "switch": "switch on self.mode"}
    assert str(line.label) == f"here  {words.get(KINDS[kind].fan_out or '', kind)}"


def test_a_join_is_outside_of_the_split_it_closes() -> None:
    around = ("start", "inner")
    assert StepInfo("join", "join", split_parents=around).enclosing_splits == ("start",)
    assert StepInfo("work", "linear", split_parents=around).enclosing_splits == around


def test_a_kind_nobody_knows_implies_nothing() -> None:
    assert kind_traits("of tomorrow") == kind_traits(None) == KINDS["linear"]
