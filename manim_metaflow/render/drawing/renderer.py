"""Manim's Cairo renderer, drawing only what has changed since the frame before."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from manim.mobject.mobject import Mobject
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene import Scene
from manim.utils.iterables import list_update

from manim_metaflow.render.drawing.canvas import Canvas, whole_pixels
from manim_metaflow.render.drawing.dirty import Box, merge
from manim_metaflow.render.drawing.film import FilmWriter
from manim_metaflow.render.drawing.reader import Drawn, Reader
from manim_metaflow.render.drawing.seams import UnknownDrawingError, check_kinds, why_not_hooks
from manim_metaflow.render.drawing.shares import CannotShareError, Share
from manim_metaflow.render.drawing.touched import reports_touched, take_touched

__all__ = ["FastRenderer"]

Pixels = npt.NDArray[Any]
Say = Callable[[str], object]


class FastRenderer(CairoRenderer):
    """A renderer whose frames equal those of Manim's own, pixel by pixel; made by :meth:`take_over`.

    Attributes
    ----------
    given_up
        Why Manim draws the rest of the scene; ``None`` as long as it need not.
    """

    given_up: str | None

    @classmethod
    def take_over(
        cls, plain: CairoRenderer, say: Say, share: Share | None = None, verify: int = 0
    ) -> FastRenderer:
        """Turn Manim's renderer into a fast one.

        It stays the same object: a scene may have kept it when it was made, or patched it.

        Parameters
        ----------
        plain
            Manim's renderer, which has not drawn yet.
        say
            Called with what the user should know: why Manim draws the rest of the scene.
        share
            What to draw, if not all.
        verify
            Every so many frames, Manim draws one again, and it is compared; never if 0.
        """
        plain.__class__ = cls
        fast = cast(FastRenderer, plain)
        fast.prepare(say, share, verify)
        return fast

    def prepare(self, say: Say, share: Share | None, verify: int) -> None:
        """Begin with a frame of which nothing is known."""
        camera = self.camera
        self.given_up = None
        self._say = say
        self._share = share
        self._verify = verify
        self._drawn = 0
        self._array = camera.pixel_array
        self._canvas = Canvas(camera.pixel_height, camera.pixel_width)
        self._reader = Reader(camera)
        self._changed: list[list[Box]] = []
        self._play_background: Pixels | None = None
        self._static: list[Drawn] = []
        # Stands for the static image, which is never drawn; Manim's own, should it draw, is an array too.
        self._token: Any = np.zeros((0, 0, 4), dtype=np.uint8)
        self._manims_static: Pixels | None = None
        self._copied: Pixels | None = None
        self._copy: Pixels = np.zeros((0, 0), dtype=np.uint32)
        self._playing = False
        self._reports_touched = False
        self._idle = False

    def play(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        """Play, or step through what another process draws."""
        share = self._share
        if share is not None and share.begins_span(scene, self.time):
            self._idle = not share.drawn
            self.file_writer.begin_span(self._idle)
        super().play(scene, *args, **kwargs)
        # What comes between two plays is the scene's: anything may change there.
        self._playing = self._reports_touched = False

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
        self.static_image, self._playing = None, False
        self._static, self._reports_touched = [], False
        if self.given_up is None:
            try:
                self._check()
                self._reports_touched = reports_touched(scene)
                self._play_background = self._background()
                # As in Manim, which draws the whole scene here where an iterable is given that is not empty.
                if not static_mobjects:
                    return None
                static_mobjects = list(static_mobjects)
                self._reader.forget([*scene.mobjects, *scene.foreground_mobjects])
                self._reader.look()
                self._static = self._reader.read(static_mobjects, "static")
            except UnknownDrawingError as unknown:
                self._give_up(str(unknown))
        if self.given_up is not None:
            return super().save_static_frame_data(scene, static_mobjects)
        if self._verify:
            self._manims_static = self._drawn_by_manim(scene, static_mobjects, None)
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
        if self.given_up is None and ours and include_submobjects and not kwargs and self._same_camera():
            try:
                if not self._reports_touched:
                    self._check()
                self._draw(scene, mobjects)
            except UnknownDrawingError as unknown:
                self._give_up(str(unknown))
            else:
                return
        self._draw_by_manim(scene, mobjects, include_submobjects=include_submobjects, **kwargs)

    def _check(self) -> None:
        """Check that all that is stood in for is Manim's own still: code of the user's may have run."""
        reason = why_not_hooks(self)
        if self.camera is not self._reader.camera or not self._same_camera():
            # What was read and drawn so far belongs to the other one.
            reason = "it has another camera, or its camera other pixels, than when it began"
        if reason is not None:
            raise UnknownDrawingError(reason)
        check_kinds()

    def _draw(self, scene: Scene, mobjects: list[Mobject]) -> None:
        self._reader.look()
        touched = take_touched(scene) if self._reports_touched else None
        things = self._reader.read(mobjects, "moving", touched if self._playing else None)
        background = self._play_background
        if self.static_image is None:
            # Manim lays the background under every frame anew, as it is then.
            background = self._background(look_inside=not self._reports_touched)
        else:
            things = self._static + things
        assert background is not None
        boxes = self._canvas.show(background, things)
        # The scene may have drawn on the camera's pixels between two plays.
        shown = boxes if self._playing else [(0, 0, *self._canvas.pixels.shape[1::-1])]
        for left, top, right, bottom in shown:
            self._array[top:bottom, left:right] = self._canvas.pixels[top:bottom, left:right]
        self._changed.append(boxes)
        self._drawn += 1
        if self._verify and self._drawn % self._verify == 0:
            self._compare(scene, mobjects)

    def _compare(self, scene: Scene, mobjects: list[Mobject]) -> None:
        """Let Manim draw the frame again, and leave the rest to it if that is another one."""
        static = None if self.static_image is None else self._manims_static
        same = (self._drawn_by_manim(scene, mobjects, static) == self._canvas.pixels).all()
        if not same:
            # Manim goes on with this play, and lays what moves over its own picture of what does not.
            if static is not None:
                self.static_image = static
            raise UnknownDrawingError(f"the frame at {self.time:.2f} s differs from Manim's")

    def _drawn_by_manim(self, scene: Scene, mobjects: Iterable[Mobject], static: Pixels | None) -> Pixels:
        before, self.static_image = self.static_image, static
        super().update_frame(scene, mobjects)
        self.static_image = before
        return self.camera.pixel_array.copy()

    def _draw_by_manim(self, scene: Scene, mobjects: list[Mobject], **kwargs: Any) -> None:
        if self.static_image is self._token:
            # Manim draws what moves over a picture of the rest, which has not been drawn so far.
            still = Canvas(*self._canvas.pixels.shape[:2])
            assert self._play_background is not None
            still.show(self._play_background, self._static)
            self.static_image = still.pixels
        super().update_frame(scene, mobjects, **kwargs)
        if self.given_up is None and self._same_camera():
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
            # Of a background of one colour a single pixel is kept, seen as an array of the frame's size.
            plain = bool((pixels == pixels[0, 0]).all())
            self._copy = np.broadcast_to(pixels[0, 0].copy(), pixels.shape) if plain else pixels.copy()
            self._copied = background
        return self._copy

    def _give_up(self, reason: str) -> None:
        self.given_up = reason
        self._say(f"drawn by Manim itself from {self.time:.2f} s on: {reason}")
        if self._share is not None:
            # A patch may do more than draw, and the processes that only step through do not draw.
            raise CannotShareError(reason)

    def render(self, scene: Scene, time: float, moving_mobjects: Iterable[Mobject] | None = None) -> None:
        """Draw a frame and hand it over; a skipped one is drawn too, since the scene may look at it."""
        if self.given_up is not None:
            super().render(scene, time, moving_mobjects)
            return
        self.update_frame(scene, moving_mobjects)
        self._playing = True
        self._hand_over(1)

    def freeze_current_frame(self, duration: float) -> None:
        """Hand the current frame over as often as it is to be seen."""
        if self.given_up is not None:
            super().freeze_current_frame(duration)
            return
        # Manim's own arithmetic: `duration * frame_rate` is rounded to another number of frames now and
        # then.
        self._hand_over(int(duration / (1 / self.camera.frame_rate)))

    def _hand_over(self, times: int) -> None:
        writer = self.file_writer
        if self.skip_animations:
            return
        if self._idle:
            self.time += times * (1 / self.camera.frame_rate)
            return
        if self.given_up is None and isinstance(writer, FilmWriter) and self._same_camera():
            self.time += times * (1 / self.camera.frame_rate)
            # The boxes of one drawing share no pixel already.
            boxes = self._changed[0] if len(self._changed) == 1 else merge(chain(*self._changed))
            writer.write_change(self._canvas.pixels, boxes, repeat=times)
            self._changed = []
        else:
            self.add_frame(self.get_frame(), num_frames=times)

    def scene_finished(self, scene: Scene) -> None:
        """Note what the scene ends with, for the other processes that draw it, and end it."""
        if self._share is not None:
            self._share.mark(scene, self.time)
        super().scene_finished(scene)


def _same(one: Pixels, other: Any) -> bool:
    return one.shape == other.shape[:2] and bool((one == whole_pixels(other)).all())
