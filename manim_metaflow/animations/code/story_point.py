"""Point at a step of a story, or at an artifact: code and graph light up together."""

from __future__ import annotations

import networkx as nx

from manim_metaflow.animations.code.focus import FocusCode
from manim_metaflow.animations.code.story import FlowStory, show_ring
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.facts.flow.source_lines import artifact_lines, parsed, step_lines
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.mobjects.graph.edge import FlowEdge

__all__ = ["PointAt", "TraceArtifact", "edges_travelled"]


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
        clips: list[Clip] = [*focus.clips, show_ring(0.2, 0.6, story, step)]
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
        shade = color or story.theme.accent
        focus = FocusCode(story.panel, lines, shade)
        clips: list[Clip] = [*focus.clips, show_ring(0.0, 0.3, story, None)]
        if story.dag is not None:
            pairs = edges_travelled(story.dag.flow, story.version.source, artifact)
            clips += [_light(0.2, 0.8, story.dag.edges[pair], shade) for pair in pairs]
        super().__init__([story], clips, run_time=run_time)


def edges_travelled(flow: FlowInfo, source: str, artifact: str) -> list[tuple[str, str]]:
    """Find the arrows on the paths from the first step that uses an artifact to the last ones that do.

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
    pairs = dict.fromkeys((edge.source, edge.target) for edge in flow.edges)
    graph = nx.DiGraph(list(pairs))
    graph.add_nodes_from(using)
    # An artifact goes along an arrow if it was used before it and is used after it.
    after = using.union(*(nx.descendants(graph, name) for name in using))
    before = using.union(*(nx.ancestors(graph, name) for name in using))
    return [(a, b) for a, b in pairs if a in after and b in before]


def _light(start: float, end: float, edge: FlowEdge, color: str) -> Clip:
    """Colour an arrow."""
    return Clip(start, end, lambda progress: edge.paint(color, amount=progress), touches=[edge])
