"""The graph of a flow, drawn from its class or from a run of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from manim import DL, Animation, Create, VGroup, VMobject, override_animation

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import ArtifactRecord, FlowInfo, RunRecord
from manim_metaflow.layout.collapse import collapse_flow
from manim_metaflow.layout.geometry import Direction
from manim_metaflow.mobjects.animated import animated, animated_by, not_animated
from manim_metaflow.mobjects.graph.builder import GraphBuilder
from manim_metaflow.mobjects.graph.chips import put_inside, put_outside, task_chips
from manim_metaflow.mobjects.graph.folding import GraphFolding
from manim_metaflow.mobjects.graph.heading import FlowHeading
from manim_metaflow.mobjects.graph.notes import DETAILS, Detail
from manim_metaflow.mobjects.graph.queries import step_of
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.graph.style import GraphStyle
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.theme import Theme, current_theme, theme_named, use_theme
from manim_metaflow.utils.lazy import deferred

__all__ = ["FlowDAG"]

_build: Callable[..., Animation] = deferred("manim_metaflow.animations.graph.build:BuildFlow")
_focus: Callable[..., Animation] = deferred("manim_metaflow.animations.graph.focus:FocusFlow")
_highlight: Callable[..., Animation] = deferred("manim_metaflow.animations.graph.highlight:HighlightFlow")
_show_end: Callable[..., None] = deferred("manim_metaflow.animations.runs.end:show_end")

HEADING_GAP, NARROWEST = 0.45, 10.0

LAYERS = 5
"""Frames, arrows, boxes, loops, notes: the groups that collapse takes things from."""


class FlowDAG(GraphFolding, Drawing):
    """A flow's graph: a box a step, an arrow an edge, a dashed frame round what a foreach repeats.

    Parameters
    ----------
    flow
        A ``FlowSpec`` class, ``"file.py"``, ``"file.py:Class"``, ``"package.module:Class"``, or a
        :class:`.FlowInfo`.
    run
        A run whose tasks are drawn: each task of a foreach gets a box of its own. A record, or anything else
        that :func:`.load_run` takes, ``"run.json"`` and ``"MyFlow/123"``.
    state
        ``"pending"``: as the graph is before the run, for :class:`.ReplayRun` to play on. ``"final"``: as
        the run ended, with the states of the tasks, their attempts, artifacts and the arms taken, in the same
        look as at the end of a replay.
    direction
        ``"right"`` or ``"down"``.
    detail
        ``"names"``: steps and edges. ``"badges"``: the steps' decorators, too. ``"full"``: docstrings,
        and a heading with the flow's own docstring, decorators, parameters and configs, too.
    theme
        A :class:`.Theme` or its name; the theme in force by default.
    wrap
        Longest row (units); a longer flow is broken into rows. ``"fit"`` chooses one, ``None`` is one row.
    collapsed
        Regions drawn as one box, by the step that fans out.
    heading
        Whether the flow's name is above its graph; by default where every detail is asked for.
    font_size
        Manim font size of the step names; everything else follows from it.
    captions
        On which side of their boxes artifacts and captions are (``direction="right"``).
    most_tasks
        How many tasks of a step are drawn at most.
    values
        Whether artifacts beside the boxes are shown by the values that were recorded, ``rate = 1.4``, and not
        by the faces of their bytes.

    Attributes
    ----------
    flow
        The :class:`.FlowInfo` drawn; with ``collapsed``, one step stands for each of those regions.
    nodes
        Step name to :class:`.StepNode` or :class:`.TaskStack`; ``dag["train"]`` is short for it.
    edges
        ``(source, target)`` to :class:`.FlowEdge`.
    regions
        Name of the step that fans out to :class:`.ForeachRegion`.
    notes
        Step name to :class:`.StepNotes`: decorators, the condition of a switch, the docstring.
    heading
        The :class:`.FlowHeading`, or ``None``.
    artifacts
        The chips shown so far.
    folds
        Regions collapsed by :meth:`collapse`, by the step that fans out.

    Examples
    --------
    .. manim:: FlowDAGExample

        class FlowDAGExample(Scene):
            def construct(self):
                from metaflow import FlowSpec, step

                class TinyFlow(FlowSpec):
                    @step
                    def start(self):
                        self.next(self.end)

                    @step
                    def end(self):
                        pass

                dag = FlowDAG(TinyFlow)
                self.play(Create(dag))
                self.play(dag["start"].animate.set_state("done"))

    A run as it ended, without an animation:

    .. manim:: FlowDAGFinalExample
        :save_last_frame:

        class FlowDAGFinalExample(Scene):
            def construct(self):
                run = record_run("my_flow.py")
                self.add(FlowDAG(run.flow, run=run, state="final"))
    """

    def __init__(
        self,
        flow: type | str | Path | FlowInfo,
        *,
        run: Any = None,
        state: Literal["pending", "final"] = "pending",
        direction: Direction = "right",
        detail: Detail = "badges",
        theme: Theme | str | None = None,
        wrap: float | Literal["fit"] | None = None,
        collapsed: Sequence[str] = (),
        heading: bool | None = None,
        font_size: float | None = None,
        captions: Literal["below", "above"] = "below",
        most_tasks: int = 5,
        values: bool = False,
    ) -> None:
        # Imports Metaflow, which a graph of a record does without.
        from manim_metaflow.facts import load_flow, load_run

        if detail not in DETAILS:
            raise UsageError(f"There is no detail {detail!r}. A graph shows {', '.join(DETAILS)}.")
        if state not in ("pending", "final") or (state == "final" and run is None):
            raise UsageError(
                "The state of a graph is 'pending', or 'final' where it is given the run= it shows."
            )
        self.theme = theme_named(theme) if isinstance(theme, str) else theme or current_theme()
        self.whole = flow if isinstance(flow, FlowInfo) else load_flow(flow)
        self.flow = collapse_flow(self.whole, collapsed)
        size = self.theme.label_size if font_size is None else font_size
        self.style = GraphStyle(direction, size, captions, detail, most_tasks, values)
        self._run: RunRecord | None = None if run is None else load_run(run)
        if self._run is not None and self._run.flow.name != self.whole.name:
            raise UsageError(
                f"The run is one of {self._run.flow.name}, and the flow that was given is {self.whole.name}."
            )
        with use_theme(self.theme):
            self._build(wrap, heading=detail == "full" if heading is None else heading)
            if state == "final":
                _show_end(self, self._run)
                # Artifacts have come that were not there when the graph was centred.
                self.center()

    def _build(self, wrap: float | Literal["fit"] | None, *, heading: bool) -> None:
        builder = GraphBuilder(self.whole, self.flow, self._run, self.style)
        layout = builder.lay_out(wrap)
        builder.place(layout)
        self.nodes = builder.nodes
        self.notes = builder.notes
        self.regions = builder.regions(layout)
        self.edges = builder.edges(layout)
        self.overview: Any = None
        """Corners of the camera's frame before it focused, shape ``(n, 3)``."""
        self.dimmed: list[tuple[VMobject, float, float]] = []
        """What is dimmed, with its opacity of fill and stroke when it is not."""
        self.folds = {}
        self.fold_layer = Parts()
        self.captions = VGroup(*[note for note in self.notes.values() if len(note)])
        self.artifacts = Parts()
        super().__init__(
            VGroup(*self.regions.values()),
            VGroup(*[edge for pair, edge in self.edges.items() if pair[0] != pair[1]]),
            VGroup(*self.nodes.values()),
            # A step that leads to itself: its arrow ends in front of the sheets.
            VGroup(*[edge for pair, edge in self.edges.items() if pair[0] == pair[1]]),
            self.captions,
            self.artifacts,
            self.fold_layer,
        )
        self.layers = [(layer, list(layer)) for layer in self if isinstance(layer, VGroup)][:LAYERS]
        self.heading: FlowHeading | None = None
        if heading:
            self._add_heading()
        self.center()
        self.rest_height = self.first_height

    def _add_heading(self) -> None:
        left, top = float(self.get_left()[0]), float(self.get_top()[1])
        self.heading = FlowHeading(self.flow, self.style.detail, width=max(NARROWEST, float(self.width)))
        self.heading.shift(np.array([left, top + HEADING_GAP, 0.0]) - self.heading.get_corner(DL))
        self.add(self.heading)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "flow", "name": self.flow.name}

    def __getitem__(self, key: Any) -> Any:
        return self.node(key) if isinstance(key, str) else super().__getitem__(key)

    def _repr_png_(self) -> bytes:
        """Draw what a notebook shows."""
        from manim_metaflow.mobjects.still import still_png

        return still_png(self)

    @animated_by("manim_metaflow.animations.graph.focus:FocusFlow")
    def focus(self, *what: str | tuple[str, str] | VMobject, **kwargs: Any) -> Animation:
        """Move the camera to steps or a region, without arguments back: see :class:`.FocusFlow`."""
        return _focus(self, *what, **kwargs)

    @animated_by("manim_metaflow.animations.graph.highlight:HighlightFlow")
    def highlight(self, *what: str | tuple[str, str] | VMobject, **kwargs: Any) -> Animation:
        """Dim everything else, without arguments nothing: see :class:`.HighlightFlow`."""
        return _highlight(self, *what, **kwargs)

    @override_animation(Create)
    def _create(self, *, introducer: bool = True, **kwargs: Any) -> Animation:
        """Let ``Create(dag)`` build the graph step by step; it adds what it draws by itself."""
        return _build(self, **kwargs)

    @animated
    def move_step(self, name: str, shift: npt.ArrayLike) -> FlowDAG:
        """Move a step, its notes and the ends of its arrows; ``dag[name].shift(...)`` moves the box alone.

        Parameters
        ----------
        name
            The step.
        shift
            Units, shape ``(3,)``, such as ``2 * UP``.

        Raises
        ------
        UsageError
            There is no such step.

        Examples
        --------
        .. manim:: MoveStepExample

            class MoveStepExample(Scene):
                def construct(self):
                    dag = FlowDAG("tests/flows/branch.py")
                    self.add(dag)
                    self.play(dag.animate.move_step("a", UP))
        """
        by = np.asarray(shift, dtype=float)
        self.parts(name).shift(by)
        for (source, target), edge in self.edges.items():
            if name in (source, target):
                edge.move_ends(by * (source == name), by * (target == name))
        return self

    @property
    def shows_tasks(self) -> bool:
        """Whether it was built with ``run=``: each task has a box, and there is room for artifacts."""
        return self._run is not None

    @not_animated("it takes over the parts of another graph; play EvolveFlow(dag, flow) instead.")
    def adopt(self, other: FlowDAG) -> None:
        """Become what another graph shows, with its parts; the other must not be used afterwards.

        What a camera saw before it focused on this graph is kept.
        """
        self.theme, self.style, self._run = other.theme, other.style, other._run
        self.whole, self.flow = other.whole, other.flow
        self.nodes, self.edges, self.regions = other.nodes, other.edges, other.regions
        self.notes, self.captions, self.heading = other.notes, other.captions, other.heading
        self.folds, self.fold_layer, self.layers = other.folds, other.fold_layer, other.layers
        self.artifacts, self.dimmed = other.artifacts, other.dimmed
        self.rest_height = other.rest_height
        self.submobjects = list(other.submobjects)

    def chips(self, place: str, artifacts: tuple[ArtifactRecord, ...]) -> Parts[ArtifactChip]:
        """Build the chips of a task where they belong beside its box; they are not shown yet."""
        node = self.task(place)
        if node is None:
            return Parts()
        named = not isinstance(self.nodes[step_of(place)], TaskStack)
        with use_theme(self.theme):
            chips = task_chips(artifacts, self.style, named=named)
        for chip in chips:
            chip.scale(self.zoom, about_point=np.zeros(3))
        if named:
            put_outside(node, chips, self.zoom, self.style)
        else:
            put_inside(node, chips, self.zoom)
        return Parts(*chips)
