"""``manim-metaflow compare``: two runs of one flow, what changed for each step and what Metaflow did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup

from manim_metaflow.cli.comparison_table import print_comparison
from manim_metaflow.cli.film_options import film_options
from manim_metaflow.cli.run_argument import RUNS, read_run_named, root_option
from manim_metaflow.errors import UsageError
from manim_metaflow.facts import compare_runs
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.progress import progress_line
from manim_metaflow.utils.terminal import Terminal
from manim_metaflow.utils.text import visible

if TYPE_CHECKING:
    from manim_metaflow.facts.run.compare import RunComparison

__all__ = ["compare"]


@cloup.command(
    epilog="""Examples:

\b
  manim-metaflow compare MyFlow/1763700154 MyFlow/1763700201
  manim-metaflow compare run.json resumed.json
  manim-metaflow compare run.json resumed.json -o table.png
  manim-metaflow compare run.json resumed.json -o film.mp4
  manim-metaflow compare MyFlow/1 MyFlow/2 --root ~/project --json
"""
)
@cloup.argument("before", help=f"The earlier run: {RUNS}.")
@cloup.argument("after", help="The later run.")
@film_options(
    output="Draw the table instead of printing it: .png, or a film of it, .mp4, .webm (transparent), .mov or "
    ".gif.",
    quality="h for a still, m for a film",
)
@root_option
@cloup.option("--json", "as_json", is_flag=True, help="Write the comparison as JSON.")
def compare(
    before: str, after: str, output: Path | None, options: FilmOptions, root: str | None, as_json: bool
) -> None:
    """Compare two runs of one flow, step by step: code, inputs, environment, and what Metaflow did.

    Metaflow itself compares none of these. The table tells which steps a cache could have reused, and which
    were executed or cloned all the same. Code can be compared of recordings, and of runs with a code package,
    which a local run has only if Metaflow is told to keep one.
    """
    if output is not None:
        if as_json:
            raise UsageError("--json prints the comparison, and -o draws it. Give one of them.")
        options.check(output, fits=True)
    elif options != replace(FilmOptions(), theme=options.theme):
        raise UsageError("The options of films and pictures need a file to write. Give -o.")
    found = compare_runs(read_run_named(before, root=root), read_run_named(after, root=root))
    if output is not None:
        _draw(found, output, options)
    elif as_json:
        print(found.to_json(), end="")
    else:
        print_comparison(found, Terminal())


def _draw(found: RunComparison, output: Path, options: FilmOptions) -> None:
    with progress_line(f"Comparing {found.before} and {found.after}") as progress:
        # Manim is imported only for a picture: the printed table does without.
        from manim_metaflow.films.compare import compare_film

        compare_film(found, output, options, progress)
    click.echo(visible(str(output)))
