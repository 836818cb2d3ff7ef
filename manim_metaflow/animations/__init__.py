"""Pictures to motion, driven by records."""

from manim_metaflow.animations.build import BuildFlow
from manim_metaflow.animations.code import EvolveCode
from manim_metaflow.animations.code_focus import FocusCode
from manim_metaflow.animations.collapse import CollapseRegion, ExpandRegion
from manim_metaflow.animations.compare import CompareRuns
from manim_metaflow.animations.evolve_flow import EvolveFlow
from manim_metaflow.animations.explode import ExplodeStep, TaskGrid
from manim_metaflow.animations.focus import FocusFlow
from manim_metaflow.animations.highlight import HighlightFlow
from manim_metaflow.animations.key_maps import (
    Inherit,
    LoadArtifact,
    MutateInPlace,
    RegisterArtifact,
    WriteKeys,
)
from manim_metaflow.animations.merge import MergeArtifacts
from manim_metaflow.animations.notebook import CellsToSteps
from manim_metaflow.animations.replay import ReplayRun
from manim_metaflow.animations.resume import CloneTasks, ResumeRun
from manim_metaflow.animations.set_state import SetState
from manim_metaflow.animations.shelf import FillStore, ScrollStore
from manim_metaflow.animations.spin import SpinStep
from manim_metaflow.animations.storage import AdvanceTrack, CreateArtifact, HashBytes, Persist, Serialize
from manim_metaflow.animations.story import AdvanceStory, FlowStory
from manim_metaflow.animations.story_point import PointAt, TraceArtifact
from manim_metaflow.animations.terminal import RunCommand
from manim_metaflow.animations.timeline import Clip, Timeline
from manim_metaflow.animations.timescale import TimeScale
from manim_metaflow.animations.unfold import UnfoldTasks

__all__ = [
    "AdvanceStory",
    "AdvanceTrack",
    "BuildFlow",
    "CellsToSteps",
    "Clip",
    "CloneTasks",
    "CollapseRegion",
    "CompareRuns",
    "CreateArtifact",
    "EvolveCode",
    "EvolveFlow",
    "ExpandRegion",
    "ExplodeStep",
    "FillStore",
    "FlowStory",
    "FocusCode",
    "FocusFlow",
    "HashBytes",
    "HighlightFlow",
    "Inherit",
    "LoadArtifact",
    "MergeArtifacts",
    "MutateInPlace",
    "Persist",
    "PointAt",
    "RegisterArtifact",
    "ReplayRun",
    "ResumeRun",
    "RunCommand",
    "ScrollStore",
    "Serialize",
    "SetState",
    "SpinStep",
    "TaskGrid",
    "TimeScale",
    "Timeline",
    "TraceArtifact",
    "UnfoldTasks",
    "WriteKeys",
]
