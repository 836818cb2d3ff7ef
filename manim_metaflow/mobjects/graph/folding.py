"""Regions of a graph that are collapsed into one box, and opened again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from manim import Animation, VGroup, VMobject

from manim_metaflow.errors import UsageError
from manim_metaflow.layout.collapse import inside
from manim_metaflow.mobjects.animated import animated_by, not_animated
from manim_metaflow.mobjects.graph.fold import Fold
from manim_metaflow.mobjects.graph.queries import GraphQueries
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.utils.lazy import deferred

__all__ = ["GraphFolding"]

_collapse: Callable[..., Animation] = deferred("manim_metaflow.animations.graph.collapse:CollapseRegion")
_expand: Callable[..., Animation] = deferred("manim_metaflow.animations.graph.collapse:ExpandRegion")


class GraphFolding(GraphQueries):
    """The part of a :class:`.FlowDAG` that keeps what is collapsed out of the drawing."""

    folds: dict[str, Fold]
    fold_layer: Parts[Fold]
    layers: list[tuple[VGroup, list[VMobject]]]
    """The groups the drawing is made of, with all they hold when nothing is collapsed."""

    @animated_by("manim_metaflow.animations.graph.collapse:CollapseRegion")
    def collapse(self, region: str, **kwargs: Any) -> Animation:
        """Animate a region into one box: see :class:`.CollapseRegion`."""
        return _collapse(self, region, **kwargs)

    @animated_by("manim_metaflow.animations.graph.collapse:ExpandRegion")
    def expand(self, region: str, **kwargs: Any) -> Animation:
        """Animate a collapsed region back: see :class:`.ExpandRegion`."""
        return _expand(self, region, **kwargs)

    def make_fold(self, region: str) -> Fold:
        """Build the box of a region that is about to be collapsed."""
        names = inside(self.flow, region)
        if region in self.folds:
            raise UsageError(f"The region of {region!r} is collapsed already.")
        around = [name for name in self.folds if region in inside(self.flow, name)]
        if around:
            raise UsageError(f"The region of {region!r} lies in that of {around[0]!r}, which is collapsed.")
        return Fold(self, region, folds=[fold for name, fold in self.folds.items() if name in names])

    def fold_of(self, region: str) -> Fold:
        """Return the box of a collapsed region."""
        if region not in self.folds:
            known = ", ".join(self.folds) or "none"
            raise UsageError(f"The region of {region!r} is not collapsed. Those that are: {known}.")
        return self.folds[region]

    @not_animated("play dag.collapse(region), which sets it.")
    def set_folded(self, fold: Fold, *, hidden: bool) -> None:
        """Show the box of a region, and what it stands for only if that is not hidden."""
        fold.closed = hidden
        self.folds[str(fold.name)] = fold
        self._update_layers()

    @not_animated("play dag.expand(region), which opens it.")
    def open_fold(self, fold: Fold) -> None:
        """Show what a box stood for instead of the box."""
        fold.closed = False
        self._update_layers()
        self.folds.pop(str(fold.name), None)
        self.fold_layer.remove(fold)

    def _update_layers(self) -> None:
        """Let each layer of the drawing hold what is seen of it, in its old order."""
        folds = list(self.folds.values())
        gone = {id(part) for fold in folds if fold.closed for part in fold.hidden}
        # Artifacts come and go, so their layer is not kept whole: a fold remembers those it hides.
        chips = [part for fold in folds for part in fold.hidden if isinstance(part, ArtifactChip)]
        whole: list[tuple[Any, list[Any]]] = [
            *self.layers,
            (self.fold_layer, folds),
            (self.artifacts, list(dict.fromkeys([*self.artifacts, *chips]))),
        ]
        for layer, parts in whole:
            layer.submobjects = [part for part in parts if id(part) not in gone]
