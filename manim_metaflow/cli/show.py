"""``manim-metaflow show``: what was found in a flow or in a run, as a tree or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cloup
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from manim_metaflow.cli.flow_argument import flow_argument, read_flow
from manim_metaflow.cli.run_argument import names_run, read_run_named
from manim_metaflow.errors import UsageError

if TYPE_CHECKING:
    from manim_metaflow.facts.records import FlowInfo, StepInfo

__all__ = ["flow_tree", "show"]

WIDE = 1000
"""Letters a line may have where no terminal says: a line in a file or a pipe is not cut."""


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
@cloup.option(
    "--root",
    metavar="PATH",
    help="Of a run: the folder that holds .metaflow, or an s3:// address; by default what Metaflow is "
    "configured for.",
)
@cloup.option("--all", "every", is_flag=True, help="Of a run: list every task of a long foreach.")
@cloup.option("--artifacts", is_flag=True, help="Of a run: print each task's artifacts and their keys.")
@cloup.option("--values", is_flag=True, help="With --artifacts: print values too, cut to a line.")
def show(flow: str, as_json: bool, root: str | None, every: bool, artifacts: bool, values: bool) -> None:
    """Show what was found in a flow: steps, edges, parameters, decorators.

    What a step fans out to stands beneath it, up to the join. MyFlow/ID and a record's .json file show a
    run: its tasks, states, times and clones.
    """
    if artifacts:
        from manim_metaflow.cli.artifact_tables import show_artifacts

        show_artifacts(flow, root=root, values=values, as_json=as_json)
        return
    if values:
        raise UsageError("--values goes with --artifacts.")
    if names_run(flow):
        _show_run(flow, root, as_json=as_json, every=every)
        return
    if root is not None or every:
        raise UsageError(f"{flow} is a flow; --root and --all are for runs.")
    info = read_flow(flow)
    if as_json:
        print(info.to_json(), end="")
        return
    Console(highlight=False).print(flow_tree(info))


def _show_run(run: str, root: str | None, *, as_json: bool, every: bool) -> None:
    from manim_metaflow.cli.run_tree import MOST, run_tree

    record = read_run_named(run, root=root)
    if as_json:
        print(record.to_json(), end="")
        return
    tree = run_tree(record, most=None if every else MOST)
    terminal = Console(highlight=False)
    console = terminal if terminal.is_terminal else Console(highlight=False, width=WIDE)
    console.print(tree)


def flow_tree(flow: FlowInfo) -> Tree:
    """Return a flow as a tree."""
    tree = Tree(Text(flow.name, style="bold") + _said(flow.file, "dim"))
    for said in flow.doc.partition("\n\n")[0].splitlines():
        tree.add(Text(said, style="italic"))
    for decorator in flow.decorators:
        tree.add(Text(decorator.text, style="magenta"))
    for parameter in flow.parameters:
        default = f" = {parameter.default}" if parameter.default is not None else ""
        line = Text.assemble((f"{parameter.kind} ", "dim"), (parameter.name, "cyan"), default)
        tree.add(line + _said(parameter.help or "", "dim"))
    branches: dict[tuple[str, ...], Tree] = {(): tree}
    for step in flow.steps:
        around = step.enclosing_splits
        branch = branches.get(around, tree).add(_step_line(step))
        if step.matching_join is not None:
            branches[(*around, step.name)] = branch
    return tree


def _step_line(step: StepInfo) -> Text:
    line = Text.assemble((step.name, "bold green"), (f"  {_kind(step)}", "yellow"))
    line.append_text(_said(_arrow(step), ""))
    for decorator in step.decorators:
        line.append(f"  {' '.join(decorator.text.split())}", style="magenta")
    return line + _said(step.doc.strip().partition("\n")[0], "dim italic")


def _kind(step: StepInfo) -> str:
    if step.parallel:
        return f"foreach num_parallel={step.num_parallel or '?'}"
    if step.is_foreach:
        return f"foreach {step.foreach_param}"
    if step.is_switch:
        return f"switch on self.{step.condition}"
    return step.kind


def _arrow(step: StepInfo) -> str:
    if step.cases:
        return "-> " + ", ".join(f"{label}: {target}" for label, target in step.cases)
    return f"-> {', '.join(step.targets)}" if step.targets else ""


def _said(text: str, style: str) -> Text:
    return Text(f"  {text}" if text else "", style=style)
