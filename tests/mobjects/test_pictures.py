"""Every mobject looks as it did, in both themes."""

from __future__ import annotations

import pytest
from gallery import GRAPHS, PICTURES
from manim import VGroup

from manim_metaflow import DARK_THEME, LIGHT_THEME, Theme, use_theme
from manim_metaflow.testing.snapshot import FrameSnapshot


class OnGround(VGroup):
    """A picture on the ground of its theme."""

    def __init__(self, picture: VGroup, theme: Theme) -> None:
        super().__init__(picture)
        self.theme = theme


@pytest.mark.parametrize("theme", [DARK_THEME, LIGHT_THEME], ids=lambda theme: theme.name)
@pytest.mark.parametrize("name", PICTURES)
def test_mobjects(name: str, theme: Theme, frame_snapshot: FrameSnapshot) -> None:
    with use_theme(theme):
        frame_snapshot(OnGround(PICTURES[name](), theme))


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs(name: str, frame_snapshot: FrameSnapshot) -> None:
    frame_snapshot(OnGround(GRAPHS[name](), DARK_THEME))


def test_a_graph_in_the_light(frame_snapshot: FrameSnapshot) -> None:
    with use_theme(LIGHT_THEME):
        frame_snapshot(OnGround(GRAPHS["run resumed"](), LIGHT_THEME))
