"""A flow's code and its graph, side by side and in step, from one version to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path as FilePath
from typing import Any, Literal

import numpy as np
from manim import VGroup, VMobject

from manim_metaflow.animations.code import EvolveCode
from manim_metaflow.animations.code_focus import FocusCode
from manim_metaflow.animations.evolve_flow import EvolveFlow
from manim_metaflow.animations.look import Look
from manim_metaflow.animations.timeline import Clip, Timeline
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.places import artifact_lines, parsed, step_lines
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.facts.versions import FlowVersion, load_version
from manim_metaflow.layout.geometry import Direction
from manim_metaflow.mobjects.code import CodePanel
from manim_metaflow.mobjects.dag import FlowDAG
from manim_metaflow.mobjects.label import TextBlock
from manim_metaflow.mobjects.node import StepNode
from manim_metaflow.mobjects.path import Path, rounded_rectangle
from manim_metaflow.theme import current_theme

__all__ = ["AdvanceStory", "FlowStory", "PointAt", "TraceArtifact", "edges_travelled"]

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
        versions: Sequence[str | FilePath | FlowVersion],
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
        self.ring = Path(np.zeros((0, 4, 2)), stroke=current_theme().running, stroke_width=3.0)
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
        block = TextBlock(text, width=self.room[0] - 0.6, font_size=theme.label_size, color=theme.failed)
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
        clips: list[Clip] = [_RingClip(0.0, 0.3, story, None)]
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
            clips.append(_AppearClip(0.5, 1.2, story, story.dag))
        if story.note.submobjects:
            clips.append(_VanishClip(0.0, 0.5, story))
        if version.flow is None:
            clips.append(_SayClip(code.length, code.length + 0.4, story, story.note_for(version)))
            if story.dag is not None:
                clips.append(_FadeGraphClip(0.0, 0.6, story, story.dag))
        end = max(clip.end for clip in clips)
        clips.append(_IndexClip(end, story, index))
        super().__init__([story], clips, overlay=overlay, run_time=run_time, **kwargs)


class PointAt(Timeline):
    """Point at a step: a ring goes round its box and its lines light up. ``None`` points at nothing.

    Parameters
    ----------
    story
        The story.
    step
        A step of the version that is shown.

    Raises
    ------
    UsageError
        The version has no such step.

    Examples
    --------
    .. manim:: PointAtExample

        class PointAtExample(Scene):
            def construct(self):
                story = FlowStory(["tests/flows/linear.py"])
                self.add(story)
                self.play(PointAt(story, "process"))
    """

    def __init__(self, story: FlowStory, step: str | None, *, run_time: float | None = None) -> None:
        focus = FocusCode(story.panel, story.lines_of(step) if step else ())
        clips: list[Clip] = [*focus.clips, _RingClip(0.2, 0.6, story, step)]
        super().__init__([story], clips, run_time=run_time)


class TraceArtifact(Timeline):
    """Point at an artifact: every line that touches it lights up, and the arrows it travels along.

    Parameters
    ----------
    story
        The story.
    artifact
        Its name.
    color
        Of the arrows, the theme's accent by default.

    Raises
    ------
    UsageError
        No line of the version touches it.

    Examples
    --------
    .. manim:: TraceArtifactExample

        class TraceArtifactExample(Scene):
            def construct(self):
                story = FlowStory(["tests/flows/linear.py"])
                self.add(story)
                self.play(TraceArtifact(story, "doubled"))
    """

    def __init__(
        self, story: FlowStory, artifact: str, color: str | None = None, *, run_time: float | None = None
    ) -> None:
        lines = story.panel.uses(artifact)
        if not lines:
            raise UsageError(f"No line of {story.version.label or 'the flow'} touches {artifact!r}.")
        shade = color or current_theme().accent
        focus = FocusCode(story.panel, lines, shade)
        clips: list[Clip] = [*focus.clips, _RingClip(0.0, 0.3, story, None)]
        if story.dag is not None:
            pairs = edges_travelled(story.dag.flow, story.version.source, artifact)
            clips += [_LightEdgeClip(0.2, 0.8, story.dag.edges[pair], shade) for pair in pairs]
        super().__init__([story], clips, run_time=run_time)


def edges_travelled(flow: FlowInfo, source: str, artifact: str) -> list[tuple[str, str]]:
    """Find the arrows on the ways from the first step that touches an artifact to the last ones that do.

    Examples
    --------
    >>> from manim_metaflow.facts import load_flow
    >>> flow = load_flow("tests/flows/linear.py")
    >>> edges_travelled(flow, flow.source, "doubled")
    [('process', 'use')]
    """
    tree = parsed(source)
    if tree is None:
        return []
    touched = set(artifact_lines(tree, artifact))
    steps = step_lines(tree)
    using = {name for name, (first, last) in steps.items() if touched & set(range(first, last + 1))}
    pairs = [(edge.source, edge.target) for edge in flow.edges]
    after = {name: _reached(name, pairs) for name in using}
    return [
        (a, b)
        for a, b in dict.fromkeys(pairs)
        if any((a == name or a in after[name]) for name in using)
        and any((b == name or name in _reached(b, pairs)) for name in using)
    ]


def _reached(start: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    pairs = list(pairs)
    found: set[str] = set()
    todo = [start]
    while todo:
        here = todo.pop()
        for source, target in pairs:
            if source == here and target not in found:
                found.add(target)
                todo.append(target)
    return found


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


class _RingClip(Clip):
    def __init__(self, start: float, end: float, story: FlowStory, step: str | None) -> None:
        super().__init__(start, end)
        self.story, self.step = story, step

    def show(self, progress: float) -> None:
        """Fade the ring in, or out."""
        if self.step is not None:
            self.story.show_ring(self.step)
            self.story.ring.set_stroke(opacity=progress)
            return
        self.story.ring.set_stroke(opacity=1 - progress)
        if progress >= 1:
            self.story.show_ring(None)


class _LightEdgeClip(Clip):
    def __init__(self, start: float, end: float, edge: Any, color: str) -> None:
        super().__init__(start, end)
        self.edge, self.color = edge, color

    def show(self, progress: float) -> None:
        """Colour the arrow."""
        self.edge.paint(self.color, amount=progress)


class _AppearClip(Clip):
    def __init__(self, start: float, end: float, story: FlowStory, part: VMobject) -> None:
        super().__init__(start, end)
        self.story, self.part = story, part
        self._look = Look(part)

    def show(self, progress: float) -> None:
        """Fade it in."""
        if self.part not in self.story.submobjects:
            self.story.submobjects.insert(1, self.part)
        self._look.show(opacity=progress)


class _FadeGraphClip(Clip):
    def __init__(self, start: float, end: float, story: FlowStory, dag: FlowDAG) -> None:
        super().__init__(start, end)
        self.story, self.dag = story, dag
        self._look = Look(dag)

    def show(self, progress: float) -> None:
        """Take the graph away: this version has none."""
        self._look.show(opacity=1 - progress)
        if progress >= 1:
            self.story.remove(self.dag)
            self.story.dag = None


class _SayClip(Clip):
    def __init__(self, start: float, end: float, story: FlowStory, text: TextBlock) -> None:
        super().__init__(start, end)
        self.story, self.text = story, text
        self._look = Look(text)

    def show(self, progress: float) -> None:
        """Fade the words in."""
        if self.text not in self.story.note.submobjects:
            self.story.note.add(self.text)
        self._look.show(opacity=progress)


class _VanishClip(Clip):
    def __init__(self, start: float, end: float, story: FlowStory) -> None:
        super().__init__(start, end)
        self.story, self.parts = story, list(story.note.submobjects)
        self._look = Look(VGroup(*self.parts))

    def show(self, progress: float) -> None:
        """Fade the words out."""
        self._look.show(opacity=1 - progress)
        if progress >= 1:
            self.story.note.remove(*self.parts)


class _IndexClip(Clip):
    def __init__(self, moment: float, story: FlowStory, index: int) -> None:
        super().__init__(moment, moment)
        self.story, self.index = story, index

    def show(self, progress: float) -> None:
        """Count on."""
        self.story.index = self.index
