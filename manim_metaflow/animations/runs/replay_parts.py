"""Which parts of a graph tell of what in a run: strands of tasks, boxes still to come, choices in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from manim import VMobject

from manim_metaflow.facts.records import RunRecord, TaskRecord
from manim_metaflow.facts.run.history import Decision
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.notes import one_line
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.graph.strands import row_of

__all__ = ["decision_text", "late_parts", "strand_between"]

LONGEST = 34
"""Letters of what a switch went by."""


def strand_between(dag: FlowDAG, source: TaskRecord, target: TaskRecord) -> int | None:
    """Return which strand of an edge joins two tasks; ``None`` where there is none."""
    edge = dag.edges.get((source.step, target.step))
    if edge is None:
        return None
    if not edge.ends:
        return 0
    ends = (
        row_of(dag.nodes[source.step], source.place),
        row_of(dag.nodes[target.step], target.place),
    )
    return edge.ends.index(ends) if ends in edge.ends else None


def late_parts(dag: FlowDAG, late: Sequence[StepNode]) -> Iterator[tuple[VMobject, StepNode]]:
    """Find the parts of arrows that join boxes which are not there yet, each with the box it waits for."""
    waited = {id(node): node for node in late}
    for (source, target), edge in dag.edges.items():
        waits = []
        for row, goal in edge.ends:
            joined = ((dag.nodes[source], row), (dag.nodes[target], goal))
            boxes = [node.rows[at] for node, at in joined if isinstance(node, TaskStack)]
            waits.append([waited[id(box)] for box in boxes if id(box) in waited])
        for line, tip, nodes in zip(edge.lines, edge.tips, waits, strict=False):
            if nodes:
                yield line, nodes[-1]
                yield tip, nodes[-1]
        if edge.label is not None and waits and all(waits):
            yield edge.label, waits[0][-1]


def decision_text(record: RunRecord, decision: Decision) -> str:
    """Write what a switch went by."""
    return one_line(f"self.{record.flow[decision.step].condition} = {', '.join(decision.values)}", LONGEST)
