"""Watch a scene as its viewer does: every frame, small, with the captions and sections it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import manim as mn
import numpy as np
from manim.scene.section import DefaultSectionType
from manim.utils.color import ManimColor

from manim_metaflow.testing.checks import check_frame, frame_of, named_boxes
from manim_metaflow.testing.contrast import TEXT_CONTRAST, text_contrasts
from manim_metaflow.testing.film.log import (
    GRID,
    Blocks,
    Caption,
    Chapter,
    FilmLog,
    Flaw,
    NamedThing,
    blocks_in,
)
from manim_metaflow.testing.frames import Frame, still_config
from manim_metaflow.testing.ink import box_of
from manim_metaflow.testing.structure import facts_of

__all__ = ["watch_film"]

RESOLUTION = (256, 144)
"""Enough to see that something moves; eight pixels a block."""

FRAME_RATE = 15.0
"""A change that is over in less than a fifteenth of a second is a flash at any frame rate."""

LOOK_EVERY = 0.5
"""Seconds between two looks at what overlaps, leaves the frame or is too small while things move."""

REST_FRAMES = 5
"""Frames without a change after which the film rests: a motion that begins or ends smoothly is slower."""

IN_FLIGHT = ("text-overlap", "text-over-node")
"""What must not happen while things move either: letters cannot be read through one another."""

NOTICEABLE = 12
"""Difference of a pixel's channel, of 255, below which a change is not seen: fades begin with less."""


def watch_film(
    scene_class: type[mn.Scene],
    *,
    prepare: Callable[[mn.Scene], object] | None = None,
    margin: float = 0.03,
    min_font_size: float = 14,
) -> FilmLog:
    """Run a scene, drawing every frame small, and keep what rules of pace and legibility need.

    Parameters
    ----------
    scene_class
        Any scene of the Cairo renderer.
    prepare
        Called with the scene before it begins, for instance to give it a faster renderer.
    margin
        Share of the frame's width and height along its edges that has to stay empty.
    min_font_size
        Smallest Manim font size, as it appears on the frame.

    Returns
    -------
    FilmLog
        The film, at 15 frames a second.

    Examples
    --------
    >>> class Short(mn.Scene):
    ...     def construct(self):
    ...         self.play(mn.FadeIn(mn.Square()), subcaption="A square")
    ...         self.wait(1)
    >>> log = watch_film(Short)
    >>> log.seconds, [caption.text for caption in log.captions]
    (2.0, ['A square'])
    """
    with still_config(RESOLUTION), mn.tempconfig({"frame_rate": FRAME_RATE}):
        scene: Any = type(scene_class.__name__, (_Watched, scene_class), {})()
        if prepare is not None:
            prepare(scene)
        viewer = _Viewer(scene, margin=margin, min_font_size=min_font_size)
        scene.attach(viewer)
        scene.render()
    return viewer.log


