"""The kit every animation is made from: a timeline of clips, and where a mobject rests."""

from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.animations.motion.timescale import TimeScale

__all__ = [
    "Clip",
    "TimeScale",
    "Timeline",
]
