"""A rest sets what it is asked to set, from nothing but how things were, and leaves the rest alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from manim import RED, RIGHT, Circle, Square, VGroup

from manim_metaflow.animations.motion.rest import Rest


@pytest.fixture
def pair() -> VGroup:
    return VGroup(Square(fill_opacity=0.5, stroke_opacity=0.8), Circle(fill_opacity=0.0)).shift(RIGHT)


def state(mobject: Any) -> list[bytes]:
    return [
        values.tobytes()
        for part in mobject.family_members_with_points()
        for values in (part.points, part.fill_rgbas, part.stroke_rgbas)
    ]


def test_any_number_of_moments_later_it_is_restored_to_the_bit(pair: VGroup) -> None:
    before, rest = state(pair), Rest(pair)
    for progress in np.linspace(0, 1, 7):
        rest.show(shift=[progress, 0.1, 0], scale=1 + progress, opacity=progress)
    assert state(pair) != before
    rest.restore()
    assert state(pair) == before


def test_a_moment_is_the_same_whatever_was_shown_before(pair: VGroup) -> None:
    rest = Rest(pair)
    rest.show(shift=[0.3, 0, 0], scale=0.7, opacity=0.4)
    shown = state(pair)
    rest.show(shift=[9, 9, 0], scale=3, opacity=0)
    rest.show(shift=[0.3, 0, 0], scale=0.7, opacity=0.4)
    assert state(pair) == shown


def test_a_motion_leaves_colours_alone_and_a_fade_leaves_the_place(pair: VGroup) -> None:
    rest = Rest(pair)
    pair.set_fill(RED)
    rest.show(shift=RIGHT)
    assert pair[0].get_fill_color() == RED
    x = pair.get_x()
    rest.show(opacity=0.5)
    assert pair.get_x() == x


def test_an_opacity_is_a_share_of_that_of_each_fill_and_stroke(pair: VGroup) -> None:
    Rest(pair).show(opacity=0.5)
    square, circle = pair
    assert (square.get_fill_opacity(), square.get_stroke_opacity()) == (0.25, 0.4)
    assert (circle.get_fill_opacity(), circle.get_stroke_opacity()) == (0.0, 0.5)


def test_several_mobjects_grow_about_their_common_middle_or_a_point() -> None:
    one, other = Square().shift(RIGHT), Square().shift(3 * RIGHT)
    rest = Rest(one, other)
    assert rest.center == pytest.approx([2, 0, 0])
    rest.show(scale=2)
    assert (one.get_x(), other.get_x()) == pytest.approx((0, 4))
    rest.show(scale=2, about=[0, 0, 0])
    assert (one.get_x(), other.get_x()) == pytest.approx((2, 6))
