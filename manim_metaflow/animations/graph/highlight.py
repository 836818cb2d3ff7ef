"""Some of a graph stands out because the rest is dimmed."""

from __future__ import annotations

from typing import Any

from manim import VMobject, smooth

from manim_metaflow.animations.motion.timeline import Clip, Timeline
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
        super().__init__([dag], [_DimClip(dag, lit)], run_time=run_time, **kwargs)


class _DimClip(Clip):
    """Opacities go from what they are to what they shall be."""

    def __init__(self, dag: FlowDAG, lit: VMobject) -> None:
        super().__init__(0.0, 1.0)
        self.dag = dag
        family = lit.get_family()
        notes = [dag.notes[name] for name, node in dag.nodes.items() if node in family]
        heading = [dag.heading] if dag.heading is not None else []
        bright = {id(part) for each in (lit, *notes, *heading) for part in each.family_members_with_points()}
        rest = {id(part): (fill, stroke) for part, fill, stroke in dag.dimmed}
        self._ways: list[tuple[Any, tuple[float, float], tuple[float, float]]] = []
        self._rest: list[tuple[VMobject, float, float]] = []
        for part in _shapes(dag):
            now = _opacities(part)
            full = rest.get(id(part), now)
            share = 1.0 if id(part) in bright else DIMMED
            self._ways.append((part, now, (full[0] * share, full[1] * share)))
            if share < 1:
                self._rest.append((part, *full))

    def show(self, progress: float) -> None:
        """Blend, and remember what the dimmed parts were."""
        way = smooth(progress)
        for part, before, after in self._ways:
            fill, stroke = (a + (b - a) * way for a, b in zip(before, after, strict=True))
            part.fill_rgbas[:, 3] = fill
            part.stroke_rgbas[:, 3] = stroke
        self.dag.dimmed = self._rest


def _shapes(dag: FlowDAG) -> list[Any]:
    return list(dag.family_members_with_points())


def _opacities(part: Any) -> tuple[float, float]:
    return float(part.fill_rgbas[:, 3].max()), float(part.stroke_rgbas[:, 3].max())
