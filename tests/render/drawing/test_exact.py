"""Frames drawn fast equal Manim's, pixel by pixel."""

from __future__ import annotations

import pytest
from manim_scenes import SCENES
from source_frames import differences, scene_of, small


@pytest.mark.parametrize("name", SCENES)
def test_every_frame_equals_manims(name: str) -> None:
    kind, build = SCENES[name]
    with small():
        assert differences(scene_of(build, kind)) == []
