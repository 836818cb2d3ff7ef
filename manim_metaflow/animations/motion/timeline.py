"""An animation made of clips, each with its own stretch of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from manim import Group, Mobject, Scene, VGroup, linear

from manim_metaflow.manim_internals import SceneAnimation

__all__ = ["Clip", "Show", "Timeline", "Touches"]


Show = Callable[[float], object]
"""Sets what is seen at a progress of 0 to 1."""

Touches = Sequence[Mobject] | Callable[[], Sequence[Mobject]]
"""Mobjects, or what returns them where they are only known later."""


class Clip:
    """Something that happens from ``start`` to ``end``, in seconds of its timeline.

    Parameters
    ----------
    start, end
        Seconds.
    show
        Called with a progress of 0 to 1 for every frame between the two, and once with 1. It must set what
        is seen from the progress alone, never add to what is there: frames may be skipped.
    touches
        Mobjects whose families are all that is changed: for a frame only those are looked at. Name the
        group, too, that something is added to or taken from.
    shown_before
        Whether the moment 0 is seen from the timeline's beginning, not only from ``start``.

    Examples
    --------
    .. manim:: ClipExample

        class ClipExample(Scene):
            def construct(self):
                from manim_metaflow.animations import Clip, Timeline

                node = StepNode("train")
                fade = Clip(0.0, 1.0, lambda progress: node.box.set_fill(opacity=progress), touches=[node])
                self.play(Timeline([node], [fade]))
    """

    def __init__(
        self, start: float, end: float, show: Show, touches: Touches, *, shown_before: bool = False
    ) -> None:
        self.start, self.end = start, max(end, start)
        self.show, self.touches, self.shown_before = show, touches, shown_before

    def touched(self) -> Sequence[Mobject]:
        """Return mobjects whose families are all that ``show`` has changed."""
        return self.touches() if callable(self.touches) else self.touches


class Timeline(SceneAnimation):
    """Plays clips on mobjects that are, or come, on the scene.

    Parameters
    ----------
    mobjects
        What the clips draw on; added to the scene where it is not there yet.
    clips
        In any order; of clips that begin together, the first listed acts first.
    run_time
        The end of the last clip by default; another one slows or hurries all.

    Attributes
    ----------
    overlay
        Mobjects that live only while the timeline plays; it removes them at the end.

    Examples
    --------
    .. manim:: TimelineExample

        class TimelineExample(Scene):
            def construct(self):
                from manim_metaflow.animations import Timeline
                from manim_metaflow.animations.graph.set_state import change_state

                node = StepNode("train")
                changes = [("pending", "running"), ("running", "done")]
                clips = [change_state(at, at + 1, node, *change) for at, change in enumerate(changes)]
                self.play(Timeline([node], clips))
    """

    def __init__(
        self,
        mobjects: Sequence[Mobject],
        clips: Sequence[Clip],
        *,
        overlay: VGroup | None = None,
        run_time: float | None = None,
        **kwargs: Any,
    ) -> None:
        # Stable: clips that begin together keep the order in which they were given.
        self.clips = sorted(clips, key=lambda clip: clip.start)
        self.overlay = VGroup() if overlay is None else overlay
        self.parts = list(mobjects)
        self.length = max((clip.end for clip in self.clips), default=0.0)
        # Each clip has a pace of its own; Manim's default would bend all of them once more.
        kwargs.setdefault("rate_func", linear)
        super().__init__(
            Group(*self.parts, self.overlay),
            # Manim refuses a play of no time.
            run_time=run_time or max(self.length, 0.1),
            introducer=True,  # else Manim adds the group, and tears parts out of what they are part of
            **kwargs,
        )
        self._finished: set[int] = set()
        # Each is kept once: Manim's own renderer never asks.
        self._touched: dict[Mobject, None] = {}

    def create_starting_mobject(self) -> Any:
        """No copy is kept: clips set what is seen, they do not blend from a start."""
        return self.mobject

    def set_up_scene(self, scene: Scene) -> None:
        """Add the parts that are not on the scene yet, and the overlay."""
        family = scene.get_mobject_family_members()
        scene.add(*[part for part in self.parts if part not in family])
        scene.add(self.overlay)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Leave the parts, take the overlay away."""
        scene.remove(self.overlay)
        self.overlay.remove(*self.overlay.submobjects)
        self._touched = {}
        super().clean_up_from_scene(scene)

    def begin(self) -> None:
        """Start with every clip still to come."""
        self._finished = set()
        for clip in self.clips:
            if clip.shown_before:
                self._show_clip(clip, 0.0)
        super().begin()

    def interpolate(self, alpha: float) -> None:
        """Show the moment ``alpha`` of the whole."""
        now = self.rate_func(alpha) * self.length
        at_end = alpha >= 1
        for index, clip in enumerate(self.clips):
            if index in self._finished:
                continue
            # Sorted by their starts: none of those after it has begun either.
            if clip.start > now and not at_end:
                break
            span = clip.end - clip.start
            # At the end every clip is shown at 1, also one that no frame has met: a short clip may lie
            # between two.
            progress = 1.0 if at_end or span <= 0 else min(1.0, (now - clip.start) / span)
            self._show_clip(clip, progress)
            if progress >= 1.0:
                self._finished.add(index)

    def _show_clip(self, clip: Clip, progress: float) -> None:
        if clip.end <= clip.start:
            # It may take apart what other clips have changed for the same frame: their families are named
            # while they are whole. Manim goes on drawing all that was there when the play began.
            parts = (part for mobject in self._touched for part in mobject.get_family())
            self._touched = dict.fromkeys(parts)
        clip.show(progress)
        self._touched.update(dict.fromkeys(clip.touched()))

    def functions(self) -> list[object]:
        """Return what is called for a frame besides the timeline's own methods."""
        return [function for clip in self.clips for function in (clip.show, clip.touches, clip.touched)]

    def take_touched(self) -> list[Mobject] | None:
        """Return what may have changed since this was last asked; ``None`` if it can be anything."""
        touched, self._touched = self._touched, {}
        # A timeline that shows its moments in another way may change more than its clips name.
        return list(touched) if type(self).interpolate is Timeline.interpolate else None
