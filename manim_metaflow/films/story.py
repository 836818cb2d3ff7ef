"""The film that ``manim-metaflow story`` makes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from manim import UP, FadeIn

from manim_metaflow.animations.code.story import FlowStory
from manim_metaflow.animations.code.story_advance import AdvanceStory
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.flow.versions import FlowVersion
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.pipeline import make_film
from manim_metaflow.films.progress import ProgressLine
from manim_metaflow.layout.geometry import Direction
from manim_metaflow.scene import DeepDive
from manim_metaflow.utils.text import ellipsis

__all__ = ["StoryFilm", "tell_story"]

LONGEST = 100
"""Letters of a caption."""


def tell_story(
    versions: Sequence[FlowVersion],
    output: Path,
    options: FilmOptions,
    progress: ProgressLine,
    *,
    title: str,
    direction: Direction,
) -> None:
    """Film a flow from version to version, or draw the last as a still; the suffix of the file says which.

    Parameters
    ----------
    versions
        In their order.
    output, options, progress
        As for :func:`.make_film`.
    title
        Above the code.
    direction
        Where the flow runs.

    Raises
    ------
    UsageError
        There are fewer than two versions.
    """
    if len(versions) < 2:
        only = versions[0].label if versions else "none"
        raise UsageError(
            f"A story needs two versions of a flow, and there is {only} alone: name another one, or a range "
            "of revisions. To draw one flow, use draw."
        )
    make_film(lambda: StoryFilm(versions, title, direction), output, options, progress)


class StoryFilm(DeepDive):
    """A version after the other, each with its name as its caption."""

    def __init__(self, versions: Sequence[FlowVersion], title: str, direction: Direction) -> None:
        super().__init__()
        self.versions, self.panel_title, self.direction = list(versions), title, direction

    def construct(self) -> None:
        """Show the first version, then go on."""
        story = FlowStory(self.versions, title=self.panel_title, direction=self.direction)
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
            self.unmark(story.panel, change.stripes)
        self.wait(1)


def _caption(version: FlowVersion) -> str:
    return ellipsis(version.label, LONGEST)
