"""What of a graph is what in the graph of another version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
from manim import VMobject

from manim_metaflow.facts.records import FlowInfo, StepInfo
from manim_metaflow.mobjects.graph.dag import FlowDAG

__all__ = ["Change", "changes_between", "congruent", "renamed_steps"]

How = Literal["adopt", "bend", "come", "draw", "fade", "fold", "glide", "grow", "morph", "swap"]


class Change(NamedTuple):
    """A part of a graph, what is there instead of it afterwards, and how the one becomes the other."""

    before: VMobject | None
    after: VMobject | None
    how: How


def changes_between(dag: FlowDAG, fresh: FlowDAG, renamed: Mapping[str, str]) -> Iterator[Change]:
    """Find what becomes of each part of a graph, and what is new in another one.

    ``renamed`` maps a step's new name to its old one.
    """
    new_names = {old: new for new, old in renamed.items()}
    for name, node in dag.nodes.items():
        goal = fresh.nodes.get(name)
        if goal is not None:
            yield Change(node, goal, "glide" if congruent(node, goal) else "adopt")
        elif name in new_names:
            yield Change(node, fresh.nodes[new_names[name]], "morph")
        else:
            yield Change(node, None, "fold")
    for name, node in fresh.nodes.items():
        if name not in dag.nodes and name not in renamed:
            yield Change(None, node, "grow")
    yield from _edge_changes(dag, fresh, new_names)
    for before, after in ((dag.regions, fresh.regions), (dag.notes, fresh.notes)):
        yield from _changes_by_key(before, after)
    yield from _changes_by_key({"": dag.heading}, {"": fresh.heading})
    for gone in (*dag.artifacts, *dag.folds.values()):
        yield Change(gone, None, "fade")


def _edge_changes(dag: FlowDAG, fresh: FlowDAG, new_names: Mapping[str, str]) -> Iterator[Change]:
    taken: set[tuple[str, str]] = set()
    for (source, target), edge in dag.edges.items():
        pair = new_names.get(source, source), new_names.get(target, target)
        goal = fresh.edges.get(pair)
        if goal is None:
            yield Change(edge, None, "fade")
            continue
        taken.add(pair)
        if pair == (source, target) and congruent(edge, goal):
            yield Change(edge, goal, "glide")
        # A label interrupts its line, so that the two lines have other pieces: they cannot bend into each
        # other.
        elif edge.label is None and goal.label is None and len(edge.lines) == len(goal.lines):
            yield Change(edge, goal, "bend")
        else:
            yield Change(edge, goal, "swap")
    for pair, edge in fresh.edges.items():
        if pair not in taken:
            # Only a line in one piece can be drawn from its beginning to its end.
            yield Change(None, edge, "draw" if edge.label is None else "come")


def _changes_by_key(before: Any, after: Any) -> Iterator[Change]:
    """Let what has the same key and the same appearance glide; all else fades out and in."""
    for key, old in before.items():
        new = after.get(key)
        if old is None or not old.family_members_with_points():
            continue
        if new is not None and congruent(old, new):
            yield Change(old, new, "glide")
        else:
            yield Change(old, None, "fade")
    for key, new in after.items():
        old = before.get(key)
        if new is None or not new.family_members_with_points():
            continue
        if old is None or not congruent(old, new):
            yield Change(None, new, "come")


def congruent(one: VMobject, other: VMobject) -> bool:
    """Tell whether two mobjects differ in nothing but position and size."""
    mine, its = one.get_family(), other.get_family()
    if len(mine) != len(its) or one.width == 0:
        return False
    ratio = float(other.width) / float(one.width)
    center, goal = one.get_center(), other.get_center()
    for a, b in zip(mine, its, strict=True):
        if type(a) is not type(b) or a.points.shape != b.points.shape:
            return False
        # A ten-thousandth of a unit is far below a pixel; parts drawn anew differ in their last digits.
        if len(a.points) and not np.allclose((a.points - center) * ratio, b.points - goal, atol=1e-4):
            return False
        if len(a.points) and (a.fill_color != b.fill_color or a.stroke_color != b.stroke_color):
            return False
    return True


def renamed_steps(old: FlowInfo, new: FlowInfo) -> dict[str, str]:
    """Find steps that only have another name: new name to old name.

    Their source is the same, apart from the names of renamed steps.
    """
    gone = [step for step in old.steps if step.name not in new and step.source]
    come = [step for step in new.steps if step.name not in old and step.source]
    names = {step.name for step in (*gone, *come)}
    found: dict[str, str] = {}
    for step in come:
        same = [
            other
            for other in gone
            if _nameless(other, names) == _nameless(step, names) and other.name not in found.values()
        ]
        # Of two steps with the same source, nothing tells which was renamed to which.
        if len(same) == 1:
            found[step.name] = same[0].name
    return found


def _nameless(step: StepInfo, names: set[str]) -> str:
    either = "|".join(map(re.escape, sorted(names)))
    return re.sub(rf"(\bdef |\bself\.)(?:{either})\b", r"\1_", step.source)
