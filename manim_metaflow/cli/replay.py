"""``manim-metaflow replay``: a film of a run, from its record or from the datastore it stands in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn

from manim_metaflow.cli.run_argument import read_run_named
from manim_metaflow.errors import UsageError
from manim_metaflow.utils.files import atomic_write, writable

if TYPE_CHECKING:
    from manim_metaflow.facts.records import RunRecord

__all__ = ["replay"]

SUFFIXES = (".mp4", ".webm", ".gif")


@cloup.command(
    short_help="Make a film of a run.",
    epilog="""Examples:

\b
  manim-metaflow replay run.json -o run.mp4
  manim-metaflow replay MyFlow/1763700154 -o run.mp4 --flow my_flow.py
  manim-metaflow replay MyFlow/1763700154 --root ~/project -o run.gif --view both --speed 2
""",
)
@cloup.argument("run", help="A record (run.json) or a run in your datastore (MyFlow/1763700154).")
@cloup.option(
    "-o",
    "--output",
    type=cloup.Path(path_type=Path),
    help="The film to write, .mp4, .webm (transparent) or .gif; the flow's name with .mp4 by default.",
)
@cloup.option("--flow", help="The flow's source, file.py[:Class]; a run in a datastore knows only its graph.")
@cloup.option(
    "--root",
    metavar="PATH",
    help="The folder that holds .metaflow, or an s3:// address; by default what Metaflow is configured for.",
)
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
@cloup.option("--speed", type=cloup.FloatRange(min=0, min_open=True), default=1.0, help="2 is twice as fast.")
@cloup.option(
    "--theme", type=click.Choice(["dark", "light"]), default="dark", show_default=True, help="Its colours."
)
@cloup.option(
    "-q",
    "--quality",
    type=click.Choice(["l", "m", "h", "p", "k"]),
    default="m",
    show_default=True,
    help="As in Manim: 480p, 720p, 1080p, 1440p, 2160p.",
)
def replay(
    run: str,
    output: Path | None,
    flow: str | None,
    root: str | None,
    quality: str,
    **look: Any,
) -> None:
    """Make a film in which a run happens again: its tasks, attempts, artifacts, in their real order.

    Nothing is executed and nothing is written to the datastore. A run still going is shown up to now.
    """
    if output is not None and output.suffix.lower() not in SUFFIXES:
        raise UsageError(f"Cannot write {output}: a film is one of {', '.join(SUFFIXES)}.")
    if output is not None:
        writable(output)
    record = read_run_named(run, root=root, flow=flow)
    target = output or writable(Path(f"{record.flow.name}.mp4"))
    _film(record, target, quality, look)
    Console().print(str(target), highlight=False, soft_wrap=True)


def _film(record: RunRecord, target: Path, quality: str, look: dict[str, Any]) -> None:
    from manim_metaflow.films.run import RunFilm, film_run
    from manim_metaflow.utils.signals import terminate_as_interrupt

    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    with terminate_as_interrupt(), bar as progress, tempfile.TemporaryDirectory() as media:
        name = f"{record.flow.name}/{record.run_id}"
        task = progress.add_task(f"Rendering {name}", total=None)
        film = RunFilm(record, **look)
        progress.update(task, total=film.length)
        with atomic_write(target) as draft:
            film_run(film, draft, Path(media), quality, lambda s: progress.update(task, completed=s))
