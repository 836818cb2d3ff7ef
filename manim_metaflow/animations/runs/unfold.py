"""From the plan to the run: each step becomes the tasks it had."""

from __future__ import annotations

from typing import Any

from manim import AnimationGroup, FadeIn, FadeOut, ReplacementTransform, Scene

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.stack import TaskStack

__all__ = ["UnfoldTasks"]


class UnfoldTasks(AnimationGroup):
    """Turn the graph of a flow into the graph of a run of it.

    Steps that stay one box glide to their place; a foreach's box opens into its tasks.

    Parameters
    ----------
    dag
        The graph on the scene; it is gone afterwards.
    run_dag
        The graph of the same flow, built with ``run=``.

    Raises
    ------
    UsageError
        The two graphs are of different flows.

    Examples
    --------
    .. manim:: UnfoldTasksExample

        class UnfoldTasksExample(Scene):
            def construct(self):
                dag = FlowDAG("my_flow.py")
                self.add(dag)
                self.play(UnfoldTasks(dag, FlowDAG("my_flow.py", run=record_run("my_flow.py"))))
    """

    def __init__(self, dag: FlowDAG, run_dag: FlowDAG, *, run_time: float = 1.2, **kwargs: Any) -> None:
        if list(dag.nodes) != list(run_dag.nodes):
            raise UsageError(f"{dag.flow.name} and {run_dag.flow.name} do not have the same steps.")
        self._before, self._after = dag, run_dag
        changes: list[Any] = []
        for name, node in dag.nodes.items():
            new = run_dag.nodes[name]
            if isinstance(new, TaskStack) and isinstance(node, StepNode):
                middle = node.get_center()
                changes.append(ReplacementTransform(node.label, new.heading))
                changes.append(FadeOut(node.box, node.sheets))
                changes += [FadeIn(cell, target_position=middle, scale=0.6) for cell in new.cells]
                changes += [FadeIn(new.more)] if new.more else []
            else:
                changes.append(ReplacementTransform(node, new))
        for pair, edge in dag.edges.items():
            new_edge = run_dag.edges[pair]
            if len(edge.lines) == len(new_edge.lines):
                changes.append(ReplacementTransform(edge, new_edge))
            else:
                changes += [FadeOut(edge), FadeIn(new_edge)]
        for name, region in dag.regions.items():
            changes += [FadeOut(region), FadeIn(run_dag.regions[name])]
        changes += [FadeOut(notes) for notes in dag.captions]
        changes += [FadeIn(notes) for notes in run_dag.captions]
        super().__init__(*changes, run_time=run_time, introducer=True, **kwargs)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Leave the run's graph as one mobject."""
        super().clean_up_from_scene(scene)
        scene.remove(*self._before.get_family())
        scene.add(self._after)
