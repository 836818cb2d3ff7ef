"""``manim-metaflow compare``: two runs of one flow, what changed for each step and what Metaflow did."""

from __future__ import annotations

import cloup
from rich.console import Console

from manim_metaflow.cli.comparison_table import print_comparison
from manim_metaflow.cli.run_argument import read_run_named, root_option
from manim_metaflow.facts import compare_runs

__all__ = ["compare"]


@cloup.command(
    epilog="""Examples:

\b
  manim-metaflow compare MyFlow/1763700154 MyFlow/1763700201
  manim-metaflow compare run.json resumed.json
  manim-metaflow compare MyFlow/1 MyFlow/2 --root ~/project --json
"""
)
@cloup.argument("before", help="The earlier run: Flow/run id, or a recording's .json file.")
@cloup.argument("after", help="The later run.")
@root_option
@cloup.option("--json", "as_json", is_flag=True, help="Write the comparison as JSON.")
def compare(before: str, after: str, root: str | None, as_json: bool) -> None:
    """Compare two runs of one flow, step by step: code, inputs, environment, and what Metaflow did.

    Metaflow itself compares none of these. The table tells which steps a cache could have reused, and which
    were executed or cloned all the same. Code can be compared of recordings, and of runs with a code package,
    which a local run has only if Metaflow is told to keep one.
    """
    found = compare_runs(read_run_named(before, root=root), read_run_named(after, root=root))
    if as_json:
        print(found.to_json(), end="")
        return
    print_comparison(found, Console())
