"""A collapsed region is one step with one edge in and one edge out."""

from __future__ import annotations

from pathlib import Path

import pytest

from manim_metaflow.errors import UsageError
from manim_metaflow.facts import load_flow
from manim_metaflow.layout.collapse import check_collapsed, collapse_flow, folded_name

FLOWS = Path(__file__).parents[1] / "flows"


@pytest.mark.parametrize("name", ["branch", "foreach", "nested_branch", "nested_foreach"])
def test_a_collapsed_region_has_one_edge_in_and_one_out(name: str) -> None:
    flow = load_flow(FLOWS / f"{name}.py")
    region = next(step.name for step in flow.steps if step.matching_join)
    edges = [(edge.source, edge.target) for edge in collapse_flow(flow, [region]).edges]
    assert len(edges) == len(set(edges))
    box = folded_name(region)
    assert [edge for edge in edges if box in edge] == [(region, box), (box, flow[region].matching_join)]


@pytest.mark.parametrize(
    ("name", "regions", "message"),
    [
        (
            "parallel",
            ["start"],
            "ParallelFlow: the region 'start' holds one step, train: collapsed, it would look the same.",
        ),
        (
            "nested_branch",
            ["start", "a"],
            "NestedBranchFlow: the region 'a' is inside of 'start', which is collapsed, too.",
        ),
    ],
)
def test_a_region_whose_collapse_would_change_nothing_is_refused(
    name: str, regions: list[str], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        check_collapsed(load_flow(FLOWS / f"{name}.py"), regions)
    assert message in str(caught.value)
