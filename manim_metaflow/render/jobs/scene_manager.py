"""Follow a scene while it is rendered: count its plays, choose sections, place and record its sounds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

from manim import Manager, Scene, config
from manim.utils.exceptions import EndSceneEarlyException

from manim_metaflow.render.jobs.inputs import InputRecorder
from manim_metaflow.render.jobs.sections import Sections
from manim_metaflow.render.jobs.sounds import add_sound_track

__all__ = ["SceneManager"]


class SceneManager(Manager[Scene]):
    """Manim's manager, which reports every play and renders only the sections that are wanted.

    Sounds stay with what is seen: they are placed by the time of the film, from which skipped plays are
    missing, and heard in the films of sections, too.

    Parameters
    ----------
    scene
        The scene, made and not yet rendered.
    played
        Called with the number of plays after each.
    say
        Called with what the user should know.
    inputs
        Records the sounds that the scene reads.
    section
        What is wanted, as :class:`.Sections` takes it; everything when ``None``.
    """

    def __init__(
        self,
        scene: Scene,
        played: Callable[[int], None],
        say: Callable[[str], None],
        inputs: InputRecorder,
        section: str | None,
    ) -> None:
        super().__init__(scene)
        self._played, self._say, self._inputs = played, say, inputs
        self._skipped = 0.0
        self.sections = Sections(section, self.scene.output_plan.section_path)
        if not self.sections.wants_current():
            # Manim has begun the first section by itself, as one that is drawn and saved.
            first = self.file_writer.sections[-1]
            first.skip_animations, first.video = True, None

    def construct(self) -> None:
        """Keep what was drawn when the scene raises: the last play, or the section that is wanted."""
        try:
            super().construct()
        except EndSceneEarlyException:
            raise
        except Exception as error:
            # Manim would throw away the play that was being written, which shows where the fault is.
            with suppress(RuntimeError):
                self.file_writer.close_partial_movie_stream()
            if self.sections.wants_current() or not self.sections.chosen():
                raise
            # Whoever works on one section need not have mended those that come after it.
            self._say(f"it raises after the section: {type(error).__name__}: {error}")

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Report the play when it is over."""
        skipped, start = self._skips(), self.time
        super().play(*args, **kwargs)
        if skipped:
            self._skipped += self.time - start
        self.sections.current.plays += 1
        self._played(self.num_plays)

    def next_section(
        self, name: str = "unnamed", section_type: str = "default.normal", skip_animations: bool = False
    ) -> None:
        """Skip every section that is not wanted, and draw one that is, even if the scene skips it."""
        self.sections.begin(name, self._film_time)
        if self.sections.wanted is not None:
            skip_animations = not self.sections.wants_current()
        super().next_section(name, section_type, skip_animations)

    def add_sound(
        self, sound_file: str, time_offset: float = 0, gain: float | None = None, **kwargs: Any
    ) -> None:
        """Add the sound where the film is now, and record the file as an input."""
        # libav opens the file: Python's audit hooks do not see it.
        self._inputs.add(sound_file)
        # Manim asks whether the last play was skipped, and so loses the first sound of the next section.
        if self._skips():
            return
        now = self._film_time + time_offset
        if self.time + time_offset >= 0:
            # It begins in what is skipped. Before its beginning, the film has no place for it.
            now = max(now, 0.0)
        self.file_writer.add_sound(sound_file, now, gain, **kwargs)

    def post_construct(self) -> None:
        """Give the films of sections their sound: Manim gives it to the whole film alone."""
        super().post_construct()
        writer: Any = self.file_writer
        # A scene may have a writer of any class.
        if not getattr(writer, "includes_sound", False) or not self.output_spec.save_sections:
            return
        sections = self.sections.played
        starts = [section.start for section in sections]
        for section, span in zip(sections, pairwise([*starts, self._film_time]), strict=True):
            film = self.scene.output_plan.section_path(section.number, section.name)
            start, end = (round(1000 * moment) for moment in span)
            if film.exists() and len(sound := writer.audio_segment[start:end]):
                add_sound_track(film, sound)

    @property
    def _film_time(self) -> float:
        """Where the film is, in seconds: the time of the scene goes on in what is skipped."""
        return self.time - self._skipped

    def _skips(self) -> bool:
        """Return whether a play would be skipped now, by the rules of Manim's renderer."""
        before = config.from_animation_number > 0 and self.num_plays < config.from_animation_number
        section = self.file_writer.sections[-1]
        return before or section.skip_animations or self.output_spec.is_still or self.scene.skip_animations
