"""The graph of a flow: its parts, and how it moves."""

from manim_metaflow.animations.graph import *
from manim_metaflow.facts.flow.load import load_flow as load_flow
from manim_metaflow.facts.records import EdgeInfo as EdgeInfo, FlowInfo as FlowInfo, StepInfo as StepInfo
from manim_metaflow.mobjects.graph import *
