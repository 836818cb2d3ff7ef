"""A region of a graph becomes one box, and opens again; everything else keeps its place."""

from __future__ import annotations

from typing import Any

from manim import smooth

from manim_metaflow.animations.motion.look import Look
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.fold import Fold

__all__ = ["CollapseRegion", "ExpandRegion"]

TIME = 1.0
SHRUNK = 0.55
"""How small the steps of a region are when they have vanished into its box."""


class CollapseRegion(Timeline):
    """Draw all between a step that fans out and its join as one box.

    ``dag.collapse("train")`` returns this.

    Parameters
    ----------
    dag
        The graph.
    region
        The step that fans out.

    Raises
    ------
    UsageError
        The step does not fan out, or its region is collapsed already.

    Examples
    --------
    .. manim:: CollapseRegionExample

        class CollapseRegionExample(Scene):
            def construct(self):
                dag = FlowDAG("tests/flows/foreach.py")
                self.add(dag)
                self.play(dag.collapse("start"))
                self.play(dag.expand("start"))
    """

    def __init__(self, dag: FlowDAG, region: str, *, run_time: float = TIME, **kwargs: Any) -> None:
        self.fold = dag.make_fold(region)
        super().__init__([dag], [_FoldClip(dag, self.fold)], run_time=run_time, **kwargs)


class ExpandRegion(Timeline):
    """Open a region that was collapsed.

    ``dag.expand("train")`` returns this.

    Parameters
    ----------
    dag
        The graph.
    region
        The step that fans out.

    Raises
    ------
    UsageError
        The region is not collapsed.

    Examples
    --------
    .. manim:: ExpandRegionExample

        class ExpandRegionExample(Scene):
            def construct(self):
                dag = FlowDAG("tests/flows/foreach.py")
                self.add(dag)
                self.play(CollapseRegion(dag, "start"))
                self.play(ExpandRegion(dag, "start"))
    """

    def __init__(self, dag: FlowDAG, region: str, *, run_time: float = TIME, **kwargs: Any) -> None:
        fold = dag.fold_of(region)
        fold.follow(dag)
        super().__init__([dag], [_UnfoldClip(dag, fold)], run_time=run_time, **kwargs)


class _FoldClip(Clip):
    """What a region holds shrinks and fades while its box appears."""

    def __init__(self, dag: FlowDAG, fold: Fold) -> None:
        super().__init__(0.0, 1.0)
        self.dag, self.fold = dag, fold
        self._inside, self._box = Look(fold.hidden), Look(fold)

    def show(self, progress: float) -> None:
        """Leave only the box when all is done."""
        self._blend(progress)
        if progress >= 1:
            self._inside.show()
        self.dag.set_folded(self.fold, hidden=progress >= 1)

    def _blend(self, progress: float) -> None:
        way = smooth(progress)
        center = self.fold.box.box.get_center()
        scale = 1 - (1 - SHRUNK) * way
        self._inside.show(scale=scale, about=center, opacity=max(0.0, 1 - 1.6 * way))
        self._box.show(opacity=max(0.0, 2 * way - 1))
        self.fold.close_frame(way)


class _UnfoldClip(_FoldClip):
    """The box fades while what it stands for appears."""

    def show(self, progress: float) -> None:
        """Leave only what was there before the region was collapsed."""
        self._blend(1 - progress)
        if progress >= 1:
            self._box.show()
            self.dag.open_fold(self.fold)
        else:
            self.dag.set_folded(self.fold, hidden=False)
