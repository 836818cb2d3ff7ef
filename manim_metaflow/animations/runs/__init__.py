"""A run happens again: replay, resume, spin."""

from manim_metaflow.animations.runs.compare import CompareRuns
from manim_metaflow.animations.runs.replay import ReplayRun
from manim_metaflow.animations.runs.resume import CloneTasks, ResumeRun
from manim_metaflow.animations.runs.reuse import ReuseValues
from manim_metaflow.animations.runs.spin import SpinStep
from manim_metaflow.animations.runs.unfold import UnfoldTasks

__all__ = [
    "CloneTasks",
    "CompareRuns",
    "ReplayRun",
    "ResumeRun",
    "ReuseValues",
    "SpinStep",
    "UnfoldTasks",
]
