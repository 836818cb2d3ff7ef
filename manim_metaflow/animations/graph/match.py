"""What of a graph is what in the graph of another version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import VMobject

from manim_metaflow.facts.records import FlowInfo, StepInfo

__all__ = ["congruent", "matched", "renamed_steps"]


def matched(before: Any, after: Any) -> Iterator[tuple[VMobject | None, VMobject | None, str]]:
    """Pair what stands by the same key and looks the same; all else fades out and in."""
    for key, old in before.items():
        new = after.get(key)
        if old is None or not old.family_members_with_points():
            continue
        if new is not None and congruent(old, new):
            yield old, new, "glide"
        else:
            yield old, None, "fade"
    for key, new in after.items():
        old = before.get(key)
        if new is None or not new.family_members_with_points():
            continue
        if old is None or not congruent(old, new):
            yield None, new, "come"


def congruent(one: VMobject, other: VMobject) -> bool:
    """Whether two mobjects look the same but for their place and size."""
    mine, its = one.get_family(), other.get_family()
    if len(mine) != len(its) or one.width == 0:
        return False
    ratio = float(other.width) / float(one.width)
    center, goal = one.get_center(), other.get_center()
    for a, b in zip(mine, its, strict=True):
        if type(a) is not type(b) or a.points.shape != b.points.shape:
            return False
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
        if len(same) == 1:
            found[step.name] = same[0].name
    return found


def _nameless(step: StepInfo, names: set[str]) -> str:
    either = "|".join(map(re.escape, sorted(names)))
    return re.sub(rf"(\bdef |\bself\.)(?:{either})\b", r"\1_", step.source)
