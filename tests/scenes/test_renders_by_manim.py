"""Our films by Manim alone: the same frames twice, then from its cache. ``make exact``: it takes minutes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from film import SCENES
from renders import check_manims_cache

FILMS = sorted(path.stem for path in SCENES.glob("*.py") if path.stem != "record")

pytestmark = pytest.mark.skipif("EXACT_FPS" not in os.environ, reason="whole films: make exact")


@pytest.mark.parametrize("name", FILMS)
def test_a_film_is_the_same_twice_and_cached_the_second_time(name: str, tmp_path: Path) -> None:
    check_manims_cache(name, tmp_path)
