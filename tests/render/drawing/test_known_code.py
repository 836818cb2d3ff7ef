"""Code of the user's is told from Manim's, Python's and ours, wherever it hides."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import manim as mn
import pytest
from source_frames import small

from manim_metaflow import StepNode
from manim_metaflow.animations import Timeline
from manim_metaflow.animations.motion.clips import call, enter
from manim_metaflow.render.drawing.hooks import is_known, overridden
from manim_metaflow.render.drawing.shares import Share


def users(*_: object) -> float:
    return 0.0


class Users:
    def __call__(self, t: float) -> float:
        return t


def like_manims() -> Callable[..., Any]:
    @functools.wraps(mn.smooth)
    def patched(t: float) -> float:
        return t

    return patched


HIDDEN: dict[str, Any] = {
    "a function": users,
    "an object that can be called": Users(),
    "a method": Users().__call__,
    "a wrapper that names Manim's function": like_manims(),
    "an argument of a partial function": functools.partial(mn.rate_functions.not_quite_there, users),
    "in a list": [mn.smooth, users],
    "in a dict": {"pace": users},
    "what a function of ours calls": call(0.5, users).show,
    "the pace of a clip of ours": enter(0, 1, mn.Square(), pace=users).show,
}


@pytest.mark.parametrize("where", HIDDEN)
def test_users_code_is_seen_as(where: str) -> None:
    assert not is_known(HIDDEN[where])


@pytest.mark.parametrize(
    "value",
    [mn.smooth, len, Path.exists, enter(0, 1, mn.Square()).show, mn.Square().shift, None, mn.Square, "text"],
)
def test_code_of_manim_python_and_ours_is_known(value: object) -> None:
    assert is_known(value)


class Helper(StepNode):
    """Has a method of its own, which nothing but the user's code calls."""

    def __init__(self) -> None:
        super().__init__("train")

    def pulse(self) -> None:
        pass


def test_class_overrides_what_its_bases_have_and_not_what_it_adds() -> None:
    kinds = (StepNode, Helper, Timeline, mn.Text, mn.FadeIn, mn.MovingCameraScene)
    assert overridden(kinds) is None
    assert overridden({type("Own", (Helper,), {"update": users})}) == "Own.update"
    assert overridden({type("Own", (Helper,), {"__getattribute__": users})}) == "Own.__getattribute__"
    assert overridden({type("Own", (mn.Scene,), {"construct": users})}, frozenset({"construct"})) is None


def test_class_that_is_patched_later_is_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert overridden({Helper}) is None
    monkeypatch.setattr(mn.VMobject, "set_fill", users)
    assert overridden({Helper}) == "VMobject.set_fill"


@pytest.mark.parametrize(
    ("name", "value"), [("background_color", mn.RED), ("use_z_index", False), ("frame_width", 7.0)]
)
def test_processes_with_other_cameras_see_other_scenes(name: str, value: object) -> None:
    with small():
        share = Share(0, 2, Path())
        scene = mn.MovingCameraScene()
        for _ in range(2):
            share.mark(scene, 0.0)
        setattr(scene.camera, name, value)
        share.mark(scene, 0.0)
    one, same, other = share.marks
    assert one == same != other
