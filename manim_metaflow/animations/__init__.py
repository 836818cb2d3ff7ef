"""Pictures to motion, driven by records."""

from manim_metaflow.animations.build import BuildFlow
from manim_metaflow.animations.code import EvolveCode
from manim_metaflow.animations.replay import ReplayRun
from manim_metaflow.animations.resume import CloneTasks, ResumeRun
from manim_metaflow.animations.set_state import SetState
from manim_metaflow.animations.timeline import Clip, Timeline
from manim_metaflow.animations.timescale import TimeScale
from manim_metaflow.animations.unfold import UnfoldTasks

__all__ = [
    "BuildFlow",
    "Clip",
    "CloneTasks",
    "EvolveCode",
    "ReplayRun",
    "ResumeRun",
    "SetState",
    "TimeScale",
    "Timeline",
    "UnfoldTasks",
]
