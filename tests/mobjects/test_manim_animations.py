"""Manim's own animations and placings work with every public mobject."""

from __future__ import annotations

from typing import Any

import manim as mn
import numpy as np
import pytest
from every import EVERY
from playing import played

every = pytest.mark.parametrize("name", EVERY)


def looks(mobject: mn.Mobject) -> Any:
    """Where each part is that is seen, and how much of its fill and border."""
    parts: list[Any] = mobject.family_members_with_points()
    rows = [
        (
            *part.get_corner(mn.DL)[:2],
            *part.get_corner(mn.UR)[:2],
            part.get_fill_opacity(),
            part.get_stroke_opacity() * (part.get_stroke_width() > 0),
        )
        for part in parts
    ]
    # A part that a mobject hides is drawn as a single point: where that is, nobody sees.
    return np.array([row for row in rows if any(row[4:]) and max(row[2] - row[0], row[3] - row[1]) > 1e-9])


def same(one: mn.Mobject, wanted: Any) -> bool:
    now = looks(one)
    return now.shape == wanted.shape and np.allclose(now, wanted, atol=1e-3)


def left(standing: list[mn.Mobject], animation: mn.Animation) -> list[mn.Mobject]:
    """What is on a scene after a play, none of it with an updater."""
    scene = played(lambda: (standing, animation), frame_rate=None)
    assert not [part for top in scene.mobjects for part in top.get_family() if part.updaters]
    return list(scene.mobjects)


@every
def test_it_comes_and_goes(name: str) -> None:
    mobject = EVERY[name]()
    rest = looks(mobject)
    for come in (mn.Create, mn.Write, mn.FadeIn):
        assert left([], come(mobject)) == [mobject]
        assert same(mobject, rest)
    assert left([mobject], mn.FadeOut(mobject)) == []
    assert same(mobject, rest)


@every
def test_it_becomes_another_one_and_something_else(name: str) -> None:
    mobject, moved = EVERY[name](), EVERY[name]().scale(1.3).shift(mn.UP)
    wanted = looks(moved)
    assert left([mobject], mn.Transform(mobject, moved)) == [mobject]
    assert same(mobject, wanted)
    square = mn.Square()
    assert left([mobject], mn.ReplacementTransform(mobject, square)) == [square]
    assert same(square, looks(mn.Square()))
    other = EVERY[name]()
    assert other.become(moved) is other
    assert same(other, wanted)


@every
def test_it_is_put_beside_something_and_something_beside_it(name: str) -> None:
    mobject, square = EVERY[name](), mn.Square().shift(mn.UP)
    mobject.next_to(square, mn.RIGHT, buff=0.3)
    assert mobject.get_left()[0] == pytest.approx(square.get_right()[0] + 0.3)
    assert mobject.get_y() == pytest.approx(1.0)
    square.next_to(mobject, mn.DOWN, buff=0.3)
    assert square.get_top()[1] == pytest.approx(mobject.get_bottom()[1] - 0.3)
    assert square.get_x() == pytest.approx(mobject.get_x())
