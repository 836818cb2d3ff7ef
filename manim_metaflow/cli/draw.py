"""``manim-metaflow draw``: a flow's graph as a still, or as a film in which it builds itself."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

from manim_metaflow.cli.flow_argument import flow_argument, read_flow
from manim_metaflow.errors import UsageError
from manim_metaflow.utils.files import atomic_write, writable

if TYPE_CHECKING:
    from manim_metaflow.facts.records import FlowInfo

__all__ = ["draw"]

SUFFIXES = {
    ".png": "a still, as large as the graph needs",
    ".mp4": "a film",
    ".webm": "a film with a transparent ground",
    ".gif": "a film that loops",
}

STILL_QUALITY, FILM_QUALITY = "h", "m"


@cloup.command(
    short_help="Draw a flow: a still, or a film.",
    epilog="""Examples:

\b
  manim-metaflow draw flow.py
  manim-metaflow draw flow.py -o flow.mp4 --quality h
  manim-metaflow draw flow.py:TrainFlow -o train.png --detail full --theme light
  manim-metaflow draw pkg.module:MyFlow -o my.webm --direction down
  manim-metaflow draw flow.py -o small.png --collapse train --detail names
""",
)
@flow_argument
@cloup.option(
    "-o",
    "--output",
    type=cloup.Path(path_type=Path),
    help="The file to write, .png, .mp4, .webm (transparent) or .gif; the flow's name with .png by default.",
)
@cloup.option(
    "--theme", type=click.Choice(["dark", "light"]), default="dark", show_default=True, help="Its colours."
)
@cloup.option(
    "--direction",
    type=click.Choice(["right", "down"]),
    default="right",
    show_default=True,
    help="Where the flow runs.",
)
@cloup.option(
    "--detail",
    type=click.Choice(["names", "badges", "full"]),
    default="badges",
    show_default=True,
    help="The steps' names; their decorators too; docstrings, parameters and configs too.",
)
@cloup.option(
    "-q",
    "--quality",
    type=click.Choice(["l", "m", "h", "p", "k"]),
    help="As in Manim: 480p, 720p, 1080p, 1440p, 2160p.  [default: h for a still, m for a film]",
)
@cloup.option(
    "--collapse",
    metavar="STEP",
    multiple=True,
    help="Draw all between this step, which fans out, and its join as one box. May be given again.",
)
@cloup.option("--transparent", is_flag=True, help="Leave the ground out (.png; .webm always does).")
def draw(
    flow: str,
    output: Path | None,
    theme: str,
    direction: str,
    detail: str,
    quality: str | None,
    collapse: tuple[str, ...],
    transparent: bool,
) -> None:
    """Draw the graph of a flow: a still, or a film in which it builds itself.

    A graph too big for a frame keeps its letters: the still grows, and in a film the camera follows.
    """
    if output is not None:
        _check(output, transparent)
    info = read_flow(flow)
    target = output or writable(Path(f"{info.name}.png"))
    options = {"theme": theme, "direction": direction, "detail": detail, "collapsed": collapse}
    with tempfile.TemporaryDirectory(prefix="manim-metaflow-") as media:
        _quiet_manim(media)
        if _suffix(target) == ".png":
            _draw_still(info, target, quality or STILL_QUALITY, options, transparent=transparent)
        else:
            _draw_film(info, target, quality or FILM_QUALITY, options)
    Console().print(str(target), highlight=False, soft_wrap=True)


def _suffix(output: Path) -> str:
    return output.suffix.lower()


def _check(output: Path, transparent: bool) -> None:
    suffix = _suffix(output)
    if suffix not in SUFFIXES:
        known = ", ".join(f"{name} ({what})" for name, what in SUFFIXES.items())
        said = f"what a {suffix} file is" if suffix else "a file without a suffix"
        raise UsageError(f"Cannot write {output}: do not know {said}. Known are {known}.")
    if transparent and suffix not in (".png", ".webm"):
        raise UsageError(f"A {suffix} file has a ground. Transparent are .png and .webm.")
    writable(output)


def _quiet_manim(media: str) -> None:
    """Keep what Manim writes besides (the SVG of a text in a foreign script) out of the user's folder."""
    from manim import config

    config.verbosity = "ERROR"
    config.media_dir = media


def _draw_still(
    info: FlowInfo, target: Path, quality: str, options: dict[str, Any], *, transparent: bool
) -> None:
    from manim.constants import QUALITIES

    from manim_metaflow.films.flow_picture import draw_for_still
    from manim_metaflow.mobjects.still import draw_still

    height = next(preset["pixel_height"] for preset in QUALITIES.values() if preset["flag"] == quality)
    with Console(stderr=True).status(f"Drawing {info.name}", spinner="dots"):
        dag = draw_for_still(info, **options)
        picture = draw_still(dag, density=height / 8, transparent=transparent)
        with atomic_write(target) as draft:
            picture.save(draft, format="PNG")


def _draw_film(info: FlowInfo, target: Path, quality: str, options: dict[str, Any]) -> None:
    from manim_metaflow.films.flow import film_flow, film_length
    from manim_metaflow.films.flow_picture import draw_for_film

    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"Drawing {info.name}", total=None)
        dag = draw_for_film(info, **options)
        progress.update(task, description=f"Rendering {info.name}", total=film_length(dag))
        with atomic_write(target) as draft:
            film_flow(
                dag,
                draft,
                quality=quality,
                tell=lambda seconds: progress.update(task, completed=seconds),
            )
