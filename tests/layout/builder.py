"""Flows written a step a line, as records and as source code.

``a -> b`` goes on, ``a -> b c`` splits, ``a => b`` is a foreach, ``a #> b`` a ``num_parallel``,
``a ?> b c`` a switch, ``*j -> k`` a join. The first line is the start, the last the end.
"""

from __future__ import annotations

from manim_metaflow.facts.records import EdgeInfo, FlowInfo, StepInfo
from manim_metaflow.layout.geometry import NodeBox


def flow(text: str, name: str = "TestFlow") -> FlowInfo:
    """Records of the flow that ``text`` describes."""
    lines = [line.split() for line in text.strip().replace(";", "\n").splitlines() if line.strip()]
    names = [words[0].lstrip("*") for words in lines]
    joins = {words[0][1:] for words in lines if words[0].startswith("*")}
    targets = {step: tuple(words[2:]) for step, words in zip(names, lines, strict=True)}
    arrows = {step: words[1] if len(words) > 1 else "" for step, words in zip(names, lines, strict=True)}
    kinds = {step: _kind(step, targets[step], arrows[step], joins, names) for step in names}
    parents, closed = nest(names[0], targets, kinds)
    steps = tuple(
        StepInfo(
            step,
            kinds[step],
            targets=targets[step],
            split_parents=parents.get(step, ()),
            matching_join=closed.get(step),
            foreach_param="items" if arrows[step] == "=>" else None,
            parallel=arrows[step] == "#>",
            num_parallel=3 if arrows[step] == "#>" else None,
            condition="mode" if kinds[step] == "split-switch" else None,
        )
        for step in names
    )
    edges = tuple(
        EdgeInfo(step, target, _edge_kind(kinds[step], step, target))
        for step in names
        for target in targets[step]
    )
    return FlowInfo(name, steps, edges, names[0], names[-1])


def _kind(step, targets, arrow, joins, names):
    if arrow in ("=>", "#>"):
        return "foreach"
    if arrow == "?>":
        return "split-switch"
    if step in joins:
        return "join"
    if len(targets) > 1:
        return "split"
    if step == names[-1]:
        return "end"
    return "start" if step == names[0] else "linear"


def _edge_kind(kind, step, target):
    if step == target:
        return "loop"
    return {"foreach": "foreach", "split-switch": "case", "split": "branch"}.get(kind, "next")


def nest(start, targets, kinds):
    """Open splits of each step as Metaflow counts them, and the join of each split.

    Metaflow walks every way, first to last, and the last one that comes by a step has its say.
    """
    parents: dict[str, tuple[str, ...]] = {}
    closed: dict[str, str] = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    todo: list[tuple[str, tuple[str, ...]]] = [(start, ())]
    while todo:
        step, around = todo.pop()
        if (step, around) in seen or step not in targets:
            continue
        seen.add((step, around))
        parents.setdefault(step, around)
        inner = around
        if kinds[step] in ("split", "foreach"):
            inner = (*around, step)
        elif kinds[step] == "join" and around:
            closed.setdefault(around[-1], step)
            inner = around[:-1]
        todo.extend((target, inner) for target in ways(kinds[step], targets[step]))
    return parents, closed


def ways(kind, targets):
    """What a step's ``self.next`` names, in order: two cases of each switch lead to its first target."""
    return [*targets, targets[0]] if kind == "split-switch" else targets


CASES = ("fast", "slow", 7, True, "a case of several words", "x" * 40, "Straße", 2.5)
"""Keys of a switch, in turn: short and long, texts and numbers."""


def to_source(flow_info: FlowInfo) -> str:
    """Source code of a ``FlowSpec`` with this graph. It can be loaded; running it is not the point."""
    bodies = {step.targets[0] for step in flow_info.steps if step.parallel}
    names = "FlowSpec, card, parallel, resources, retry, step"
    lines = [f"from metaflow import {names}", "", "", f"class {flow_info.name}(FlowSpec):"]
    for step in flow_info.steps:
        lines += [f"    {decorator.text}" for decorator in step.decorators]
        if step.name in bodies:
            lines.append("    @parallel")
        mark = "start=True" * (step.name == flow_info.start) or "end=True" * (step.name == flow_info.end)
        lines.append(f"    @step({mark})" if mark else "    @step")
        lines.append(f"    def {step.name}(self{', inputs' * (step.kind == 'join')}):")
        lines += [f'        """{step.doc}"""'] * bool(step.doc)
        lines.append(f"        {_next(step)}")
        lines.append("")
    return "\n".join(lines)


def _next(step: StepInfo) -> str:
    targets = ", ".join(f"self.{target}" for target in step.targets)
    if not step.targets:
        return "pass"
    if step.kind == "foreach":
        fan = "num_parallel=3" if step.parallel else "foreach='items'"
        return f"self.next({targets}, {fan})"
    if step.kind == "split-switch":
        named = ways(step.kind, step.targets)
        keys = (*CASES, *(f"case {i}" for i in range(len(named))))
        cases = ", ".join(f"{key!r}: self.{target}" for key, target in zip(keys, named, strict=False))
        return f"self.next({{{cases}}}, condition='mode')"
    return f"self.next({targets})"


def boxes(flow_info: FlowInfo, **room: float) -> dict[str, NodeBox]:
    """Boxes as wide as their names."""
    return {
        step.name: NodeBox(max(1.3, 0.16 * len(step.name) + 0.4), 0.65, **room) for step in flow_info.steps
    }


def switch_labels(flow_info: FlowInfo, width: float = 0.7, height: float = 0.28):
    """A label on every case."""
    return {(e.source, e.target): (width, height) for e in flow_info.edges if e.kind in ("case", "loop")}
