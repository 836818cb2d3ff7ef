"""The small motions of a story: a ring, a graph that comes or goes, a note."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manim import VGroup, VMobject

from manim_metaflow.animations.motion.look import Look
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.mobjects.graph.dag import FlowDAG
from manim_metaflow.mobjects.text.label import TextBlock

if TYPE_CHECKING:
    from manim_metaflow.animations.code.story import FlowStory

__all__ = ["AppearClip", "FadeGraphClip", "IndexClip", "RingClip", "SayClip", "VanishClip"]


class RingClip(Clip):
    """A ring goes round a step's box, or goes."""

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


class AppearClip(Clip):
    """A graph appears."""

    def __init__(self, start: float, end: float, story: FlowStory, part: VMobject) -> None:
        super().__init__(start, end)
        self.story, self.part = story, part
        self._look = Look(part)

    def show(self, progress: float) -> None:
        """Fade it in."""
        if self.part not in self.story.submobjects:
            self.story.submobjects.insert(1, self.part)
        self._look.show(opacity=progress)


class FadeGraphClip(Clip):
    """A graph goes."""

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


class SayClip(Clip):
    """Why there is no graph is said."""

    def __init__(self, start: float, end: float, story: FlowStory, text: TextBlock) -> None:
        super().__init__(start, end)
        self.story, self.text = story, text
        self._look = Look(text)

    def show(self, progress: float) -> None:
        """Fade the words in."""
        if self.text not in self.story.note.submobjects:
            self.story.note.add(self.text)
        self._look.show(opacity=progress)


class VanishClip(Clip):
    """What was said goes."""

    def __init__(self, start: float, end: float, story: FlowStory) -> None:
        super().__init__(start, end)
        self.story, self.parts = story, list(story.note.submobjects)
        self._look = Look(VGroup(*self.parts))

    def show(self, progress: float) -> None:
        """Fade the words out."""
        self._look.show(opacity=1 - progress)
        if progress >= 1:
            self.story.note.remove(*self.parts)


class IndexClip(Clip):
    """Another version is the one that is shown."""

    def __init__(self, moment: float, story: FlowStory, index: int) -> None:
        super().__init__(moment, moment)
        self.story, self.index = story, index

    def show(self, progress: float) -> None:
        """Count on."""
        self.story.index = self.index
