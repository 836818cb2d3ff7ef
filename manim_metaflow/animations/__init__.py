"""Pictures to motion, driven by records."""

from manim_metaflow.animations.build import BuildFlow
from manim_metaflow.animations.replay import ReplayRun, ResumeRun
from manim_metaflow.animations.timeline import Clip, Timeline
from manim_metaflow.animations.timescale import TimeScale

__all__ = ["BuildFlow", "Clip", "ReplayRun", "ResumeRun", "TimeScale", "Timeline"]
