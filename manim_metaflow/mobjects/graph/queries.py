"""What a scene takes hold of in a graph: ways, regions, and motions by name."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from manim import Animation, Create, VGroup, VMobject, override_animation

from manim_metaflow.errors import UsageError
from manim_metaflow.layout.collapse import inside
from manim_metaflow.mobjects.graph.ways import shortest_path
from manim_metaflow.utils.lazy import deferred

if TYPE_CHECKING:
    from manim_metaflow.facts.records import FlowInfo
    from manim_metaflow.mobjects.graph.edge import FlowEdge
    from manim_metaflow.mobjects.graph.fold import Fold
    from manim_metaflow.mobjects.graph.node import StepNode
    from manim_metaflow.mobjects.graph.notes import StepNotes
    from manim_metaflow.mobjects.graph.region import ForeachRegion
    from manim_metaflow.mobjects.graph.stack import TaskStack
    from manim_metaflow.mobjects.parts import Parts
    from manim_metaflow.mobjects.storage.chip import ArtifactChip

__all__ = ["GraphQueries"]

_build: Callable[..., Animation] = deferred("manim_metaflow.animations.graph.build:BuildFlow")
_collapse: Callable[..., Animation] = deferred("manim_metaflow.animations.graph.collapse:CollapseRegion")
_expand: Callable[..., Animation] = deferred("manim_metaflow.animations.graph.collapse:ExpandRegion")
_focus: Callable[..., Animation] = deferred("manim_metaflow.animations.graph.focus:FocusFlow")
_highlight: Callable[..., Animation] = deferred("manim_metaflow.animations.graph.highlight:HighlightFlow")


class GraphQueries:
    """The part of :class:`.FlowDAG` that scenes point with."""

    flow: FlowInfo
    nodes: dict[str, StepNode | TaskStack]
    edges: dict[tuple[str, str], FlowEdge]
    regions: dict[str, ForeachRegion]
    notes: dict[str, StepNotes]
    folds: dict[str, Fold]
    fold_layer: Parts[Fold]
    artifacts: Parts[ArtifactChip]
    layers: list[tuple[VGroup, list[VMobject]]]
    """The groups the drawing is made of, with all they hold when nothing is collapsed."""

    def path(self, source: str, target: str) -> VGroup:
        """Return the steps and arrows of the shortest way between two steps, in the order of the way.

        Raises
        ------
        UsageError
            There is no such step, or no way.

        Examples
        --------
        >>> from manim_metaflow import FlowDAG
        >>> way = FlowDAG("tests/flows/branch.py").path("start", "join")
        >>> [type(part).__name__ for part in way]
        ['StepNode', 'FlowEdge', 'StepNode', 'FlowEdge', 'StepNode']
        """
        for name in (source, target):
            self._node(name)
        way = shortest_path(self.flow, source, target)
        if not way:
            raise UsageError(f"{self.flow.name} has no way from {source!r} to {target!r}.")
        parts: list[VMobject] = [self.nodes[source]]
        for pair in pairwise(way):
            parts += [self.edges[pair], self.nodes[pair[1]]]
        return VGroup(*parts)

    def region(self, name: str) -> VGroup:
        """Return all that lies between a step that fans out and its join: frames, arrows, steps, notes.

        Raises
        ------
        UsageError
            The step does not fan out.

        Examples
        --------
        >>> from manim_metaflow import FlowDAG
        >>> [type(part).__name__ for part in FlowDAG("tests/flows/branch.py").region("start")]
        ['StepNode', 'StepNode']
        """
        names = inside(self.flow, name)
        frames = [self.regions[each] for each in (name, *names) if each in self.regions]
        edges = [edge for pair, edge in self.edges.items() if set(pair) <= set(names)]
        notes = [self.notes[each] for each in names if len(self.notes[each])]
        return VGroup(*frames, *edges, *[self.nodes[each] for each in names], *notes)

    def parts(self, *what: str | tuple[str, str] | VMobject) -> VGroup:
        """Return steps (by name, with their notes), arrows (by a pair of names) and mobjects as one group.

        Raises
        ------
        UsageError
            There is no such step or arrow.
        """
        found: list[VMobject] = []
        for each in what:
            if isinstance(each, str):
                found.append(self._node(each))
                found += [self.notes[each]] if len(self.notes[each]) else []
            elif isinstance(each, tuple):
                found.append(self._edge(each))
            else:
                found.append(each)
        return VGroup(*found)

    def collapse(self, region: str, **kwargs: Any) -> Animation:
        """Animate a region into one box: see :class:`.CollapseRegion`."""
        return _collapse(self, region, **kwargs)

    def expand(self, region: str, **kwargs: Any) -> Animation:
        """Animate a collapsed region back: see :class:`.ExpandRegion`."""
        return _expand(self, region, **kwargs)

    def focus(self, *what: str | tuple[str, str] | VMobject, **kwargs: Any) -> Animation:
        """Move the camera to steps or a region, without arguments back: see :class:`.FocusFlow`."""
        return _focus(self, *what, **kwargs)

    def highlight(self, *what: str | tuple[str, str] | VMobject, **kwargs: Any) -> Animation:
        """Dim everything else, without arguments nothing: see :class:`.HighlightFlow`."""
        return _highlight(self, *what, **kwargs)

    @override_animation(Create)
    def _create(self, *, introducer: bool = True, **kwargs: Any) -> Animation:
        """Let ``Create(dag)`` build the graph step by step; it adds what it draws by itself."""
        return _build(self, **kwargs)

    # ----------------------------------------------------------------------- what collapse needs

    def make_fold(self, region: str) -> Fold:
        """Build the box of a region that is about to be collapsed."""
        from manim_metaflow.mobjects.graph.fold import Fold

        inside(self.flow, region)
        if region in self.folds:
            raise UsageError(f"The region of {region!r} is collapsed already.")
        around = [name for name in self.folds if region in inside(self.flow, name)]
        if around:
            raise UsageError(f"The region of {region!r} lies in that of {around[0]!r}, which is collapsed.")
        return Fold(self, region)  # type: ignore[arg-type]

    def fold_of(self, region: str) -> Fold:
        """Return the box of a collapsed region."""
        if region not in self.folds:
            known = ", ".join(self.folds) or "none"
            raise UsageError(f"The region of {region!r} is not collapsed. Those that are: {known}.")
        return self.folds[region]

    def set_folded(self, fold: Fold, *, hidden: bool) -> None:
        """Show the box of a region, and what it stands for only if that is not hidden."""
        fold.closed = hidden
        self.folds[str(fold.name)] = fold
        self._settle()

    def open_fold(self, fold: Fold) -> None:
        """Show what a box stood for instead of the box."""
        fold.closed = False
        self._settle()
        self.folds.pop(str(fold.name), None)
        self.fold_layer.remove(fold)

    def _settle(self) -> None:
        """Let each layer of the drawing hold what is seen of it, in its old order."""
        folds = list(self.folds.values())
        gone = {id(part) for fold in folds if fold.closed for part in fold.hidden}
        chips = [part for fold in folds for part in fold.hidden if part.__snapshot__()["role"] == "chip"]
        whole: list[tuple[Any, list[Any]]] = [
            *self.layers,
            (self.fold_layer, folds),
            (self.artifacts, list(dict.fromkeys([*self.artifacts, *chips]))),
        ]
        for layer, parts in whole:
            layer.submobjects = [part for part in parts if id(part) not in gone]

    def _node(self, name: str) -> StepNode | TaskStack:
        if name not in self.nodes:
            raise UsageError(
                f"{self.flow.name} has no step {name!r}. Its steps are: {', '.join(self.nodes)}."
            )
        return self.nodes[name]

    def _edge(self, pair: tuple[str, str]) -> FlowEdge:
        if pair not in self.edges:
            raise UsageError(f"{self.flow.name} has no edge from {pair[0]!r} to {pair[1]!r}.")
        return self.edges[pair]
