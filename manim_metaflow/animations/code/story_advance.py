"""A story goes on: its code and its graph become those of another version, in step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from manim import VGroup, linear

from manim_metaflow.animations.code.evolve import EvolveCode
from manim_metaflow.animations.code.story import FlowStory, show_ring
from manim_metaflow.animations.graph.evolve import EvolveFlow
from manim_metaflow.animations.motion.clips import call, enter, leave
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.flow.source_lines import parsed, step_lines
from manim_metaflow.facts.flow.versions import FlowVersion
from manim_metaflow.facts.records import FlowInfo

__all__ = ["AdvanceStory"]


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
        self.story = story
        overlay = VGroup(code.overlay)
        clips = [show_ring(0.0, 0.3, story, None), *code.clips]
        if version.flow is not None:
            arrivals = _arrivals(version.source, code.arrivals)
            clips += self._graph_clips(version.flow, arrivals, overlay)
        clips += self._note_clips(version, code.length)
        end = max(clip.end for clip in clips)
        clips.append(call(end, lambda: setattr(story, "index", index)))
        super().__init__([story], clips, overlay=overlay, run_time=run_time, **kwargs)

    def _graph_clips(self, flow: FlowInfo, arrivals: dict[str, float], overlay: VGroup) -> list[Clip]:
        """Let the graph become that of the version, or appear where there was none."""
        story = self.story
        if story.dag is None:
            story.dag = story.graph_of(flow)
            return [enter(0.5, 1.2, story.dag, home=story, index=1, pace=linear)]
        graph = EvolveFlow(
            story.dag, flow, at=story.graph_center, fit=story.room, largest=story.zoom, arrivals=arrivals
        )
        overlay.add(graph.overlay)
        return graph.clips

    def _note_clips(self, version: FlowVersion, moment: float) -> Iterator[Clip]:
        """Let it be read why there is no graph, as long as there is none."""
        story = self.story
        for part in list(story.note):
            yield leave(0.0, 0.5, part, home=story.note, pace=linear)
        if version.flow is not None:
            return
        yield enter(moment, moment + 0.4, story.note_for(version), home=story.note, pace=linear)
        if story.dag is not None:
            yield leave(0.0, 0.6, story.dag, home=story, pace=linear)
            yield call(0.6, lambda: setattr(story, "dag", None))


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
    unchanged = set(before.splitlines())
    fresh = [
        number for number, line in enumerate(after.splitlines(), 1) if line.strip() and line not in unchanged
    ]
    if not fresh:
        return []
    old = parsed(before)
    older = step_lines(old) if old is not None else {}
    # New steps go before changed ones: they are what the version is about.
    for _, (first, last) in sorted(steps.items(), key=lambda item: (item[0] in older, item[1])):
        if any(first <= number <= last for number in fresh):
            return list(range(first, last + 1))
    return fresh[:1]
