"""The graph of a flow and its parts."""

from manim_metaflow.mobjects.graph.counter import TaskCounter
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.edge import FlowEdge
from manim_metaflow.mobjects.graph.heading import FlowHeading
from manim_metaflow.mobjects.graph.node import STATES, StepNode
from manim_metaflow.mobjects.graph.region import ForeachRegion
from manim_metaflow.mobjects.graph.stack import TaskStack

__all__ = [
    "STATES",
    "FlowDAG",
    "FlowEdge",
    "FlowHeading",
    "ForeachRegion",
    "StepNode",
    "TaskCounter",
    "TaskStack",
]
