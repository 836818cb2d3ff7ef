"""A flow as a picture or a film."""

from pathlib import Path

import pytest
from recorded import FLOWS

from manim_metaflow.errors import UsageError
from manim_metaflow.facts import load_flow
from manim_metaflow.films.flow import draw_flow
from manim_metaflow.films.options import FilmOptions


def test_a_region_that_would_look_the_same_collapsed_is_refused_before_anything_is_drawn() -> None:
    flow = load_flow(FLOWS / "parallel.py")
    with pytest.raises(UsageError, match="holds one step, train: collapsed, it would look the same"):
        draw_flow(flow, Path("x.png"), FilmOptions(), None, collapsed=("start",))
