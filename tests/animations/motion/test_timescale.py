"""Real time to screen time: nothing overtakes, nothing takes for ever."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from manim_metaflow.animations import TimeScale

EPOCH = 1_790_000_000.0
moments = st.lists(
    st.one_of(
        st.floats(0, 10, allow_nan=False),  # tasks a moment apart
        st.floats(0, 30 * 86_400, allow_nan=False),  # a month
    ).map(lambda seconds: EPOCH + seconds),
    min_size=1,
    max_size=60,
)
MILLISECOND = 0.001


@given(moments)
def test_order_is_kept(times: list[float]) -> None:
    scale = TimeScale(times)
    for earlier, later in pairwise(sorted(times)):
        assert scale(earlier) <= scale(later) + 1e-9
        if later - earlier > 2 * MILLISECOND:
            assert scale(earlier) < scale(later)


@given(moments)
def test_it_begins_at_zero_and_ends_with_its_run_time(times: list[float]) -> None:
    scale = TimeScale(times)
    assert scale(min(times)) == pytest.approx(0, abs=1e-6)
    assert 1.5 <= scale.run_time <= 30
    assert all(0 <= scale(time) <= scale.run_time + 1e-9 for time in times)
    if max(times) - min(times) > 2 * MILLISECOND:
        assert scale(max(times)) == pytest.approx(scale.run_time, abs=0.05)


@given(moments)
def test_what_lies_outside_is_at_the_ends(times: list[float]) -> None:
    scale = TimeScale(times)
    assert scale(min(times) - 100) == scale(min(times) - MILLISECOND)
    assert scale(max(times) + 100) == scale(max(times) + MILLISECOND)


@given(moments, st.floats(0.5, 100))
def test_a_run_time_is_honoured_and_stretches_evenly(times: list[float], run_time: float) -> None:
    natural, asked = TimeScale(times), TimeScale(times, run_time=run_time)
    assert asked.run_time == run_time
    factor = run_time / natural.run_time
    for time in times:
        assert asked(time) == pytest.approx(natural(time) * factor, rel=1e-6, abs=1e-9)


def test_what_took_longer_looks_longer_but_not_in_proportion() -> None:
    scale = TimeScale([EPOCH, EPOCH + 1, EPOCH + 61, EPOCH + 3 * 3600])
    second, minute, hours = (
        scale(EPOCH + late) - scale(EPOCH + early) for early, late in ((0, 1), (1, 61), (61, 3 * 3600))
    )
    assert second < minute < hours < 20 * second


def test_overlap_is_kept() -> None:
    """Two tasks that ran at the same time do so on screen; two that did not, do not."""
    scale = TimeScale([EPOCH + t for t in (0, 4, 3, 9, 9.5, 12)])
    one, two, three = [(scale(EPOCH + a), scale(EPOCH + b)) for a, b in ((0, 4), (3, 9), (9.5, 12))]
    assert one[0] < two[0] < one[1] < two[1] < three[0]
