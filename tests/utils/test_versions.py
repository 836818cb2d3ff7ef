"""Versions are compared by their numbers, and a Manim that is too old is named."""

from __future__ import annotations

import pytest

from manim_metaflow.errors import UsageError
from manim_metaflow.utils import versions


def test_manim_that_is_too_old_for_films_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "version", lambda _: "0.20.1")
    with pytest.raises(UsageError, match=r"^render needs Manim 0\.22, and 0\.20\.1 is installed"):
        versions.need_manim("render")


@pytest.mark.parametrize("installed", ["0.22.0", "0.23.0rc1", "1.0"])
def test_newer_manim_is_not_refused(monkeypatch: pytest.MonkeyPatch, installed: str) -> None:
    monkeypatch.setattr(versions, "version", lambda _: installed)
    versions.need_manim("render")
