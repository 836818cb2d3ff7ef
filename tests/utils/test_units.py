"""Sizes, times and counts at the edges between their units."""

from __future__ import annotations

import pytest

from manim_metaflow.utils.units import counted, readable_size, readable_time


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (10**12, "1.0 TB"), (10**15, "1000.0 TB")],
)
def test_sizes(count: int, text: str) -> None:
    assert readable_size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (59.94, "59.9 s"), (59.96, "1:00.0"), (3599.97, "1:00:00"), (86_400, "1 d 0:00:00")],
)
def test_times(seconds: float, text: str) -> None:
    assert readable_time(seconds) == text


def test_one_is_not_many() -> None:
    assert [counted(count, "step") for count in (0, 1, 2)] == ["0 steps", "1 step", "2 steps"]


@pytest.mark.parametrize(("decimals", "text"), [(0, "1:05"), (1, "1:05.0"), (2, "1:05.04")])
def test_times_are_as_exact_as_asked_for(decimals: int, text: str) -> None:
    assert readable_time(65.04, decimals=decimals) == text
