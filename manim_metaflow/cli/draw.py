"""``manim-metaflow draw``: a flow's graph as a still, or as a film in which it builds itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import cloup

from manim_metaflow.cli.film_options import film_options
from manim_metaflow.cli.flow_argument import flow_argument, read_flow
from manim_metaflow.cli.run_argument import names_run, read_run_named, root_option
from manim_metaflow.errors import UsageError
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.progress import progress_line
from manim_metaflow.utils.foreign import file_name
from manim_metaflow.utils.text import visible

__all__ = ["draw"]


@cloup.command(
    short_help="Draw a flow, or the end of a run.",
    epilog="""Examples:

\b
  manim-metaflow draw flow.py
  manim-metaflow draw flow.py -o flow.mp4 --quality h
  manim-metaflow draw flow.py:TrainFlow -o train.png --detail full --theme light
  manim-metaflow draw pkg.module:MyFlow -o my.webm --direction down
  manim-metaflow draw notebook.ipynb:MyFlow
  manim-metaflow draw flow.py -o small.png --collapse train --detail names
  manim-metaflow draw flow.py -o draft.mp4 --watermark "Draft 3"
  manim-metaflow draw run.json -o end.png
  manim-metaflow draw MyFlow/1763700154 -o end.png
""",
)
@flow_argument
@film_options(
    output="The file to write, .png, .mp4, .webm (transparent), .mov or .gif; the flow's name with .png by "
    "default.",
    quality="h for a still, m for a film",
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
    "--collapse",
    "collapsed",
    metavar="STEP",
    multiple=True,
    help="Draw all between this step, which fans out, and its join as one box. May be given again.",
)
@root_option
@cloup.option("--transparent", is_flag=True, help="Leave the background out (.png, .mov; .webm always does).")
def draw(
    flow: str,
    output: Path | None,
    options: FilmOptions,
    direction: str,
    detail: str,
    collapsed: tuple[str, ...],
    root: str | None,
    transparent: bool,
) -> None:
    """Draw the graph of a flow: a still, or a film in which it builds itself.

    A graph too big for a frame keeps its letters: the still grows, and in a film the camera follows. Of a run
    (run.json, MyFlow/ID, MyFlow for the newest) the still shows how it ended; `replay` films it.
    """
    options = replace(options, transparent=transparent)
    run = names_run(flow)
    if output is not None:
        options.check(output, fits=True)
        if run and output.suffix.lower() != ".png":
            raise UsageError(
                f"{flow} is a run: draw makes a still of its end, .png, and replay makes a film."
            )
    if run:
        _draw_run(flow, root, output, options, direction=direction, detail=detail, collapsed=collapsed)
        return
    if root is not None:
        raise UsageError(f"{flow} is a flow; --root is for runs.")
    info = read_flow(flow)
    target = output or options.check(Path(file_name(info.name, ".png")), fits=True)
    with progress_line(f"Drawing {info.name}") as progress:
        from manim_metaflow.films.flow import draw_flow

        draw_flow(info, target, options, progress, direction=direction, detail=detail, collapsed=collapsed)
    click.echo(visible(str(target)))


def _draw_run(run: str, root: str | None, output: Path | None, options: FilmOptions, **drawing: Any) -> None:
    record = read_run_named(run, root=root)
    target = output or options.check(Path(file_name(record.flow.name, ".png")), fits=True)
    with progress_line(f"Drawing {record.flow.name}/{record.run_id}"):
        from manim_metaflow.films.run_picture import draw_run

        draw_run(record, target, options, **drawing)
    click.echo(visible(str(target)))
