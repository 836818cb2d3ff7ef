"""Motions of code, notebooks and terminals."""

from manim_metaflow.animations.code.evolve import EvolveCode
from manim_metaflow.animations.code.focus import FocusCode
from manim_metaflow.animations.code.notebook import CellsToSteps
from manim_metaflow.animations.code.story import FlowStory
from manim_metaflow.animations.code.story_advance import AdvanceStory
from manim_metaflow.animations.code.story_point import PointAt, TraceArtifact
from manim_metaflow.animations.code.terminal import RunCommand

__all__ = [
    "AdvanceStory",
    "CellsToSteps",
    "EvolveCode",
    "FlowStory",
    "FocusCode",
    "PointAt",
    "RunCommand",
    "TraceArtifact",
]
