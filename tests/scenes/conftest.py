"""What the tests of a film begin with: ``test_spin.py`` is about ``scenes/spin.py``."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import manim as mn
import pytest

# What these modules assert is explained like a test's own assertions, if said before they are imported.
pytest.register_assert_rewrite("film", "film_tests", "renders", "storage_film")

from film import Walk, forbid_recording, load, name_of, scene_of, walk  # noqa: E402


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
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    """The film's records, made now."""
    return tuple(load(name_of(request)).recordings(recordings=tmp_path_factory.mktemp("live")))
