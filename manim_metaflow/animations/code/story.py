"""A flow's code and its graph, side by side and in step, from one version to the next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from manim import VGroup

from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.flow.versions import FlowVersion, load_version
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.layout.geometry import Direction
from manim_metaflow.mobjects.animated import animated
from manim_metaflow.mobjects.code.panel import CodePanel
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.text.label import TextBlock
from manim_metaflow.theme import current_theme, use_theme

__all__ = ["FlowStory", "show_ring"]

GAP, RING, ROUND = 0.45, 0.09, 0.2
"""Between code and graph, from a box to the ring round it, and of the ring's corners, units at rest."""

NOTE_MARGIN = 0.6
"""Room beside the lines of a note, so that they do not look like a part of the code, units at rest."""


class FlowStory(Drawing):
    """Code on the left, the graph it draws on the right.

    Parameters
    ----------
    versions
        What :func:`.load_version` takes, or :class:`.FlowVersion`, in their order.
    title
        Above the code; the first version's label by default.
    width, window
        Of the code: units, and how many of its rows are seen.
    room
        Width and height the graph has (units).
    direction
        Where the flow runs.
    align
        Whether the graph's room is level with the middle or the top of the code.
    font_size, graph_size
        Manim font sizes of the code and of the steps' names; those of :class:`.FlowDAG` by default.

    detail
        Of the graph, as for :class:`.FlowDAG`.

    Attributes
    ----------
    panel, dag
        The :class:`.CodePanel`, and the :class:`.FlowDAG`, or ``None`` while no version has had a graph.
    index
        Which version is shown.
    note
        Why the version that is shown has no graph; empty otherwise.
    stage
        The room that graphs have, not painted.

    Examples
    --------
    .. manim:: FlowStoryExample

        class FlowStoryExample(Scene):
            def construct(self):
                story = FlowStory(["tests/flows/linear.py", "tests/flows/branch.py"])
                self.add(story)
                self.play(AdvanceStory(story))
                self.play(PointAt(story, "join"))
    """

    def __init__(
        self,
        versions: Sequence[str | Path | FlowVersion],
        *,
        title: str | None = None,
        width: float = 7.4,
        window: int = 18,
        room: tuple[float, float] = (5.2, 6.0),
        direction: Direction = "down",
        align: Literal["center", "top"] = "center",
        font_size: float = 15,
        graph_size: float | None = None,
        detail: Literal["names", "badges", "full"] = "badges",
    ) -> None:
        if not versions:
            raise UsageError("A story needs at least one version of a flow.")
        self.versions = [v if isinstance(v, FlowVersion) else load_version(v) for v in versions]
        self.theme = current_theme()
        self.index, self._room = 0, room
        self._direction = direction
        self._graph_size, self._detail = graph_size, detail
        first = self.versions[0]
        self.panel = CodePanel(
            first.source,
            title=first.label if title is None else title,
            width=width,
            window=window,
            font_size=font_size,
        )
        # The room of the graph is a part that is not painted: graphs come and go in it, and the story is
        # as large, and its middle where it is, whichever of them is drawn.
        self.stage = Shape(rounded_rectangle(*room, 0.0))
        self.dag: FlowDAG | None = None
        self.ring = Shape(np.zeros((0, 4, 2)), stroke=self.theme.highlight, stroke_width=3.0)
        self.note = VGroup()
        super().__init__(self.panel, self.stage, self.ring, self.note)
        right, middle, top = self.panel.get_right()[0], self.panel.get_y(), self.panel.get_top()[1]
        y = middle if align == "center" else top - room[1] / 2
        self.stage.move_to((right + GAP + room[0] / 2, y, 0.0))
        self.center()
        if first.flow is None:
            self.note.add(self.note_for(first))
        else:
            self.dag = self.graph_of(first.flow)
            self.submobjects.insert(1, self.dag)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "story", "version": self.versions[self.index].label}

    @property
    def version(self) -> FlowVersion:
        """The version that is shown."""
        return self.versions[self.index]

    @property
    def zoom(self) -> float:
        """How much it has been scaled since it was built."""
        return float(self.stage.width) / self._room[0]

    @property
    def room(self) -> tuple[float, float]:
        """Width and height that graphs have now (units)."""
        return float(self.stage.width), float(self.stage.height)

    @property
    def graph_center(self) -> Any:
        """Where the middle of the graph belongs; shape ``(3,)``."""
        return self.stage.get_center()

    def graph_of(self, flow: FlowInfo) -> FlowDAG:
        """Draw a flow where the graph belongs."""
        dag = FlowDAG(
            flow,
            direction=self._direction,
            font_size=self._graph_size,
            detail=self._detail,
            theme=self.theme,
        )
        zoom = min(self.zoom, self.room[0] / float(dag.width), self.room[1] / float(dag.height))
        return dag.scale(zoom).move_to(self.graph_center)

    def note_for(self, version: FlowVersion) -> TextBlock:
        """Write why a version has no graph."""
        text, theme = f"No graph: {version.problem}", self.theme
        with use_theme(theme):
            width = self._room[0] - NOTE_MARGIN
            block = TextBlock(text, width=width, font_size=theme.label_size, color=theme.wrong)
        return block.scale(self.zoom).move_to(self.graph_center)

    def lines_of(self, step: str) -> tuple[int, ...]:
        """Numbers of a step's lines in the version that is shown."""
        return self.panel.step(step)

    @animated
    def show_ring(self, step: str | None) -> None:
        """Draw a ring round a step, or none."""
        node = self.dag.nodes.get(step) if self.dag is not None and step else None
        if not isinstance(node, StepNode):
            self.ring.set_curves(np.zeros((0, 4, 2)))
            return
        left, bottom, right, top = node.node_box
        ring = 2 * RING * self.zoom
        shape = rounded_rectangle(right - left + ring, top - bottom + ring, ROUND * self.zoom)
        self.ring.set_curves(shape + np.array([(left + right) / 2, (bottom + top) / 2]))


def show_ring(start: float, end: float, story: FlowStory, step: str | None) -> Clip:
    """Let a ring round a step's box fade in, or out where there is no step."""

    def show(progress: float) -> None:
        if step is not None:
            story.show_ring(step)
        story.ring.set_stroke(opacity=1 - progress if step is None else progress)
        if step is None and progress >= 1:
            story.show_ring(None)

    return Clip(start, end, show, touches=[story.ring])
