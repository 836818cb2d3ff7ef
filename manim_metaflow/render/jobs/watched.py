"""Follow a scene while it is rendered: its plays, its sections, the sounds it reads."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from manim import Manager, Scene
from manim.utils.exceptions import EndSceneEarlyException

from manim_metaflow.render.jobs.inputs import Notes

__all__ = ["Watched"]


class Watched(Manager[Scene]):
    """Tells of every play, and skips what is not in the section that is asked for."""

    def __init__(
        self, scene: Scene, played: Callable[[int], None], notes: Notes, section: str | None
    ) -> None:
        super().__init__(scene)
        self._played, self._notes, self._section = played, notes, section
        self.sections: list[str] = []
        self.found: int | None = None
        if section is not None:
            self.file_writer.sections[-1].skip_animations = True

    def construct(self) -> None:
        """Keep what was encoded of a play in which the scene raised."""
        try:
            super().construct()
        except EndSceneEarlyException:
            raise
        except Exception:
            # The play that was being written has begun well; Manim would throw it away.
            with suppress(RuntimeError):
                self.file_writer.close_partial_movie_stream()
            raise

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Tell of the play when it is over."""
        super().play(*args, **kwargs)
        self._played(self.num_plays)

    def next_section(
        self, name: str = "unnamed", section_type: str = "default.normal", skip_animations: bool = False
    ) -> None:
        """Skip what is not the section asked for, and end after it."""
        if self._section is None:
            super().next_section(name, section_type, skip_animations)
            return
        if self.found is not None:
            raise EndSceneEarlyException
        self.sections.append(name)
        super().next_section(name, section_type, skip_animations or name != self._section)
        if name == self._section:
            self.found = len(self.file_writer.sections) - 1

    def add_sound(
        self, sound_file: str, time_offset: float = 0, gain: float | None = None, **kwargs: Any
    ) -> None:
        """Note the file that is heard."""
        # libav opens it, where Python does not see it.
        self._notes.also(sound_file)
        super().add_sound(sound_file, time_offset, gain, **kwargs)
