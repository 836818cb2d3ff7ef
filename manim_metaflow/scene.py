"""A scene told in acts and beats: one idea a beat, with one caption."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from manim import UL, UP, Animation, FadeIn, FadeOut, LaggedStart, Scene, VGroup

from manim_metaflow.mobjects.text.label import TextBlock, TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["DeepDive"]

READING_SPEED = 17.0
"""Letters a second a caption is read at, a comfortable pace for subtitles."""

SETTLE = 0.9
"""Seconds the eye needs to find a caption before reading it."""

FADE = 0.5
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
        self.camera.background_color = self.theme.background  # type: ignore[union-attr]
        self._clock = 0.0
        self._caption: TextBlock | None = None
        self._heading: VGroup | None = None

    def act(self, name: str) -> None:
        """Begin an act: a section of that name."""
        self.next_section(name)

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Play, and keep a clock of run times.

        Manim's own clock counts drawn frames, and whole run times where a play comes from the cache: a
        pause that hung on it would differ from one render to the next.
        """
        super().play(*args, **kwargs)
        self._clock += self.duration

    @contextmanager
    def beat(self, caption: str) -> Iterator[None]:
        """Show a caption while the block's animations play, and long enough to read it."""
        start, began = self.time, self._clock
        self._show_caption(caption)
        yield
        rest = round(SETTLE + len(caption) / READING_SPEED - (self._clock - began), 1)
        if rest > 0:
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
        new.move_to(UP * CAPTION_Y)
        changes: list[Animation] = [FadeIn(new, shift=0.08 * UP)]
        if self._caption is not None:
            changes.insert(0, FadeOut(self._caption))
        self.play(LaggedStart(*changes, lag_ratio=0.8, run_time=FADE))
        self._caption = new

    def clear_caption(self) -> None:
        """Take the caption away, for a frame that speaks for itself."""
        if self._caption is not None:
            self.play(FadeOut(self._caption), run_time=FADE)
            self._caption = None
