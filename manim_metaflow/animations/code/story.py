"""A flow's code and its graph, side by side and in step, from one version to the next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from manim import VGroup

from manim_metaflow.animations.code.evolve import EvolveCode
from manim_metaflow.animations.code.story_clips import (
    AppearClip,
    FadeGraphClip,
    IndexClip,
    RingClip,
    SayClip,
    VanishClip,
)
from manim_metaflow.animations.graph.evolve import EvolveFlow
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.flow.source_lines import parsed, step_lines
from manim_metaflow.facts.flow.versions import FlowVersion, load_version
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.layout.geometry import Direction
from manim_metaflow.mobjects.code.panel import CodePanel
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.text.label import TextBlock
from manim_metaflow.theme import current_theme

__all__ = ["AdvanceStory", "FlowStory"]

GAP, RING = 0.45, 0.09
"""Between code and graph, and from a box to the ring round it, units."""


class FlowStory(VGroup):
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
        self.index, self.room = 0, room
        self._direction, self._align = direction, align
        self._graph_size, self._detail = graph_size, detail
        first = self.versions[0]
        self.panel = CodePanel(
            first.source,
            title=first.label if title is None else title,
            width=width,
            window=window,
            font_size=font_size,
        )
        self.panel.shift((-(room[0] + GAP) / 2, 0.0, 0.0))
        self.dag: FlowDAG | None = None
        self.ring = Shape(np.zeros((0, 4, 2)), stroke=current_theme().highlight, stroke_width=3.0)
        self.note = VGroup()
        super().__init__(self.panel, self.ring, self.note)
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
    def place(self) -> Any:
        """Where the middle of the graph belongs; shape ``(3,)``."""
        panel = self.panel.panel
        x = float(panel.get_right()[0]) + GAP + self.room[0] / 2
        top = float(panel.get_top()[1])
        y = float(panel.get_center()[1]) if self._align == "center" else top - self.room[1] / 2
        return np.array([x, y, 0.0])

    def graph_of(self, flow: FlowInfo) -> FlowDAG:
        """Draw a flow where the graph belongs."""
        dag = FlowDAG(flow, direction=self._direction, font_size=self._graph_size, detail=self._detail)
        zoom = min(1.0, self.room[0] / float(dag.width), self.room[1] / float(dag.height))
        return dag.scale(zoom).move_to(self.place)

    def note_for(self, version: FlowVersion) -> TextBlock:
        """Say why a version has no graph."""
        theme = current_theme()
        text = f"No graph: {version.problem}"
        block = TextBlock(text, width=self.room[0] - 0.6, font_size=theme.label_size, color=theme.wrong)
        return block.move_to(self.place)

    def lines_of(self, step: str) -> tuple[int, ...]:
        """Numbers of a step's lines in the version that is shown."""
        return self.panel.step(step)

    def show_ring(self, step: str | None) -> None:
        """Draw a ring round a step, or none."""
        node = self.dag.nodes.get(step) if self.dag is not None and step else None
        if not isinstance(node, StepNode):
            self.ring.set_curves(np.zeros((0, 4, 2)))
            return
        left, bottom, right, top = node.node_box
        shape = rounded_rectangle(right - left + 2 * RING, top - bottom + 2 * RING, 0.2)
        self.ring.set_curves(shape + np.array([(left + right) / 2, (bottom + top) / 2]))


class AdvanceStory(Timeline):
    """Go on to the next version, or to another: code and graph change in step.

    The lines of a new step are typed; its box grows as they begin.

    Parameters
    ----------
    story
        The story.
    to
        Index of the version; the next one by default.
    show
        A step whose lines shall be seen; by default the first whose lines changed.
    typed
        Whether new lines are typed.

    Attributes
    ----------
    stripes
        Behind the lines that came, part of the panel until :meth:`.CodePanel.clear` takes them away.

    Raises
    ------
    UsageError
        There is no such version.

    Examples
    --------
    .. manim:: AdvanceStoryExample

        class AdvanceStoryExample(Scene):
            def construct(self):
                story = FlowStory(["tests/flows/linear.py", "tests/flows/branch.py"])
                self.add(story)
                self.play(AdvanceStory(story))
    """

    def __init__(
        self,
        story: FlowStory,
        to: int | None = None,
        *,
        show: str | None = None,
        typed: bool = True,
        run_time: float | None = None,
        **kwargs: Any,
    ) -> None:
        index = story.index + 1 if to is None else to
        if not 0 <= index < len(story.versions):
            raise UsageError(f"The story has {len(story.versions)} versions: there is no number {index + 1}.")
        version = story.versions[index]
        numbers = _lines_to_show(story.version.source, version.source, show)
        code = EvolveCode(story.panel, version.source, show=numbers, typed=typed)
        self.stripes = code.stripes
        clips: list[Clip] = [RingClip(0.0, 0.3, story, None)]
        overlay = VGroup(code.overlay)
        clips += code.clips
        if version.flow is not None and story.dag is not None:
            graph = EvolveFlow(
                story.dag,
                version.flow,
                at=story.place,
                fit=story.room,
                arrivals=_arrivals(version.source, code.arrivals),
            )
            clips += graph.clips
            overlay.add(graph.overlay)
        elif version.flow is not None:
            story.dag = story.graph_of(version.flow)
            clips.append(AppearClip(0.5, 1.2, story, story.dag))
        if story.note.submobjects:
            clips.append(VanishClip(0.0, 0.5, story))
        if version.flow is None:
            clips.append(SayClip(code.length, code.length + 0.4, story, story.note_for(version)))
            if story.dag is not None:
                clips.append(FadeGraphClip(0.0, 0.6, story, story.dag))
        end = max(clip.end for clip in clips)
        clips.append(IndexClip(end, story, index))
        super().__init__([story], clips, overlay=overlay, run_time=run_time, **kwargs)


def _arrivals(source: str, lines: dict[int, float]) -> dict[str, float]:
    """When the first line of each step comes."""
    tree = parsed(source)
    steps = step_lines(tree) if tree is not None else {}
    found = {}
    for name, (first, last) in steps.items():
        times = [lines[number] for number in range(first, last + 1) if number in lines]
        if times:
            found[name] = min(times)
    return found


def _lines_to_show(before: str, after: str, step: str | None) -> list[int]:
    tree = parsed(after)
    steps = step_lines(tree) if tree is not None else {}
    if step is not None and step in steps:
        return list(range(steps[step][0], steps[step][1] + 1))
    known = set(before.splitlines())
    fresh = [
        number for number, line in enumerate(after.splitlines(), 1) if line.strip() and line not in known
    ]
    if not fresh:
        return []
    old = parsed(before)
    older = step_lines(old) if old is not None else {}
    for _, (first, last) in sorted(steps.items(), key=lambda item: (item[0] in older, item[1])):
        if any(first <= number <= last for number in fresh):
            return list(range(first, last + 1))
    return fresh[:1]
