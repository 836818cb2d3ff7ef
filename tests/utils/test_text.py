"""Cutting and wrapping text: limits are kept, and letters stay whole."""

from __future__ import annotations

import pytest

from manim_metaflow.utils.text import break_anywhere, ellipsis, wrap

E_ACUTE = "e\u0301"
FAMILY = "\U0001f469\u200d\U0001f467"
WAVE = "\U0001f44b\U0001f3fd"


@pytest.mark.parametrize("limit", range(1, 12))
def test_a_cut_text_is_never_longer_than_its_limit(limit: int) -> None:
    assert len(ellipsis("one two three", limit)) <= limit


def test_a_text_that_fits_is_not_touched() -> None:
    assert ellipsis("exactly ", 8) == "exactly "


@pytest.mark.parametrize("letter", [E_ACUTE, FAMILY, WAVE])
def test_a_letter_of_several_characters_is_never_cut(letter: str) -> None:
    text = "ab" + letter + "cd"
    for limit in range(1, len(text)):
        assert ellipsis(text, limit) in ("…", "a…", "ab…", f"ab{letter}…"), limit


@pytest.mark.parametrize("letter", [E_ACUTE, FAMILY, WAVE])
def test_a_letter_of_several_characters_is_never_broken(letter: str) -> None:
    assert set(break_anywhere(3 * letter, 1)) == {letter}


def test_lines_are_as_wide_as_the_measure_says() -> None:
    def doubled(text: str) -> float:
        return 2 * len(text)

    assert wrap("aa bb cc dd", 10, doubled) == ["aa bb", "cc dd"]


def test_a_long_word_is_broken_and_the_line_goes_on_after_it() -> None:
    assert wrap("x 123456789 y", 4) == ["x", "1234", "5678", "9 y"]


def test_lines_too_many_end_with_an_ellipsis_and_without_punctuation() -> None:
    assert wrap("one, two, three", 5, max_lines=2) == ["one,", "two…"]


def test_nothing_to_write_needs_no_line() -> None:
    assert wrap(" \n ", 5) == []
    assert break_anywhere("", 5) == [""]


def test_a_measure_that_nothing_fits_still_ends() -> None:
    assert wrap("ab c", 0) == ["a", "b", "c"]
