"""``manim-metaflow show``: what was found in a flow or in a run, as a tree or as JSON."""

from __future__ import annotations

import cloup

from manim_metaflow.cli.flow_argument import flow_argument, read_flow
from manim_metaflow.cli.run_argument import names_run, read_run_named, read_storage_named, root_option
from manim_metaflow.errors import UsageError
from manim_metaflow.utils.terminal import Terminal

__all__ = ["show"]

WIDE_TREE, WIDE_TABLE = 1000, 220
"""Letters a line may have where no terminal says: a line in a file or a pipe is cut late, if at all."""


@cloup.command(
    short_help="Show what was found in a flow or a run.",
    epilog="""Examples:

\b
  manim-metaflow show flow.py
  manim-metaflow show pkg.module:MyFlow
  manim-metaflow show flow.py --json | jq .record.edges
  manim-metaflow show MyFlow/1763700154
  manim-metaflow show run.json --all
  manim-metaflow show MyFlow/1763700154 --artifacts
""",
)
@flow_argument
@cloup.option("--json", "as_json", is_flag=True, help="Print the record instead of a tree.")
@root_option
@cloup.option("--all", "every", is_flag=True, help="Of a run: list every task of a long foreach.")
@cloup.option("--artifacts", is_flag=True, help="Of a run: print each task's artifacts and their keys.")
@cloup.option("--values", is_flag=True, help="With --artifacts: print values too, cut to a line.")
def show(flow: str, as_json: bool, root: str | None, every: bool, artifacts: bool, values: bool) -> None:
    """Show what was found in a flow: steps, edges, parameters, decorators.

    What a step fans out to is beneath it, up to the join. MyFlow/ID and a record's .json file show a run:
    its tasks, states, times and clones.
    """
    if artifacts:
        _show_artifacts(flow, root, as_json=as_json, values=values)
        return
    if values:
        raise UsageError("--values goes with --artifacts.")
    if names_run(flow):
        _show_run(flow, root, as_json=as_json, every=every)
        return
    if root is not None or every:
        raise UsageError(f"{flow} is a flow; --root and --all are for runs.")
    _show_flow(flow, as_json=as_json)


def _show_flow(flow: str, *, as_json: bool) -> None:
    from manim_metaflow.cli.flow_tree import flow_tree

    info = read_flow(flow)
    if as_json:
        print(info.to_json(), end="")
        return
    Terminal().print(flow_tree(info))


def _show_run(run: str, root: str | None, *, as_json: bool, every: bool) -> None:
    from manim_metaflow.cli.run_tree import MOST, run_tree

    record = read_run_named(run, root=root)
    if as_json:
        print(record.to_json(), end="")
        return
    _console(WIDE_TREE).print(run_tree(record, most=None if every else MOST))


def _show_artifacts(run: str, root: str | None, *, as_json: bool, values: bool) -> None:
    from manim_metaflow.cli.artifact_tables import print_artifacts

    record = read_storage_named(run, root=root, values=values)
    if as_json:
        print(record.to_json(), end="")
        return
    print_artifacts(record, _console(WIDE_TABLE), values=values)


def _console(width: int) -> Terminal:
    """Return the terminal, or what is as wide as the lines need."""
    terminal = Terminal()
    return terminal if terminal.is_terminal else Terminal(width=width)
