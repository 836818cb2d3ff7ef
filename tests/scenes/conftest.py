"""What the tests of a film begin with: ``test_spin.py`` is about ``scenes/spin.py``."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import manim as mn
import pytest

# What these modules assert is explained like a test's own assertions, if said before they are imported.
pytest.register_assert_rewrite("film", "film_tests", "renders", "storage_film")

from film import (  # noqa: E402
    Retold,
    Walk,
    forbid_recording,
    load,
    name_of,
    other_than,
    scene_of,
    walk,
)

from manim_metaflow import LIGHT_THEME, use_theme  # noqa: E402


@pytest.fixture
def film(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The film's file; a recording that is stale is an error here."""
    forbid_recording(monkeypatch)
    return load(name_of(request))


@pytest.fixture
def scene(film: ModuleType) -> type[mn.Scene]:
    return scene_of(film)


@pytest.fixture
def records(film: ModuleType) -> tuple[Any, ...]:
    """What the film reads: runs, spins, and answers to commands."""
    return tuple(film.recordings())


@pytest.fixture(scope="module")
def walked(request: pytest.FixtureRequest) -> Walk:
    """The film as it is, run once for all tests of its module."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        forbid_recording(monkeypatch)
        return walk(scene_of(load(name_of(request))))


@pytest.fixture(scope="module")
def retold(request: pytest.FixtureRequest) -> Retold:
    """The film run a second time, for all that needs it: in the light theme, of other records."""
    if getattr(request.module, "RETOLD_LIVE", False):
        # Keys on screen are derived from values, so the records have to be real ones.
        records = request.getfixturevalue("live")
    else:
        records = other_than(load(name_of(request)).recordings())
    film = load(name_of(request))
    with pytest.MonkeyPatch.context() as monkeypatch, use_theme(LIGHT_THEME):
        monkeypatch.setattr(film, "recordings", lambda: records)
        return Retold(walk(scene_of(film)), records)


@pytest.fixture(scope="module")
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    """The film's records, made now."""
    return tuple(load(name_of(request)).recordings(recordings=tmp_path_factory.mktemp("live")))
