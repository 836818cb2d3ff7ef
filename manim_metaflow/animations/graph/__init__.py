"""Motions of a flow's graph."""

from manim_metaflow.animations.graph.build import BuildFlow
from manim_metaflow.animations.graph.collapse import CollapseRegion, ExpandRegion
from manim_metaflow.animations.graph.evolve import EvolveFlow
from manim_metaflow.animations.graph.explode import ExplodeStep, TaskGrid
from manim_metaflow.animations.graph.focus import FocusFlow
from manim_metaflow.animations.graph.highlight import HighlightFlow
from manim_metaflow.animations.graph.set_state import SetState

__all__ = [
    "BuildFlow",
    "CollapseRegion",
    "EvolveFlow",
    "ExpandRegion",
    "ExplodeStep",
    "FocusFlow",
    "HighlightFlow",
    "SetState",
    "TaskGrid",
]
