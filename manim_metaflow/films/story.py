"""The film that ``manim-metaflow story`` makes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from manim import UP, FadeIn, FadeOut, tempconfig
from manim.constants import QUALITIES

from manim_metaflow.animations.code.story import FlowStory
from manim_metaflow.animations.code.story_advance import AdvanceStory
from manim_metaflow.facts.flow.versions import FlowVersion
from manim_metaflow.layout.geometry import Direction
from manim_metaflow.scene import DeepDive
from manim_metaflow.theme import theme_named, use_theme
from manim_metaflow.utils.text import ellipsis

__all__ = ["StoryFilm", "film_story"]

LONGEST = 100
"""Letters of a caption."""


def film_story(
    versions: Sequence[FlowVersion],
    title: str,
    draft: Path,
    media: Path,
    *,
    theme: str,
    direction: Direction,
    quality: str,
) -> None:
    """Render the film to a file whose suffix says the format.

    Parameters
    ----------
    versions
        In their order.
    title
        Above the code.
    draft
        The file to write.
    media
        A folder for what Manim writes on the way.
    theme, direction
        Names of a theme and of where the flow runs.
    quality
        Manim's letter: l m h p k.
    """
    [preset] = [held for held in QUALITIES.values() if held["flag"] == quality]
    settings: dict[str, Any] = {
        "pixel_width": preset["pixel_width"],
        "pixel_height": preset["pixel_height"],
        "frame_rate": preset["frame_rate"],
        "media_dir": str(media),
        "format": draft.suffix.lower().lstrip("."),
        "verbosity": "ERROR",
        "progress_bar": "none",
        "save_sections": False,
    }
    with tempconfig(settings), use_theme(theme_named(theme)):
        film = StoryFilm(versions, title, direction)
        film.render()
        writer: Any = film.renderer.file_writer
        made = writer.gif_file_path if draft.suffix.lower() == ".gif" else writer.movie_file_path
        shutil.move(made, draft)


class StoryFilm(DeepDive):
    """A version after the other, each with its name as its caption."""

    def __init__(self, versions: Sequence[FlowVersion], title: str, direction: Direction) -> None:
        super().__init__()
        self.versions, self.title, self.direction = list(versions), title, direction

    def construct(self) -> None:
        """Show the first version, then go on."""
        story = FlowStory(self.versions, title=self.title, direction=self.direction)
        story.shift(0.25 * UP)
        self.act(story.version.label)
        with self.beat(_caption(story.version)):
            self.play(FadeIn(story))
            self.wait(1)
        for version in self.versions[1:]:
            self.act(version.label)
            change = AdvanceStory(story)
            with self.beat(_caption(version)):
                self.play(change)
                self.wait(1)
            if len(change.stripes):
                self.play(FadeOut(change.stripes), run_time=0.4)
                story.panel.clear(change.stripes)
        self.wait(1)


def _caption(version: FlowVersion) -> str:
    return ellipsis(version.label, LONGEST)
