"""``manim-metaflow story``: a film of a flow's code and graph, from version to version."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup
from rich.console import Console

from manim_metaflow.errors import UsageError
from manim_metaflow.utils.files import atomic_write, writable

if TYPE_CHECKING:
    from manim_metaflow.facts.flow.versions import FlowVersion
    from manim_metaflow.layout.geometry import Direction

__all__ = ["story"]

SUFFIXES = (".mp4", ".webm", ".mov", ".gif")


@cloup.command(
    short_help="Film how a flow's code and graph grew.",
    epilog="""Examples:

\b
  manim-metaflow story v1.py v2.py v3.py -o story.mp4
  manim-metaflow story flow.py --git HEAD~5..HEAD -o story.mp4
  manim-metaflow story flow.py@v1.0 flow.py@HEAD flow.py --theme light
""",
)
@cloup.argument(
    "versions", nargs=-1, required=True, help="Versions of one flow: files, or FILE@REVISION for Git's."
)
@cloup.option("--git", "revisions", metavar="RANGE", help="Every commit of this range that changed the file.")
@cloup.option(
    "-o",
    "--output",
    type=cloup.Path(path_type=Path),
    default=Path("story.mp4"),
    show_default=True,
    help="The film to write: .mp4, .webm, .mov or .gif.",
)
@cloup.option(
    "--theme", type=click.Choice(["dark", "light"]), default="dark", show_default=True, help="Its colours."
)
@cloup.option(
    "--direction",
    type=click.Choice(["right", "down"]),
    default="down",
    show_default=True,
    help="Where the flow runs.",
)
@cloup.option(
    "-q",
    "--quality",
    type=click.Choice(["l", "m", "h", "p", "k"]),
    default="m",
    show_default=True,
    help="As in Manim: 480p, 720p, 1080p, 1440p, 2160p.",
)
def story(
    versions: tuple[str, ...],
    revisions: str | None,
    output: Path,
    theme: str,
    direction: Direction,
    quality: str,
) -> None:
    """Film how a flow came to be: its code and its graph side by side, from version to version.

    As the lines of a step are typed, its box takes its place in the graph. A version that holds no flow
    Metaflow accepts shows its code alone, and why.
    """
    if output.suffix.lower() not in SUFFIXES:
        raise UsageError(f"Cannot write {output}: a story is a film, {', '.join(SUFFIXES)}.")
    writable(output)
    read = _read(versions, revisions)
    title = Path(versions[0].rpartition("@")[0] or versions[0]).name
    with Console(stderr=True).status(f"Rendering {len(read)} versions", spinner="dots"):
        _film(read, title, output, theme, direction, quality)
    Console().print(str(output), highlight=False, soft_wrap=True)


def _read(versions: tuple[str, ...], revisions: str | None) -> list[FlowVersion]:
    from manim_metaflow.facts.flow.versions import git_versions, load_version

    if revisions is None:
        return [load_version(version, label=version) for version in versions]
    if len(versions) > 1:
        raise UsageError("--git tells the story of one file. Give one, or leave --git out.")
    return git_versions(versions[0], revisions)


def _film(
    read: list[FlowVersion], title: str, output: Path, theme: str, direction: Direction, quality: str
) -> None:
    from manim_metaflow.films.story import film_story

    with atomic_write(output) as draft, tempfile.TemporaryDirectory(prefix="manim-metaflow-") as media:
        film_story(read, title, draft, Path(media), theme=theme, direction=direction, quality=quality)
