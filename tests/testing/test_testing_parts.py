from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import manim_metaflow.testing
from manim_metaflow.testing.fingerprint import local_fingerprint
from manim_metaflow.testing.outcome import Outcome
from manim_metaflow.testing.report import html_report
from manim_metaflow.testing.structure import same_structure

MODULES = [module.name for module in iter_modules(manim_metaflow.testing.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_run(name: str) -> None:
    assert doctest.testmod(import_module(f"manim_metaflow.testing.{name}")).failed == 0


@pytest.mark.parametrize("name", manim_metaflow.testing.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(manim_metaflow.testing, name).__name__ == name


def test_an_unknown_name_is_an_ordinary_error() -> None:
    with pytest.raises(ImportError, match="nonsense"):
        from manim_metaflow.testing import nonsense  # noqa: F401


def test_the_fingerprint_names_all_that_draws() -> None:
    names = {"manim", "manimpango", "pango", "pycairo", "cairo", "uharfbuzz", "Pillow", "machine"}
    assert set(local_fingerprint()) == names | {"font Inter", "font JetBrains Mono"}


def test_the_report_does_not_depend_on_the_order_of_the_tests() -> None:
    outcomes = [Outcome(nodeid=f"t::{n}", module="m", file=f"f{n}", failures=["x"]) for n in "abc"]
    assert html_report(outcomes, Path("/")) == html_report(outcomes[::-1], Path("/"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([{"z": 0.0}], [{"z": 0.001}]),
        ([{"z": 1}], [{"z": True}]),
        ([{"z": 1}], [{"z": "1"}]),
        ([{"z": 1}], [{}]),
        ([{}], [{}, {}]),
        ([{"paint": ["a", "b"]}], [{"paint": ["b", "a"]}]),
    ],
)
def test_structures_that_differ_are_not_the_same(one: object, other: object) -> None:
    assert same_structure(one, one)
    assert not same_structure(one, other)
    assert not same_structure(other, one)
