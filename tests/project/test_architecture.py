"""What ARCHITECTURE.md names is there."""

from __future__ import annotations

import re
from importlib import import_module

import pytest
from documented import ROOT

TEXT = (ROOT / "ARCHITECTURE.md").read_text()
PACKAGE = ROOT / "manim_metaflow"
PATHS = sorted(set(re.findall(r"`([\w./]+(?:\.py|/))(?::\w+)?`", TEXT)))
NAMES = sorted(set(re.findall(r"`manim_metaflow/([\w/]+)\.py:(\w+)`", TEXT)))


@pytest.mark.parametrize("path", PATHS)
def test_path_is_there(path: str) -> None:
    places = [
        ROOT,
        PACKAGE,
        PACKAGE / "animations",
        PACKAGE / "mobjects",
        PACKAGE / "render",
        PACKAGE / "facts",
    ]
    assert any((place / path).exists() for place in places)


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_name_is_there(module: str, name: str) -> None:
    assert hasattr(import_module(f"manim_metaflow.{module.replace('/', '.')}"), name)


def test_places_of_changes_are_found() -> None:
    assert len(NAMES) >= 8
