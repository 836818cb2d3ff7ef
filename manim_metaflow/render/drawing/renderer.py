"""Manim's Cairo renderer, drawing only what has changed since the frame before."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from manim import logger
from manim.camera.camera import Camera
from manim.mobject.mobject import Mobject
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene import Scene
from manim.scene.scene_file_writer import SceneFileWriter
from manim.utils.iterables import list_update

from manim_metaflow.render.drawing.canvas import Canvas, whole_pixels
from manim_metaflow.render.drawing.dirty import Box, merge
from manim_metaflow.render.drawing.film import FilmWriter
from manim_metaflow.render.drawing.reader import Drawn, Reader
from manim_metaflow.render.drawing.seams import UnknownMobjectError
from manim_metaflow.render.drawing.shares import CannotShareError, Share
from manim_metaflow.render.drawing.touched import reports_touched, take_touched

__all__ = ["FastRenderer"]

Pixels = npt.NDArray[Any]


class FastRenderer(CairoRenderer):
    """A renderer whose frames equal those of the one it replaces, pixel by pixel.

    Parameters
    ----------
    plain
        The renderer to replace; its camera is taken over.
    file_writer_class
        What makes the file writer of the scene's settings.
    share
        What to draw, if not all.
    """

    def __init__(
        self, plain: CairoRenderer, file_writer_class: type[SceneFileWriter], share: Share | None = None
    ) -> None:
        super().__init__(
            file_writer_class=file_writer_class,
            camera_class=cast(type[Camera], lambda: plain.camera),
            skip_animations=plain.skip_animations,
        )
        camera = self.camera
        self._array = camera.pixel_array
        self._canvas = Canvas(camera.pixel_height, camera.pixel_width)
        self._reader = Reader(camera)
        self._changed: list[list[Box]] = []
        self._play_background: Pixels | None = None
        self._static: list[Drawn] = []
        # Stands for the static image, which is never drawn; Manim's own, should it draw, is an array too.
        self._token: Any = np.zeros((0, 0, 4), dtype=np.uint8)
        self._copied: Pixels | None = None
        self._copy: Pixels = np.zeros((0, 0), dtype=np.uint32)
        self._by_manim = False
        self._playing = False
        self._reports_touched = False
        self._share = share
        self._idle = False

    def play(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        """Play, or step through what another process draws."""
        share = self._share
        if share is not None and share.begins_span(scene, self.time):
            self._idle = not share.drawn
            self.file_writer.begin_span(self._idle)
        super().play(scene, *args, **kwargs)

    def get_frame(self) -> Pixels:
        """Return the frame; there is none while another process draws."""
        if self._idle:
            raise CannotShareError("the scene asks for its own picture")
        return super().get_frame()

    def save_static_frame_data(self, scene: Scene, static_mobjects: Iterable[Mobject]) -> Pixels | None:
        """Note what does not move during a play, instead of drawing it."""
        if self._idle:
            self.static_image = None
            return None
        if self._by_manim:
            return super().save_static_frame_data(scene, static_mobjects)
        self.static_image, self._playing = None, False
        self._static, self._reports_touched = [], False
        if self.skip_animations:
            return None
        self._reports_touched = reports_touched(scene)
        self._play_background = self._background()
        # As in Manim, which draws the whole scene here where an iterable is given that is not empty.
        if not static_mobjects:
            return None
        try:
            self._reader.forget([*scene.mobjects, *scene.foreground_mobjects])
            self._reader.look()
            self._static = self._reader.read(static_mobjects, "static")
        except UnknownMobjectError as unknown:
            self._give_up(unknown)
            return super().save_static_frame_data(scene, static_mobjects)
        self.static_image = self._token
        return self.static_image

    def update_frame(
        self,
        scene: Scene,
        mobjects: Iterable[Mobject] | None = None,
        include_submobjects: bool = True,
        ignore_skipping: bool = True,
        **kwargs: Any,
    ) -> None:
        """Draw the frame, where it differs from the one before."""
        if self._idle or (self.skip_animations and not ignore_skipping):
            return
        if not mobjects:
            mobjects = list_update(scene.mobjects, scene.foreground_mobjects)
        mobjects = list(mobjects)
        ours = self.static_image is None or self.static_image is self._token
        if not self._by_manim and ours and include_submobjects and not kwargs and self._same_camera():
            try:
                self._draw(scene, mobjects)
            except UnknownMobjectError as unknown:
                self._give_up(unknown)
            else:
                return
        self._draw_by_manim(scene, mobjects, include_submobjects=include_submobjects, **kwargs)

    def _draw(self, scene: Scene, mobjects: list[Mobject]) -> None:
        self._reader.look()
        touched = take_touched(scene) if self._reports_touched else None
        things = self._reader.read(mobjects, "moving", touched if self._playing else None)
        background = self._play_background
        if self.static_image is None:
            background = self._background(look_inside=not self._playing)
        else:
            things = self._static + things
        assert background is not None
        boxes = self._canvas.show(background, things)
        for left, top, right, bottom in boxes:
            self._array[top:bottom, left:right] = self._canvas.pixels[top:bottom, left:right]
        self._changed.append(boxes)

    def _draw_by_manim(self, scene: Scene, mobjects: list[Mobject], **kwargs: Any) -> None:
        if self.static_image is self._token:
            still = Canvas(*self._canvas.pixels.shape[:2])
            assert self._play_background is not None
            still.show(self._play_background, self._static)
            self.static_image = still.pixels
        super().update_frame(scene, mobjects, **kwargs)
        if self._same_camera():
            self._canvas.take(self.camera.pixel_array)
            self._changed = [[(0, 0, *self._canvas.pixels.shape[1::-1])]]

    def _same_camera(self) -> bool:
        return self.camera.pixel_array is self._array

    def _background(self, *, look_inside: bool = True) -> Pixels:
        """Return the background in whole pixels, the same array as long as it looks the same."""
        background = self.camera.background
        assert background is not None
        if self._copied is not background or (look_inside and not _same(self._copy, background)):
            pixels = whole_pixels(background)
            plain = bool((pixels == pixels[0, 0]).all())
            self._copy = np.broadcast_to(pixels[0, 0].copy(), pixels.shape) if plain else pixels.copy()
            self._copied = background
        return self._copy

    def _give_up(self, unknown: UnknownMobjectError) -> None:
        self._by_manim = True
        logger.info("Drawn by Manim from here on: %s", unknown)

    def render(self, scene: Scene, time: float, moving_mobjects: Iterable[Mobject] | None = None) -> None:
        """Draw a frame and hand it over; a skipped one is neither drawn nor handed over."""
        if self.skip_animations:
            return
        self.update_frame(scene, moving_mobjects)
        self._playing = True
        self._hand_over(1)

    def freeze_current_frame(self, duration: float) -> None:
        """Hand the current frame over as often as it is to be seen."""
        self._hand_over(int(duration / (1 / self.camera.frame_rate)))

    def _hand_over(self, times: int) -> None:
        writer = self.file_writer
        if self._idle:
            if not self.skip_animations:
                self.time += times * (1 / self.camera.frame_rate)
            return
        if not self.skip_animations and isinstance(writer, FilmWriter) and self._same_camera():
            self.time += times * (1 / self.camera.frame_rate)
            # The boxes of one drawing share no pixel already.
            boxes = self._changed[0] if len(self._changed) == 1 else merge(chain(*self._changed))
            writer.write_change(self._canvas.pixels, boxes, repeat=times)
            self._changed = []
        else:
            self.add_frame(self.get_frame(), num_frames=times)


def _same(one: Pixels, other: Any) -> bool:
    return one.shape == other.shape[:2] and bool((one == whole_pixels(other)).all())
