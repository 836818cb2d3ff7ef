"""Some of a graph stands out because the rest is dimmed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from manim import Mobject, VMobject, smooth

from manim_metaflow.animations.motion.timeline import Clip, Show, Timeline
from manim_metaflow.mobjects.graph.dag import FlowDAG

__all__ = ["HighlightFlow"]

DIMMED = 0.28
"""How much of its opacity is left to what is dimmed."""


class HighlightFlow(Timeline):
    """Dim a graph but for some steps and arrows.

    ``dag.highlight("train")`` returns this; ``dag.highlight()`` dims nothing any more. The heading is
    never dimmed. States may change meanwhile.

    Parameters
    ----------
    dag
        The graph.
    what
        Names of steps, pairs of names for arrows, or mobjects: ``dag.path("start", "end")`` for one.

    Raises
    ------
    UsageError
        There is no such step or arrow.

    Examples
    --------
    .. manim:: HighlightFlowExample

        class HighlightFlowExample(Scene):
            def construct(self):
                dag = FlowDAG("tests/flows/branch.py")
                self.add(dag)
                self.play(dag.highlight(dag.path("start", "join")))
                self.play(dag.highlight())
    """

    def __init__(
        self,
        dag: FlowDAG,
        *what: str | tuple[str, str] | VMobject,
        run_time: float = 0.7,
        **kwargs: Any,
    ) -> None:
        lit = dag.parts(*what) if what else dag
        clip = Clip(0.0, 1.0, _dimmer(dag, lit), touches=[dag])
        super().__init__([dag], [clip], run_time=run_time, **kwargs)


def _dimmer(dag: FlowDAG, lit: VMobject) -> Show:
    """Return what blends opacities from what they are to what they shall be."""
    bright = {id(part) for part in _bright(dag, lit)}
    undimmed = {id(part): (fill, stroke) for part, fill, stroke in dag.dimmed}
    changes: list[tuple[Any, tuple[float, float], tuple[float, float]]] = []
    dimmed: list[tuple[VMobject, float, float]] = []
    for part in _shapes(dag):
        now = _opacities(part)
        full = undimmed.get(id(part), now)
        share = 1.0 if id(part) in bright else DIMMED
        changes.append((part, now, (full[0] * share, full[1] * share)))
        if share < 1:
            dimmed.append((part, *full))

    def show(progress: float) -> None:
        blended = smooth(progress)
        for part, before, after in changes:
            fill, stroke = (a + (b - a) * blended for a, b in zip(before, after, strict=True))
            # Only the opacities are set: states may change colours meanwhile.
            part.fill_rgbas[:, 3] = fill
            part.stroke_rgbas[:, 3] = stroke
        dag.dimmed = dimmed

    return show


def _bright(dag: FlowDAG, lit: VMobject) -> Iterator[Mobject]:
    """All that is not dimmed: with a step its notes, and always the heading."""
    family = lit.get_family()
    notes = [dag.notes[name] for name, node in dag.nodes.items() if node in family]
    heading = [dag.heading] if dag.heading is not None else []
    for each in (lit, *notes, *heading):
        yield from each.family_members_with_points()


def _shapes(dag: FlowDAG) -> list[Any]:
    return list(dag.family_members_with_points())


def _opacities(part: Any) -> tuple[float, float]:
    return float(part.fill_rgbas[:, 3].max()), float(part.stroke_rgbas[:, 3].max())
