"""Check pictures: snapshots of frames and structures, a scene walked beat by beat, a contact sheet.

The pytest fixture ``frame_snapshot`` comes with the package (see :mod:`manim_metaflow.testing.plugin`).
The names below are for scripts and for tests that need a frame without a baseline. They are loaded on
first use: pytest imports this package in every run of everybody who has it installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .checks import Problem, check_frame
    from .render import render_frame
    from .sheet import contact_sheet
    from .structure import structure_of
    from .walk import Beat, SectionFrame, beat_frames, section_frames

__all__ = [
    "Beat",
    "Problem",
    "SectionFrame",
    "beat_frames",
    "check_frame",
    "contact_sheet",
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
    "contact_sheet": "sheet",
    "render_frame": "render",
    "section_frames": "walk",
    "structure_of": "structure",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
