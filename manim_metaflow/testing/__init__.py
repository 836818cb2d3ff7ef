"""Check pictures: snapshots of frames and structures, a scene walked beat by beat.

The pytest fixture ``frame_snapshot`` comes with the package (see :mod:`manim_metaflow.testing.plugin`).
The names below are for scripts and for tests that need a frame without a baseline. They are loaded on
first use: pytest imports this package in every run of everybody who has it installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from manim_metaflow.utils.lazy import lazy_names

if TYPE_CHECKING:
    from manim_metaflow.testing.checks import Problem, check_frame
    from manim_metaflow.testing.render import render_frame
    from manim_metaflow.testing.structure import structure_of
    from manim_metaflow.testing.walk import Beat, SectionFrame, beat_frames, section_frames

__all__ = [
    "Beat",
    "Problem",
    "SectionFrame",
    "beat_frames",
    "check_frame",
    "render_frame",
    "section_frames",
    "structure_of",
]

_HOMES = {
    "Beat": "walk",
    "Problem": "checks",
    "SectionFrame": "walk",
    "beat_frames": "walk",
    "check_frame": "checks",
    "render_frame": "render",
    "section_frames": "walk",
    "structure_of": "structure",
}

__getattr__ = lazy_names(__name__, _HOMES)
