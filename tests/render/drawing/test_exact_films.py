"""Our films, whole: every frame drawn fast equals Manim's. ``make exact``: too long for every test run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from manim.utils.module_ops import scene_classes_from_file
from source_frames import differences, small

VERIFY = 10
"""Every so many frames the renderer itself lets Manim draw one again, as with ``render --verify``."""

FILMS = sorted(path for path in (Path(__file__).parents[3] / "scenes").glob("*.py") if path.stem != "record")

pytestmark = pytest.mark.skipif("EXACT_FPS" not in os.environ, reason="whole films: make exact")


@pytest.mark.parametrize("film", FILMS, ids=lambda film: film.stem)
def test_every_frame_of_a_film_is_drawn_fast_and_equals_manims(film: Path) -> None:
    with small(width=256, height=144, fps=float(os.environ["EXACT_FPS"])):
        for scene in scene_classes_from_file(film, require_single_scene=False, full_list=True):
            assert differences(scene, VERIFY) == []
