"""A region of a graph becomes one box, and opens again; everything else stays where it is."""

from __future__ import annotations

from typing import Any

from manim import smooth

from manim_metaflow.animations.motion.rest import Rest
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.fold import Fold

__all__ = ["CollapseRegion", "ExpandRegion"]

TIME = 1.0
SHRUNK = 0.55
"""How small the steps of a region are when they have vanished into its box."""


class _RegionMotion(Timeline):
    """Goes between a region and the box that stands for it."""

    def __init__(self, dag: FlowDAG, region: str, *, run_time: float = TIME, **kwargs: Any) -> None:
        self.dag, self.fold = dag, self._fold_of(dag, region)
        self._inside, self._box = Rest(self.fold.hidden), Rest(self.fold)
        clip = Clip(0.0, 1.0, self._show, touches=[dag, self.fold, self.fold.hidden])
        super().__init__([dag], [clip], run_time=run_time, **kwargs)

    def _fold_of(self, dag: FlowDAG, region: str) -> Fold:
        raise NotImplementedError

    def _show(self, progress: float) -> None:
        raise NotImplementedError

    def _blend(self, progress: float) -> None:
        """Shrink and fade what the region holds (0), and let its box appear (1)."""
        closed = smooth(progress)
        center = self.fold.box.box.get_center()
        scale = 1 - (1 - SHRUNK) * closed
        self._inside.show(scale=scale, about=center, opacity=max(0.0, 1 - 1.6 * closed))
        self._box.show(opacity=max(0.0, 2 * closed - 1))
        self.fold.close_frame(closed)


class CollapseRegion(_RegionMotion):
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

    def _fold_of(self, dag: FlowDAG, region: str) -> Fold:
        return dag.make_fold(region)

    def _show(self, progress: float) -> None:
        self._blend(progress)
        if progress >= 1:
            self._inside.restore()
        self.dag.set_folded(self.fold, hidden=progress >= 1)


class ExpandRegion(_RegionMotion):
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

    def _fold_of(self, dag: FlowDAG, region: str) -> Fold:
        fold = dag.fold_of(region)
        fold.follow(dag)
        return fold

    def _show(self, progress: float) -> None:
        self._blend(1 - progress)
        if progress >= 1:
            self._box.restore()
            self.dag.open_fold(self.fold)
        else:
            self.dag.set_folded(self.fold, hidden=False)
