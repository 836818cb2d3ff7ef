"""A graph builds itself in the order in which an author reads the flow."""

from __future__ import annotations

from typing import Any

from manim import AnimationGroup, Create, FadeIn, Scene

from manim_metaflow.animations.motion.together import Together
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.edge import FlowEdge

__all__ = ["BuildFlow"]

PACE, LONGEST = 0.45, 9.0
"""Seconds a step takes to appear; a big flow hurries."""


class BuildFlow(Together):
    """Draw a graph step by step: an arrow grows, and the step it leads to appears.

    ``Create(dag)`` plays this.

    Parameters
    ----------
    dag
        The graph.
    run_time
        Seconds; about half a second a step by default.

    Examples
    --------
    .. manim:: BuildFlowExample

        class BuildFlowExample(Scene):
            def construct(self):
                self.play(BuildFlow(FlowDAG("my_flow.py"), run_time=2))
    """

    def __init__(self, dag: FlowDAG, *, run_time: float | None = None, **kwargs: Any) -> None:
        self._dag = dag
        order = {step.name: index for index, step in enumerate(dag.flow.steps)}
        first_inside = _first_inside(dag)
        heading = [FadeIn(dag.heading, run_time=0.8)] if dag.heading is not None else []
        beats: list[Any] = list(heading)
        incoming: dict[int, list[FlowEdge]] = {}
        for (source, target), edge in dag.edges.items():
            # An arrow needs both of its steps, so that it comes with the later one; one that leads back is
            # drawn last of all.
            incoming.setdefault(max(order[source], order[target]), []).append(edge)
        for name, index in order.items():
            arriving = incoming.get(index, [])
            notes = [FadeIn(dag.notes[name])] if len(dag.notes[name]) else []
            regions = [dag.regions[split] for split in first_inside.get(name, [])]
            grow = [Create(line) for edge in arriving for line in edge.lines]
            # Heads and labels cannot be drawn along a line: they appear when it has arrived.
            show = [FadeIn(part) for edge in arriving for part in edge if part is not edge.lines]
            settle = AnimationGroup(
                FadeIn(dag.nodes[name], scale=0.9), *show, *notes, *map(FadeIn, regions), run_time=0.5
            )
            both = [AnimationGroup(*grow, run_time=0.5), settle] if grow else [settle]
            beats.append(AnimationGroup(*both, lag_ratio=0.5))
        kwargs.setdefault("lag_ratio", 0.45)
        time = min(LONGEST, 0.6 + PACE * len(order)) if run_time is None else run_time
        super().__init__(*beats, run_time=time, introducer=True, **kwargs)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Leave the graph on the scene as one mobject, not as its parts."""
        super().clean_up_from_scene(scene)
        scene.add(self._dag)


def _first_inside(dag: FlowDAG) -> dict[str, list[str]]:
    """Step to the foreaches whose frame appears with it: those it is the first inside of."""
    inside: dict[str, list[str]] = {}
    for name in dag.regions:
        inside.setdefault(dag.flow[name].targets[0], []).append(name)
    return inside
