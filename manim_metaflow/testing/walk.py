"""Run a scene without its video and stop at the end of every beat, or of every section.

Plays are taken to their ends in one step, which is exact unless something on the scene is updated from
frame to frame (updaters, ``UpdateFromFunc``): such plays go through every frame, undrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import manim as mn
from manim.scene.section import DefaultSectionType
from manim.utils.color import ParsableManimColor

from manim_metaflow.manim_internals import skip_plays
from manim_metaflow.testing.frames import DEFAULT_RESOLUTION, Frame, current_frame, still_config
from manim_metaflow.testing.lockstep import in_lockstep
from manim_metaflow.testing.structure import structure_of

__all__ = ["Beat", "SectionFrame", "beat_frames", "section_frames"]

_FIRST_SECTION = "autocreated"
"""What Manim calls the section before the first ``next_section``."""


class Beat(NamedTuple):
    """The end of a beat: what the viewer has before the eyes when the next caption comes."""

    caption: str
    section: str
    frame: Frame
    scene: mn.Scene
    """Live: it is paused until the iterator is asked for the next beat."""


class SectionFrame(NamedTuple):
    """The end of a section."""

    name: str
    frame: Frame
    structure: list[dict[str, Any]]


_Cut = Callable[[mn.Scene, str, str], None]


def section_frames(
    scene_class: type[mn.Scene],
    *,
    resolution: tuple[int, int] = DEFAULT_RESOLUTION,
    background: ParsableManimColor | None = None,
) -> Iterator[SectionFrame]:
    """Run a scene and give the last frame of each of its sections.

    Parameters
    ----------
    scene_class
        Any scene of the Cairo renderer.
    resolution
        Width and height in pixels.
    background
        Colour behind everything, unless the scene sets its own; ``config.background_color`` by default.

    Yields
    ------
    SectionFrame
        In the order of the scene. A section without a play is left out, as in Manim, unless nothing in
        the scene plays: then its end is the only one.

    Notes
    -----
    The end of a section is the state of the scene when ``next_section`` is called, so put ``clear()``
    and the like after that call.

    Examples
    --------
    >>> import manim
    >>> class TwoActs(manim.Scene):
    ...     def construct(self):
    ...         self.next_section("one")
    ...         self.play(manim.FadeIn(manim.Square()))
    ...         self.next_section("two")
    ...         self.play(manim.FadeIn(manim.Circle()))
    >>> [section.name for section in section_frames(TwoActs, resolution=(160, 90))]
    ['one', 'two']
    """
    found: list[SectionFrame] = []

    def keep(scene: mn.Scene, _caption: str, section: str) -> None:
        found.append(SectionFrame(section, current_frame(scene), structure_of(scene)))

    with still_config(resolution, background):
        _walk(scene_class, keep, at_captions=False)
    yield from found


def beat_frames(
    scene_class: type[mn.Scene],
    *,
    resolution: tuple[int, int] = DEFAULT_RESOLUTION,
    background: ParsableManimColor | None = None,
) -> Iterator[Beat]:
    """Run a scene and stop at the end of every beat.

    A beat begins with a caption (``play(..., subcaption=...)`` or ``add_subcaption``) and ends just
    before the next one, the next section, or the end of the scene. A caption added with a negative
    offset, for what was played just now, ends its beat. Plays that come before the first
    caption of a section are a beat with an empty caption; captions with no play between them are one.

    Parameters
    ----------
    scene_class
        Any scene of the Cairo renderer.
    resolution
        Width and height in pixels.
    background
        Colour behind everything, unless the scene sets its own; ``config.background_color`` by default.

    Yields
    ------
    Beat
        Its ``scene`` can be examined until the next beat is asked for. Until then ``manim.config`` is
        that of the walk.

    Examples
    --------
    >>> import manim
    >>> class Talk(manim.Scene):
    ...     def construct(self):
    ...         self.play(manim.FadeIn(manim.Square()), subcaption="A square")
    ...         self.wait()
    ...         self.play(manim.FadeIn(manim.Circle()), subcaption="and a circle")
    >>> [(beat.caption, beat.frame.shape) for beat in beat_frames(Talk, resolution=(160, 90))]
    [('A square', (90, 160, 4)), ('and a circle', (90, 160, 4))]
    """

    def run(emit: Callable[[Beat], None]) -> None:
        def cut(scene: mn.Scene, caption: str, section: str) -> None:
            emit(Beat(caption, section, current_frame(scene), scene))

        with still_config(resolution, background):
            _walk(scene_class, cut, at_captions=True)

    yield from in_lockstep(run)


def _walk(scene_class: type[mn.Scene], cut: _Cut, *, at_captions: bool) -> None:
    # A subclass made here, in front of the user's class: its methods are asked first, and the class itself
    # stays as it is.
    scene: _Walked = type(scene_class.__name__, (_Walked, scene_class), {})()
    scene.attach(_Walker(scene, cut, at_captions=at_captions))
    scene.render()


class _Walker:
    """Knows where in the scene we are, and calls ``cut`` at each end."""

    def __init__(self, scene: mn.Scene, cut: _Cut, *, at_captions: bool) -> None:
        self.playing: str | None = None
        """Caption of the play that goes on, empty if it has none."""
        self._scene = scene
        self._cut = cut
        self._at_captions = at_captions
        self._section = _FIRST_SECTION
        self._caption = ""
        self._plays = 0
        self._cuts = 0

    def begin_section(self, name: str) -> None:
        self._close()
        self._section = name

    def begin_beat(self, caption: str) -> None:
        if not self._at_captions:
            return
        # Captions with no play between them are seen together.
        if self._caption and not self._plays:
            self._caption = f"{self._caption} {caption}"
            return
        self._close()
        self._caption = caption

    def end_beat(self, caption: str) -> None:
        """Name what was played since the last caption."""
        if self._at_captions:
            self._caption = caption
            self._close()

    @contextmanager
    def play(self, caption: str | None) -> Iterator[None]:
        if caption:
            self.begin_beat(caption)
        self.playing = caption or ""
        try:
            yield
        finally:
            self.playing = None
        self._plays += 1

    def end(self) -> None:
        # A scene that plays nothing still has an end to look at.
        if self._plays or self._caption or not self._cuts:
            self._call_cut()

    def _close(self) -> None:
        if self._plays or self._caption:
            self._call_cut()
        self._caption = ""
        self._plays = 0

    def _call_cut(self) -> None:
        self._cut(self._scene, self._caption, self._section)
        self._cuts += 1


class _Walked(mn.Scene):
    """Mixed in before the user's scene class. Its one attribute has a name no scene uses by chance."""

    __walker: _Walker

    def attach(self, walker: _Walker) -> None:
        self.__walker = walker
        renderer = self.renderer
        if not isinstance(renderer, mn.CairoRenderer):
            raise TypeError(f"cannot walk through {self}: only scenes of the Cairo renderer are supported")
        draw = renderer.update_frame

        def draw_between_plays(*args: Any, **kwargs: Any) -> None:
            if walker.playing is None:
                draw(*args, **kwargs)

        renderer.update_frame = draw_between_plays  # type: ignore[method-assign]
        skip_plays(renderer)

    def construct(self) -> None:
        super().construct()
        self.__walker.end()

    def next_section(
        self,
        name: str = "unnamed",
        section_type: str = DefaultSectionType.NORMAL,
        skip_animations: bool = False,
    ) -> None:
        self.__walker.begin_section(name)
        super().next_section(name, section_type, skip_animations)

    def add_subcaption(self, content: str, duration: float = 1, offset: float = 0) -> None:
        # Manim adds the caption of a play when the play is over.
        if content != self.__walker.playing:
            if offset < 0 and duration + offset <= 1e-6:
                self.__walker.end_beat(content)
            else:
                self.__walker.begin_beat(content)
        super().add_subcaption(content, duration, offset)

    def play(self, *args: Any, subcaption: str | None = None, **kwargs: Any) -> None:
        with self.__walker.play(subcaption):
            super().play(*args, subcaption=subcaption, **kwargs)

    def play_internal(self, skip_rendering: bool = False) -> None:
        super().play_internal(skip_rendering=True)
        # Manim leaves this out of skipped plays: what is redrawn would show the state before the end.
        self.update_mobjects(0)

    def get_time_progression(
        self,
        run_time: float,
        description: str,
        n_iterations: int | None = None,
        override_skip_animations: bool = False,
    ) -> Any:
        every_frame = override_skip_animations or _changes_from_frame_to_frame(self)
        return super().get_time_progression(run_time, description, n_iterations, every_frame)


def _changes_from_frame_to_frame(scene: mn.Scene) -> bool:
    animations = list(_flatten(scene.animations or []))
    if scene.updaters or any(isinstance(a, mn.UpdateFromFunc | mn.PhaseFlow) for a in animations):
        return True
    mobjects: list[Any] = list(scene.mobjects)
    mobjects += [animation.mobject for animation in animations if animation.mobject is not None]
    return any(part.updaters for mobject in mobjects for part in mobject.get_family())


def _flatten(animations: Iterable[mn.Animation]) -> Iterator[mn.Animation]:
    for animation in animations:
        yield animation
        yield from _flatten(getattr(animation, "animations", ()))
