"""``manim-metaflow replay``: a film of a run, from its record or from the datastore it is in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import cloup

from manim_metaflow.cli.film_options import film_options
from manim_metaflow.cli.number import PositiveNumber, Seconds
from manim_metaflow.cli.run_argument import RUNS, read_run_named, root_option
from manim_metaflow.errors import UsageError
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.progress import progress_line
from manim_metaflow.utils.foreign import file_name
from manim_metaflow.utils.text import visible

__all__ = ["replay"]

SLOWEST, FASTEST = 0.01, 100.0
"""Beyond these a film takes hours to watch, or is over before a frame of it is shown."""


@cloup.command(
    short_help="Make a film of a run.",
    epilog="""Examples:

\b
  manim-metaflow replay run.json -o run.mp4
  manim-metaflow replay run.json -o frame.png --at 3.5s
  manim-metaflow replay MyFlow -o newest.mp4
  manim-metaflow replay MyFlow/1763700154 -o run.mp4 --flow my_flow.py
  manim-metaflow replay MyFlow/1763700154 --root ~/project -o run.gif --view both --speed 2
""",
)
@cloup.argument("run", help=f"The run: {RUNS}.")
@film_options(
    output="The film to write, .mp4, .webm (transparent), .mov or .gif, or .png for its last frame; the "
    "flow's name with .mp4 by default."
)
@cloup.option("--flow", help="The flow's source, file.py[:Class]; a run in a datastore knows only its graph.")
@root_option
@cloup.option(
    "--view",
    type=click.Choice(["graph", "timeline", "both"]),
    default="graph",
    show_default=True,
    help="On the flow's graph, in lanes over time, or both.",
)
@cloup.option(
    "--detail",
    type=click.Choice(["steps", "tasks", "artifacts"]),
    default="artifacts",
    show_default=True,
    help="A box a step; a box a task; what each task made, too.",
)
@cloup.option(
    "--speed",
    type=PositiveNumber(SLOWEST, FASTEST),
    default=1.0,
    show_default=True,
    help="2 is twice as fast.",
)
@cloup.option(
    "--at",
    type=Seconds(),
    metavar="SECONDS",
    help="With -o FRAME.png: the run as it stood so many seconds after it began, by its own clock, which the "
    "film shows, and not by the film's: 3.5s.  [default: its end]",
)
def replay(
    run: str, output: Path | None, options: FilmOptions, flow: str | None, root: str | None, **shown: Any
) -> None:
    """Make a film in which a run happens again: its tasks, attempts, artifacts, in their real order.

    Nothing is executed and nothing is written to the datastore. A run still going is shown up to now.
    """
    if output is not None:
        options.check(output)
    if shown["at"] is not None and (output is None or output.suffix.lower() != ".png"):
        raise UsageError("--at draws one moment as a still. Name the file with -o, .png.")
    record = read_run_named(run, root=root, flow=flow)
    target = output or options.check(Path(file_name(record.flow.name, ".mp4")))
    with progress_line(f"Rendering {record.flow.name}/{record.run_id}") as progress:
        from manim_metaflow.films.run import replay_run

        replay_run(record, target, options, progress, **shown)
    click.echo(visible(str(target)))
