"""Acts, beats and captions: what a film consists of, on a camera that can move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from manim import UP, Animation, FadeIn, FadeOut, LaggedStart, MovingCameraScene, VMobject, Wait
from manim.scene.section import DefaultSectionType
from manim.utils.exceptions import EndSceneEarlyException

from manim_metaflow.mobjects.text.label import TextBlock
from manim_metaflow.scene.caption_file import CaptionFile, Words, find_captions
from manim_metaflow.scene.on_frame import FollowFrame, caption_block, moves_frame, place_on_frame
from manim_metaflow.scene.pace import FADE, LAST_REST, LEAD, LONGEST, STILLNESS, reading_time
from manim_metaflow.theme import DARK_THEME, Theme, chosen_theme, theme_named, use_theme
from manim_metaflow.utils.foreign import caption_text
from manim_metaflow.utils.language import chosen_language

__all__ = ["Spoken", "Talk"]

RISE = 0.08 * UP
"""How far a caption rises as it comes."""


class Spoken(NamedTuple):
    """A beat that was told: for scripts, voices and transcripts."""

    caption: str
    say: str
    start: float
    seconds: float


class Talk(MovingCameraScene):
    """A scene in acts and beats with captions; :class:`.DeepDive` has more words, and tells what they do.

    Attributes
    ----------
    theme
        The theme of everything in it.
    language
        The code of the language of its captions, where neither :func:`.use_language` nor the environment
        variable ``MANIM_METAFLOW_LANGUAGE`` chose one.
    spoken
        The beats so far.
    """

    theme: Theme
    language: str = "en"
    spoken: list[Spoken]

    def render(self, *args: Any, **kwargs: Any) -> Any:
        """Render in the scene's theme: from the first mobject that is built to the last frame."""
        with use_theme(self._own_theme()):
            return super().render(*args, **kwargs)

    def _own_theme(self) -> Theme | str:
        own: Theme | str = getattr(type(self), "theme", DARK_THEME)
        return chosen_theme() or own

    def setup(self) -> None:
        """Paint the theme's background, find the captions' file and start without a caption."""
        # Scene.construct is also run by hand, without render.
        own = self._own_theme()
        self.theme = theme_named(own) if isinstance(own, str) else own
        self.camera.background_color = self.theme.background  # type: ignore[union-attr]
        self.spoken = []
        self._clock = self._moved_at = 0.0
        self._cut_short = False
        self._caption: TextBlock | None = None
        language = chosen_language() or self.language
        self._texts: CaptionFile | None = find_captions(type(self), Talk, language)

    def tear_down(self) -> None:
        """Check that all texts of the captions' file were shown, if the film was told to its end."""
        super().tear_down()
        if self._texts is not None and not self._cut_short:
            self._texts.check_all_used(type(self).__name__)

    @property
    def frame(self) -> VMobject:
        """What the camera sees: shift and scale it, ``self.play(self.frame.animate.scale(0.5))``."""
        frame: VMobject = self.camera.frame  # type: ignore[union-attr]
        return frame

    # --------------------------------------------------------------------------------------- texts

    def translate(self, text: str) -> str:
        """Return a text as the viewer shall read it; override it for a translation made by code.

        Every caption, title, subtitle and heading that is written in the scene's code passes through here,
        once, before it is drawn, timed and written to the ``.srt`` file. Texts of a captions' file do not.
        """
        return text

    def text(self, key: str, **values: object) -> str:
        """Return a text of the film in its language, for labels within a picture.

        Parameters
        ----------
        key
            A key of the captions' file; without such a file the text itself.
        **values
            What is put into its braces.

        Raises
        ------
        UsageError
            There is no such key, or a brace that no value is given for.
        """
        return self._words(key, values).caption

    def _words(self, key: str, values: dict[str, object]) -> Words:
        if self._texts is not None:
            return self._texts.words(key, values)
        text = self.translate(key)
        # Without values braces are text: a caption may speak of a dict.
        text = text.format(**values) if values else text
        return Words(text, text)

    # ------------------------------------------------------------------------------ acts and beats

    def act(self, name: str, *, kind: str = DefaultSectionType.NORMAL) -> None:
        """Begin an act: a section of that name, and a chapter of the film.

        Parameters
        ----------
        name
            The section's name.
        kind
            Manim's ``section_type``; ``"hook"`` for the act that asks the film's question.
        """
        self.next_section(name, kind)

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Play, keep the caption on the frame, and keep a clock of run times.

        Manim's own clock counts drawn frames, and whole run times where a play comes from the cache: a
        pause that hung on it would differ from one render to the next.
        """
        if self._caption is not None and moves_frame(args, self.frame):
            args, kwargs = self._with_caption(self._caption, args, kwargs)
        try:
            super().play(*args, **kwargs)
        except EndSceneEarlyException:
            # --from_animation_number: what comes later was not asked for.
            self._cut_short = True
            raise
        self._clock += self.duration
        if not all(isinstance(each, Wait) for each in self.animations or ()):
            self._moved_at = self._clock

    def _with_caption(
        self, caption: TextBlock, args: Any, kwargs: dict[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        told = {key: kwargs.pop(key) for key in list(kwargs) if key.startswith("subcaption")}
        animations = self.compile_animations(*args, **kwargs)
        run_time = max(each.get_run_time() for each in animations)
        return (*animations, FollowFrame(caption, self.frame, run_time=run_time)), told

    @contextmanager
    def beat(self, caption: str, *, say: str | None = None, **values: object) -> Iterator[None]:
        """Show a caption, then play the block's animations, and wait until it can be read.

        The caption comes first and is alone for a moment. What the block plays begins about a second later,
        and its end is followed by a short rest. A caption is on screen for at most seven seconds, so a block
        should not play for more than five: what takes longer is told in two beats.

        Parameters
        ----------
        caption
            A key of the captions' file; without such a file the caption itself.
        say
            What a voice says meanwhile; the caption by default. It does not change the silent film.
        **values
            What is put into the braces of the caption.

        Raises
        ------
        UsageError
            There is no such key, or a brace that no value is given for.
        """
        words = self._words(caption, values)
        with self._told(Words(words.caption, say or words.say)):
            yield

    @contextmanager
    def _told(self, words: Words, *, least: float = 0.0, last: bool = False) -> Iterator[None]:
        """Tell a beat of at least so many seconds; the last one of a film may be held for longer."""
        start, began = self.time, self._clock
        self._show_caption(words.caption)
        self.wait(LEAD)
        yield
        elapsed = self._clock - began
        least = max(least, reading_time(words.caption), self._moved_at + LAST_REST - began)
        if (rest := round(least - elapsed, 1)) > 0:
            self.wait(rest)
        spent = self.time - start
        self.spoken.append(Spoken(*words, start, spent))
        shown = spent
        if last and spent > LONGEST:
            # The picture is held, but the subtitle goes when it has been read and nothing moves any more.
            moved = self._moved_at - began
            shown = min(LONGEST, max(moved + STILLNESS, reading_time(words.caption)))
        self.add_subcaption(caption_text(words.caption), duration=shown, offset=-spent)

    def _show_caption(self, text: str) -> None:
        new = caption_block(text)
        place_on_frame(new, self.frame)
        changes: list[Animation] = [FadeIn(new, shift=RISE)]
        if self._caption is not None:
            changes.insert(0, FadeOut(self._caption))
        # One after the other: two texts in one place cannot be read.
        self.play(LaggedStart(*changes, lag_ratio=1.0, run_time=FADE))
        self._caption = new

    def _drop_caption(self) -> list[Animation]:
        """Let the caption go with the next play, without another one."""
        old, self._caption = self._caption, None
        return [FadeOut(old)] if old is not None else []
