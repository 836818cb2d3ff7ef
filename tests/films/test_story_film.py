"""A film of a flow's versions."""

from pathlib import Path

import pytest
from recorded import FLOWS

from manim_metaflow.errors import UsageError
from manim_metaflow.facts import load_version
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.story import tell_story


def test_one_version_alone_is_no_story() -> None:
    versions = [load_version(FLOWS / "linear.py")]
    with pytest.raises(UsageError, match=r"needs two versions of a flow, and there is linear\.py alone"):
        tell_story(versions, Path("x.mp4"), FilmOptions(), None, title="", direction="down")
