"""Labels know their baseline, and a missing font is an error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from manim_metaflow import DARK_THEME, TextBlock, TextLabel, use_theme
from manim_metaflow.errors import FontError

WORDS = ("grid", "train", "aeo", "Tjg", "self.x_1", "-")


def lowest_of(label: TextLabel, letter: str) -> float:
    """Height of the lowest ink of a word made of one letter that stands on the line."""
    return float(TextLabel(letter).set_baseline(label.baseline).get_bottom()[1])


@pytest.mark.parametrize("font", ["mono", "prose"])
def test_labels_centred_at_one_height_share_a_baseline(font: str) -> None:
    labels = [TextLabel(word, font=font).center_on(x, 0.3) for x, word in enumerate(WORDS)]
    np.testing.assert_allclose([label.baseline for label in labels], labels[0].baseline, atol=1e-9)


def test_the_baseline_is_where_letters_stand() -> None:
    for word in WORDS[:5]:
        label = TextLabel(word).center_on(0, 1.7)
        assert lowest_of(label, "x") == pytest.approx(label.baseline, abs=1e-3)
    standing, hanging = (TextLabel(word).center_on(0, 0) for word in ("train", "grid"))
    assert float(standing.get_bottom()[1]) == pytest.approx(standing.baseline, abs=5e-3)
    assert float(hanging.get_bottom()[1]) < hanging.baseline - 0.04


def test_left_and_right_edges_are_where_they_are_put() -> None:
    for word in WORDS:
        assert float(TextLabel(word).left_at(-2, 0).get_left()[0]) == pytest.approx(-2)
        assert float(TextLabel(word).right_at(3, 0).get_right()[0]) == pytest.approx(3)


def test_baseline_and_size_follow_when_a_label_is_scaled_and_moved() -> None:
    label = TextLabel("grid", font_size=24).center_on(0, 0)
    low = label.baseline
    label.scale(0.5, about_point=np.zeros(3)).shift([1, 2, 0])
    assert label.baseline == pytest.approx(low / 2 + 2)
    assert label.font_size == pytest.approx(12)


def test_a_word_is_as_wide_as_its_letters() -> None:
    assert TextLabel("abcd").advance == pytest.approx(4 * TextLabel("a").advance)


def test_text_our_fonts_lack_is_still_drawn() -> None:
    assert TextLabel("日本").width > 0.1


def test_an_empty_label_has_no_ink_and_no_trouble() -> None:
    assert len(TextLabel(" ").center_on(1, 1).points) == 0


def test_a_missing_font_is_an_error() -> None:
    for theme in (replace(DARK_THEME, mono="No Such Font"), replace(DARK_THEME, prose="No Such Font")):
        with use_theme(theme), pytest.raises(FontError, match=r"'No Such Font' is not installed.*package"):
            TextLabel("x", font="mono" if theme.mono == "No Such Font" else "prose")


def test_prose_is_wrapped_to_its_width() -> None:
    words = "What a task assigned to self is stored when it ends, and not before."
    block = TextBlock(words, width=3)
    assert len(block) > 2
    assert all(line.width <= 3 for line in block)
    assert " ".join(line.text for line in block) == words
    lows = [line.baseline for line in block]
    np.testing.assert_allclose(np.diff(lows), np.diff(lows)[0])
    assert lows[0] > lows[-1]
