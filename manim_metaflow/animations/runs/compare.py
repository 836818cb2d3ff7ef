"""Two runs are compared, one question at a time."""

from __future__ import annotations

from typing import Any

from manim import DOWN, LEFT, Animation, AnimationGroup, FadeIn, LaggedStart, Scene

from manim_metaflow.animations.motion.together import Together
from manim_metaflow.mobjects.runs.comparison import ROWS, ComparisonGrid, ComparisonRow, HashPair

__all__ = ["CompareRuns"]

ROW, FURTHER = 2.0, 0.8
"""Seconds the first row takes to appear, and the share of that which each further row adds."""


class CompareRuns(Together):
    """Let rows of a :class:`.ComparisonGrid` appear, step by step from left to right.

    The earlier run's hash comes first, the later one's beside it, then the verdict between them.

    Parameters
    ----------
    grid
        The comparison.
    *rows
        Which rows, by name; all by default.
    run_time
        Seconds; two a row by default.

    Examples
    --------
    .. manim:: CompareRunsExample

        class CompareRunsExample(Scene):
            def construct(self):
                first = record_run("my_flow.py")
                second = record_run("my_flow.py", after=first)
                dag = FlowDAG("my_flow.py").scale(0.8).to_edge(UP)
                self.play(Create(dag))
                self.play(CompareRuns(ComparisonGrid(dag, compare_runs(first, second)), "code", "did"))
    """

    def __init__(
        self, grid: ComparisonGrid, *rows: str, run_time: float | None = None, **kwargs: Any
    ) -> None:
        self._rows: list[ComparisonRow] = [grid[name] for name in rows or ROWS]
        kwargs.setdefault("lag_ratio", 0.7)
        time = ROW * (1 + (len(self._rows) - 1) * FURTHER) if run_time is None else run_time
        super().__init__(*map(_row, self._rows), run_time=time, introducer=True, **kwargs)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Leave each row on the scene as one mobject, not as its parts."""
        super().clean_up_from_scene(scene)
        scene.add(*self._rows)


def _row(row: ComparisonRow) -> Animation:
    cells = LaggedStart(*[_cell(cell) for cell in row.cells.values()], lag_ratio=0.35)
    return AnimationGroup(FadeIn(row.title, shift=0.15 * DOWN, run_time=0.5), cells, lag_ratio=0.3)


def _cell(cell: Any) -> Animation:
    if not isinstance(cell, HashPair):
        return FadeIn(cell, shift=0.2 * DOWN)
    return LaggedStart(
        FadeIn(cell.before),
        FadeIn(cell.after, shift=0.35 * LEFT),
        FadeIn(cell.mark, scale=0.4),
        lag_ratio=0.6,
    )
