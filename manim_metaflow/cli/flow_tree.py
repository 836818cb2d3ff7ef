"""A flow as a tree: its steps, what they fan out to, their parameters and decorators."""

from __future__ import annotations

from rich.text import Text
from rich.tree import Tree

from manim_metaflow.facts.records import DecoratorInfo, FlowInfo, StepInfo
from manim_metaflow.utils.text import first_sentence

__all__ = ["flow_tree"]


def flow_tree(flow: FlowInfo) -> Tree:
    """Return a flow as a tree."""
    tree = Tree(Text(flow.name, style="bold") + _after(flow.file, "dim"))
    if about := first_sentence(flow.doc):
        tree.add(Text(about, style="italic"))
    for decorator in flow.decorators:
        tree.add(_decorator(decorator))
    for parameter in flow.parameters:
        default = f" = {parameter.default_text}" if parameter.default_text else ""
        entry = Text.assemble((f"{parameter.kind} ", "dim"), (parameter.name, "cyan"), default)
        tree.add(entry + _after(parameter.help or "", "dim") + _added_by(parameter.added_by))
    branches: dict[tuple[str, ...], Tree] = {(): tree}
    for step in flow.steps:
        around = step.enclosing_splits
        branch = branches.get(around, tree).add(_step_line(step))
        if step.matching_join is not None:
            # Only a split with a join encloses steps: what is inside of it is listed below it.
            branches[(*around, step.name)] = branch
    return tree


def _step_line(step: StepInfo) -> Text:
    line = Text.assemble((step.name, "bold green"), (f"  {_kind(step)}", "yellow"))
    line.append_text(_after(_arrow(step), ""))
    for decorator in step.decorators:
        line.append("  ").append_text(_decorator(decorator))
    return line + _after(first_sentence(step.doc), "dim italic")


def _kind(step: StepInfo) -> str:
    if step.parallel:
        return f"foreach num_parallel={step.num_parallel or step.parallel_expression or '?'}"
    if step.is_foreach:
        return f"foreach {step.foreach_param}"
    if step.is_switch:
        return f"switch on self.{step.condition}"
    return step.kind


def _arrow(step: StepInfo) -> str:
    if step.cases:
        return "-> " + ", ".join(f"{label}: {target}" for label, target in step.cases)
    return f"-> {', '.join(step.targets)}" if step.targets else ""


def _decorator(decorator: DecoratorInfo) -> Text:
    return Text(" ".join(decorator.text.split()), style="magenta") + _added_by(decorator.added_by)


def _added_by(mutator: str) -> Text:
    return Text(f" added by {mutator}" if mutator else "", style="dim")


def _after(text: str, style: str) -> Text:
    return Text(f"  {text}" if text else "", style=style)
