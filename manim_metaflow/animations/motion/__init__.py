"""The kit every animation is made from: clips on a timeline, and how mobjects are at rest."""

from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.animations.motion.timescale import TimeScale

__all__ = [
    "Clip",
    "TimeScale",
    "Timeline",
]
