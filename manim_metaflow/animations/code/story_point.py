"""Point at a step of a story, or at an artifact: code and graph light up together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from manim_metaflow.animations.code.focus import FocusCode
from manim_metaflow.animations.code.story import FlowStory
from manim_metaflow.animations.code.story_clips import RingClip
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.flow.source_lines import artifact_lines, parsed, step_lines
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.theme import current_theme

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
        clips: list[Clip] = [*focus.clips, RingClip(0.2, 0.6, story, step)]
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
        clips: list[Clip] = [*focus.clips, RingClip(0.0, 0.3, story, None)]
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


class _LightEdgeClip(Clip):
    def __init__(self, start: float, end: float, edge: Any, color: str) -> None:
        super().__init__(start, end)
        self.edge, self.color = edge, color

    def show(self, progress: float) -> None:
        """Colour the arrow."""
        self.edge.paint(self.color, amount=progress)
