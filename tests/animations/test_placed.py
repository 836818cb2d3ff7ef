"""Every animation leaves scaled and shifted mobjects in the scale and place they were given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import manim as mn
import numpy as np
import pytest
from placing import placed, placed_before
from playing import paint, played
from plays import CODE, GRAPHS, RUNS
from storage_plays import STORAGE

from manim_metaflow.graph import TaskGrid

FITTED = {
    "replay_unfolding": "the graph of the run fills the room that the frame has for it",
    "move_camera_along": "the camera is no mobject of ours",
}
"""What is as large as the frame allows, and why."""


PLAYS: dict[str, Callable[[], Any]] = {
    **{setting.__name__: setting for setting in (*GRAPHS, *CODE, *RUNS)},
    **STORAGE,
}


@pytest.mark.parametrize("name", [name for name in PLAYS if name not in FITTED])
def test_it_leaves_what_it_would_have_left_scaled_and_shifted(name: str) -> None:
    rest = left_over(PLAYS[name])
    with placed_before():
        now = left_over(PLAYS[name])
    assert [type(part) for part in now] == [type(part) for part in rest]
    for one, other in zip(now, rest, strict=True):
        assert one.points.shape == other.points.shape
        assert np.allclose(one.points, placed(other.points), atol=1e-6), type(one).__name__
        assert paint(one) == paint(other)


def left_over(setting: Callable[[], Any]) -> list[mn.Mobject]:
    """All that is on a scene after a play, but the grid of tasks: it is as large as the frame."""
    scene = played(setting, frame_rate=None)
    return [part for top in scene.mobjects if not isinstance(top, TaskGrid) for part in top.get_family()]