class _Viewer:
    """Sees each frame as it is handed to the encoder."""

    def __init__(self, scene: mn.Scene, *, margin: float, min_font_size: float) -> None:
        self.log = FilmLog(type(scene).__name__, FRAME_RATE)
        self._scene = scene
        self._margin, self._min_font_size = margin, min_font_size
        self._before: list[Frame] = []
        self._next_look = 0.0
        self._quiet = 0
        self._caption_area = np.zeros(GRID, dtype=bool)

    @property
    def now(self) -> float:
        return self.log.seconds

    def see(self, pixels: Frame, repeat: int) -> None:
        # In unsigned bytes, a difference below zero would come out as a large one.
        frame = np.asarray(pixels)[..., :3].astype(np.int16)
        self._note(frame)
        before, moves = self._quiet, bool(self.log.changes[-1].any())
        self._quiet = repeat - 1 if moves else before + repeat
        # A rest is looked at once, as it begins, and motion every so often.
        if before < REST_FRAMES <= self._quiet:
            self._look_at_rest()
        elif moves and self.now >= self._next_look:
            self._look_in_motion()
        # What is held does not change, so only its length counts.
        for _ in range(repeat - 1):
            self._note(frame)

    def _note(self, frame: Any) -> None:
        log = self.log
        steps = [np.abs(frame - other) for other in self._before]
        log.changes.append(_blocks(steps[0]) if steps else np.ones(GRID, dtype=bool))
        jumps = [float(step.mean()) for step in steps] + [0.0, 0.0]
        log.jumps.append((jumps[0], jumps[1]))
        log.brightness.append(float(frame.mean()))
        self._before = [frame, *self._before[:1]]

    def _look_at_rest(self) -> None:
        second, scene = self.now, self._scene
        problems = check_frame(scene, min_font_size=self._min_font_size, margin=self._margin)
        self.log.flaws += [Flaw(second, problem.kind, problem.message) for problem in problems]
        faint = {text: ratio for text, ratio in _contrasts(scene) if ratio < TEXT_CONTRAST}
        for text, ratio in faint.items():
            message = f"{text[:40]!r} has a contrast of {ratio:.1f} to 1, at least {TEXT_CONTRAST:g}"
            self.log.flaws.append(Flaw(second, "contrast", message))
        frame = frame_of(scene)
        things = [NamedThing(name, blocks_in(box, frame)) for name, box in named_boxes(scene)]
        self.log.things.append((second, things))

    def _look_in_motion(self) -> None:
        self._next_look = self.now + LOOK_EVERY
        problems = [each for each in check_frame(self._scene) if each.kind in IN_FLIGHT]
        for kind in dict.fromkeys(each.kind for each in problems):
            first, *more = [each.message for each in problems if each.kind == kind]
            message = f"in motion, {first}" + (f", and {len(more)} more such pairs" if more else "")
            self.log.flaws.append(Flaw(self.now, kind, message))

    def caption(self, text: str, start: float, end: float) -> None:
        """Note a caption; its text is on the frame now, if it is drawn at all."""
        here = _area_of(text, self._scene)
        self.log.captions.append(Caption(text, start, end, here | self._caption_area))
        self._caption_area = here


class _Watched(mn.Scene):
    """Mixed in before the user's scene class. Its one attribute has a name no scene uses by chance."""

    __viewer: _Viewer

    def attach(self, viewer: _Viewer) -> None:
        self.__viewer = viewer
        writer: Any = self.renderer.file_writer
        write = writer.write_frame

        def see(pixels: Frame, *, repeat: int = 1) -> None:
            viewer.see(pixels, repeat)
            write(pixels, repeat=repeat)

        writer.write_frame = see

    def next_section(
        self,
        name: str = "unnamed",
        section_type: str = DefaultSectionType.NORMAL,
        skip_animations: bool = False,
    ) -> None:
        self.__viewer.log.chapters.append(Chapter(name, str(section_type), self.__viewer.now))
        super().next_section(name, section_type, skip_animations)

    def add_subcaption(self, content: str, duration: float = 1, offset: float = 0) -> None:
        start = self.__viewer.now + offset
        self.__viewer.caption(content, start, start + duration)
        super().add_subcaption(content, duration, offset)


def _blocks(difference: Any) -> Blocks:
    """Return the blocks in which a difference of pixels can be seen."""
    seen = (difference > NOTICEABLE).any(axis=2)
    rows, columns = GRID
    height, width = seen.shape
    return np.asarray(seen.reshape(rows, height // rows, columns, width // columns).any(axis=(1, 3)))


def _contrasts(scene: mn.Scene) -> Iterator[tuple[str, float]]:
    camera: Any = scene.camera
    background = ManimColor(camera.background_color).to_hex()
    for _, text, ratio in text_contrasts(scene.mobjects, background, dimmed=False):
        yield text, ratio


def _area_of(text: str, scene: mn.Scene) -> Blocks:
    words = text.split()
    for top in scene.mobjects:
        for part in top.get_family():
            if _words_of(part) == words:
                return blocks_in(box_of(part.get_family()), frame_of(scene))
    return np.zeros(GRID, dtype=bool)


def _words_of(mobject: mn.Mobject) -> list[str]:
    """Return the words that a mobject, or the lines directly in it, consist of."""
    return [word for text in _texts_of(mobject) for word in text.split()]


def _texts_of(mobject: mn.Mobject) -> Iterator[str]:
    for part in (mobject, *mobject.submobjects):
        text = facts_of(part).get("text") or getattr(part, "text", None)
        if isinstance(text, str):
            yield text
            if part is mobject:
                return
