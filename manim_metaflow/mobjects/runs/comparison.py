"""Two runs side by side under a graph: for each step what it depends on, then and now, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.run.compare import AspectComparison, RunComparison, StepComparison
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, dashes, rounded_rectangle
from manim_metaflow.mobjects.storage.face import Face
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme, mix

__all__ = ["ASPECTS", "ActionPill", "ComparisonGrid", "ComparisonRow", "HashPair"]

ASPECTS = ("code", "inputs", "environment")
"""What a step depends on."""

ROWS = (*ASPECTS, "could", "did")
FACE, GAP = 0.36, 0.4
PILL_HEIGHT, PILL_MARGIN = 0.4, 0.17
DETAIL_DROP = 0.3


class HashPair(Drawing):
    """Two hashes side by side: same bytes, same face.

    Parameters
    ----------
    name
        What they are hashes of.
    aspect
        The comparison; a hash that is not known is an empty tile.

    Attributes
    ----------
    before, after
        A :class:`.Face` each, or the empty tile.
    mark
        ``=``, ``≠`` or ``?``.

    Examples
    --------
    .. manim:: HashPairExample
        :save_last_frame:

        class HashPairExample(Scene):
            def construct(self):
                first = record_run("my_flow.py")
                comparison = compare_runs(first, first)
                self.add(HashPair("code", comparison.steps[0].code).scale(3))
    """

    def __init__(self, name: str, aspect: AspectComparison) -> None:
        theme = current_theme()
        self.verdict = aspect.verdict
        text, color = {
            "same": ("=", theme.right),
            "changed": ("≠", theme.changed),
            "unknown": ("?", theme.muted),
        }[aspect.verdict]
        self.before, self.after = (_tile(sha) for sha in (aspect.before, aspect.after))
        self.mark = TextLabel(text, font_size=theme.label_size + 4, weight=700, color=color).center_on(0, 0)
        self.before.shift(np.array([-GAP, 0.0, 0.0]))
        self.after.shift(np.array([GAP, 0.0, 0.0]))
        super().__init__(self.before, self.mark, self.after, name=name)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "hash-pair", "name": self.name, "verdict": self.verdict}


class ActionPill(Drawing):
    """What is done with a step, in one word; dashed and blue where nothing is computed.

    Parameters
    ----------
    name
        The step.
    word
        ``"reuse"``, ``"execute"``, ``"clone"``, ...

    Examples
    --------
    .. manim:: ActionPillExample
        :save_last_frame:

        class ActionPillExample(Scene):
            def construct(self):
                pills = [ActionPill("start", word) for word in ("reuse", "execute", "clone")]
                self.add(VGroup(*pills).arrange(RIGHT))
    """

    def __init__(self, name: str, word: str) -> None:
        theme = current_theme()
        by_reference = word in ("reuse", "clone")
        color = theme.cloned if by_reference else theme.done if word == "execute" else theme.edge
        self.label = TextLabel(word, font="prose", font_size=theme.small_size + 1).center_on(0, 0)
        outline = rounded_rectangle(self.label.width + 2 * PILL_MARGIN, PILL_HEIGHT, PILL_HEIGHT / 2)
        self.box = Shape(outline, fill=mix(color, theme.panel, theme.wash), ground=True)
        border = dashes(outline, 0.07, 0.055) if by_reference else outline
        self.border = Shape(border, stroke=color, stroke_width=theme.stroke * 0.8)
        super().__init__(self.box, self.border, self.label, name=name)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "action", "name": self.name, "text": self.label.text}


class ComparisonRow(Drawing):
    """One line of the grid: what it is about at the left, a cell under each step.

    Attributes
    ----------
    title, cells
        The words at the left, and step name to :class:`HashPair` or :class:`ActionPill`.
    """

    def __init__(self, name: str, title: VGroup, cells: dict[str, VGroup]) -> None:
        self.title, self.cells = title, cells
        super().__init__(title, *cells.values(), name=name)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "comparison-row", "name": self.name}


class ComparisonGrid(Drawing):
    """The comparison of two runs, each step's under its box in a graph drawn from left to right.

    It stands where that graph is, as Manim's ``Brace`` at a mobject: each column is read with the box above.

    Parameters
    ----------
    dag
        The graph, where it is going to stay.
    comparison
        What :func:`.compare_runs` returned.
    titles_at
        Left edge of the words at the left (x, units).
    top
        Height of the first row (y, units).
    pitch
        Distance of two rows.

    Attributes
    ----------
    rows
        ``"code"``, ``"inputs"``, ``"environment"``, ``"could"`` (what a cache of the three would
        do) and ``"did"`` (what Metaflow did), a :class:`ComparisonRow` each; short: ``grid["code"]``.

    Examples
    --------
    .. manim:: ComparisonGridExample
        :save_last_frame:

        class ComparisonGridExample(Scene):
            def construct(self):
                first = record_run("my_flow.py")
                dag = FlowDAG("my_flow.py").scale(0.8).to_edge(UP)
                self.add(dag, ComparisonGrid(dag, compare_runs(first, first)))
    """

    def __init__(
        self,
        dag: FlowDAG,
        comparison: RunComparison,
        *,
        titles_at: float = -6.5,
        top: float = 1.2,
        pitch: float = 0.78,
    ) -> None:
        if dag.flow.name != comparison.flow:
            raise UsageError(f"The graph is of {dag.flow.name}, the comparison of {comparison.flow}.")
        self.comparison = comparison
        self.rows: dict[str, ComparisonRow] = {}
        steps = [step for step in comparison.steps if step.name in dag.nodes]
        for index, name in enumerate(ROWS):
            y = top - pitch * index
            title = _title(name, comparison)
            title.shift(np.array([titles_at, y, 0.0]))
            cells = {step.name: _cell(name, step) for step in steps}
            for step, cell in cells.items():
                left, _, right, _ = dag.reference_box(step)
                cell.shift(np.array([(left + right) / 2, y, 0.0]))
            self.rows[name] = ComparisonRow(name, title, cells)
        super().__init__(*self.rows.values())

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "comparison", "before": self.comparison.before, "after": self.comparison.after}

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            if key not in self.rows:
                raise UsageError(f"The grid has no row {key!r}. Its rows are: {', '.join(self.rows)}.")
            return self.rows[key]
        return super().__getitem__(key)


def _tile(sha: str | None) -> Any:
    if sha is not None:
        return Face(sha, size=FACE)
    outline = dashes(rounded_rectangle(FACE, FACE, FACE * 0.16), 0.05, 0.05)
    return Shape(outline, stroke=current_theme().edge, stroke_width=1.2)


def _cell(row: str, step: StepComparison) -> VGroup:
    if row in ASPECTS:
        return HashPair(f"{row} of {step.name}", getattr(step, row))
    return ActionPill(step.name, _could(step) if row == "could" else _did(step))


def _could(step: StepComparison) -> str:
    return {True: "reuse", False: "execute", None: "unknown"}[step.reusable]


def _did(step: StepComparison) -> str:
    if step.cloned and step.executed:
        return f"clone {step.cloned}, execute {step.executed}"
    if step.cloned:
        return "clone"
    return "execute" if step.executed else "nothing"


def _title(row: str, comparison: RunComparison) -> VGroup:
    """Words at the left: a name, and for the aspects, what is hashed."""
    theme = current_theme()
    command = comparison.command[0] if comparison.command else "Metaflow"
    names: dict[str, tuple[str, Sequence[str]]] = {
        "code": ("code", ["its source and what it uses"]),
        "inputs": ("inputs", ["keys it starts with"]),
        "environment": ("environment", [", ".join(comparison.versions[:2])]),
        "could": ("a cache would", []),
        "did": (f"{command} did", []),
    }
    name, details = names[row]
    lift = DETAIL_DROP / 2 if details else 0.0
    title = TextLabel(name, font="prose", weight=600, font_size=theme.label_size).left_at(0, lift)
    lines = [
        TextLabel(detail, font="prose", font_size=theme.minimum_size, color=theme.muted)
        for detail in details
        if detail
    ]
    for line in lines:
        line.left_at(0, lift - DETAIL_DROP)
    return Parts(title, *lines)
