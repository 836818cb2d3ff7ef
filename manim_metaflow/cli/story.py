"""``manim-metaflow story``: a film of a flow's code and graph, from version to version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup

from manim_metaflow.cli.film_options import film_options
from manim_metaflow.errors import UsageError
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.progress import progress_line
from manim_metaflow.utils.files import working_folder_kept
from manim_metaflow.utils.text import visible

if TYPE_CHECKING:
    from manim_metaflow.facts.flow.versions import FlowVersion
    from manim_metaflow.layout.geometry import Direction

__all__ = ["story"]


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
@film_options(
    output="The film to write, .mp4, .webm (transparent), .mov or .gif, or .png for its last frame; "
    "story.mp4 by default."
)
@cloup.option(
    "--direction",
    type=click.Choice(["right", "down"]),
    default="down",
    show_default=True,
    help="Where the flow runs.",
)
def story(
    versions: tuple[str, ...],
    revisions: str | None,
    output: Path | None,
    options: FilmOptions,
    direction: Direction,
) -> None:
    """Film how a flow came to be: its code and its graph side by side, from version to version.

    As the lines of a step are typed, its box takes its place in the graph. A version that holds no flow
    Metaflow accepts shows its code alone, and why.
    """
    target = options.check(output or Path("story.mp4"))
    # The code of a flow may go to another folder; the film is asked for in this one.
    with working_folder_kept():
        read = _read(versions, revisions)
    title = Path(versions[0].rpartition("@")[0] or versions[0]).name
    with progress_line(f"Rendering {len(read)} versions") as progress:
        from manim_metaflow.films.story import tell_story

        tell_story(read, target, options, progress, title=title, direction=direction)
    click.echo(visible(str(target)))


def _read(versions: tuple[str, ...], revisions: str | None) -> list[FlowVersion]:
    from manim_metaflow.facts.flow.versions import git_versions, load_version

    if revisions is None:
        return [load_version(version, label=version) for version in versions]
    if len(versions) > 1:
        raise UsageError("--git tells the story of one file. Give one, or leave --git out.")
    return git_versions(versions[0], revisions)
