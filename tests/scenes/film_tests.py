"""Tests that every film has to pass: its own test file imports them, and pytest runs them there.

The test file names what it expects: ``SECTIONS``, where it is not a minute long ``SHORTEST``, for
:func:`test_no_number_is_typed_by_hand` a function ``untraced_in`` of a walk and records, and ``RETOLD_LIVE``
if the film is run a second time of the records ``live``, not of the kept ones with other numbers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from film import Retold, Walk, check_beats, name_of, numbers_in
from manim import Scene
from renders import check_unchanged

MINUTE = 60


def shortest_of(request: pytest.FixtureRequest) -> float:
    """Seconds that a film has to last."""
    return getattr(request.module, "SHORTEST", MINUTE)


def test_every_section_ends_as_it_did(scene: type[Scene], frame_snapshot) -> None:
    frame_snapshot.scene(scene)


def test_every_beat_has_a_caption_and_is_clear_to_read(walked: Walk, request: pytest.FixtureRequest) -> None:
    check_beats(walked, request.module.SECTIONS, shortest=shortest_of(request))


def test_it_is_as_clear_to_read_in_light(retold: Retold) -> None:
    assert retold.walk.faint == []


def test_no_number_is_typed_by_hand(
    retold: Retold, records: tuple[Any, ...], request: pytest.FixtureRequest
) -> None:
    """Other ids, hashes, sizes and times in the records: other ones on the screen."""
    untraced_in = request.module.untraced_in
    assert untraced_in(retold.walk, retold.records) == set()
    assert any(numbers_in(text) for text in untraced_in(retold.walk, records))


def test_an_unchanged_film_is_not_drawn_again(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    captions = len(request.module.SECTIONS)
    check_unchanged(name_of(request), tmp_path, captions, shortest=shortest_of(request))
