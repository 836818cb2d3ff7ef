"""A scene told in acts and beats: one idea a beat, with one caption."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from manim import DOWN, UL, AnimationGroup, FadeIn, FadeOut, Scene, VGroup

from manim_metaflow.mobjects.label import TextLabel, TextBlock
from manim_metaflow.theme import current_theme

__all__ = ["DeepDive"]

READING_SPEED = 17.0
"""Letters a second a caption is read at, a comfortable pace for subtitles."""

SETTLE = 0.9
"""Seconds the eye needs to find a caption before reading it."""

FADE = 0.4
CAPTION_Y = -3.5


class DeepDive(Scene):
    """A :class:`~manim.scene.scene.Scene` with acts, beats, captions and a heading.

    An act is one of Manim's sections. A beat shows its caption at the foot of the frame, writes it to
    the ``.srt`` file too, and lasts at least as long as the caption takes to read.

    Examples
    --------
    .. manim:: DeepDiveExample

        class DeepDiveExample(DeepDive):
            def construct(self):
                self.act("a box")
                with self.beat("A step is a box."):
                    self.play(FadeIn(StepNode("start")))
    """

    def setup(self) -> None:
        """Paint the theme's ground and start without a caption."""
        self.theme = current_theme()
        self.camera.background_color = self.theme.background
        self._caption: TextBlock | None = None
        self._heading: VGroup | None = None

    def act(self, name: str) -> None:
        """Begin an act: a section of that name."""
        self.next_section(name)

    @contextmanager
    def beat(self, caption: str) -> Iterator[None]:
        """Show a caption while the block's animations play, and long enough to read it."""
        start = self.time
        self._show_caption(caption)
        yield
        reading = SETTLE + len(caption) / READING_SPEED
        rest = reading - (self.time - start)
        if rest > 1 / 60:
            self.wait(rest)
        spent = self.time - start
        self.add_subcaption(caption, duration=spent, offset=-spent)

    def heading(self, title: str, subtitle: str = "") -> VGroup:
        """Build a title for the upper left corner, and remember it."""
        theme = self.theme
        lines = VGroup(TextLabel(title, font="prose", weight=600, font_size=theme.title_size).left_at(0, 0))
        if subtitle:
            below = TextLabel(subtitle, font="prose", font_size=theme.label_size, color=theme.muted)
            lines.add(below.left_at(0, -0.52))
        self._heading = lines.to_corner(UL, buff=0.45)
        return self._heading

    def _show_caption(self, text: str) -> None:
        new = TextBlock(text, width=12.4)
        for line in new:
            line.set_x(0)
        new.move_to(DOWN * -CAPTION_Y)
        changes: list[Any] = [FadeIn(new, shift=0.08 * (-DOWN))]
        if self._caption is not None:
            changes.append(FadeOut(self._caption, shift=0.08 * (-DOWN)))
        self.play(AnimationGroup(*changes), run_time=FADE)
        self._caption = new

    def clear_caption(self) -> None:
        """Take the caption away, for a frame that speaks for itself."""
        if self._caption is not None:
            self.play(FadeOut(self._caption), run_time=FADE)
            self._caption = None
