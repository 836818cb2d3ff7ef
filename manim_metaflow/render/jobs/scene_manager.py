"""Follow a scene while it is rendered: count its plays, choose a section, record the sounds it reads."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from manim import Manager, Scene
from manim.utils.exceptions import EndSceneEarlyException

from manim_metaflow.render.jobs.inputs import InputRecorder

__all__ = ["SceneManager"]


class SceneManager(Manager[Scene]):
    """Manim's manager, which reports every play and renders only the section that is wanted."""

    def __init__(
        self, scene: Scene, played: Callable[[int], None], inputs: InputRecorder, section: str | None
    ) -> None:
        super().__init__(scene)
        self._played, self._inputs, self._section = played, inputs, section
        self.sections: list[str] = []
        self.found: int | None = None
        if section is not None:
            self.file_writer.sections[-1].skip_animations = True

    def construct(self) -> None:
        """Keep the encoded frames of a play in which the scene raised."""
        try:
            super().construct()
        except EndSceneEarlyException:
            raise
        except Exception:
            # Manim would throw away the play that was being written, which shows where the fault is.
            with suppress(RuntimeError):
                self.file_writer.close_partial_movie_stream()
            raise

    def play(self, *args: Any, **kwargs: Any) -> None:
        """Report the play when it is over."""
        super().play(*args, **kwargs)
        self._played(self.num_plays)

    def next_section(
        self, name: str = "unnamed", section_type: str = "default.normal", skip_animations: bool = False
    ) -> None:
        """Skip every other section than the one that is wanted, and end after that one."""
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
        """Record the file as an input."""
        # libav opens the file: Python's audit hooks do not see it.
        self._inputs.add(sound_file)
        super().add_sound(sound_file, time_offset, gain, **kwargs)
