"""A watermark is on every frame, the same whoever draws it, and on nothing else."""

from __future__ import annotations

from typing import Any

import manim as mn
import numpy as np
import numpy.typing as npt
import pytest
from source_frames import small

from manim_metaflow.errors import UsageError
from manim_metaflow.render.drawing.accelerate import accelerate
from manim_metaflow.render.drawing.strips import Change
from manim_metaflow.render.drawing.watermark import Watermark, mark_frames

Pixels = npt.NDArray[Any]


class Busy(mn.MovingCameraScene):
    """Things move below the corner, and the camera moves."""

    def construct(self) -> None:
        disc = mn.Dot([-4, 3.6, 0], radius=0.5, color=mn.WHITE)
        self.add(disc, mn.Square().shift(3 * mn.DOWN))
        self.play(disc.animate.shift(11 * mn.RIGHT), run_time=1)
        self.wait(0.5)
        self.play(self.camera.frame.animate.shift(2 * mn.LEFT).scale(0.6), run_time=1)
        self.clear()
        self.play(mn.FadeIn(mn.Circle()), run_time=0.5)


def film(watermark: Watermark | None, *, fast: bool) -> list[Pixels]:
    """Render to a file, and return every frame as the encoder gets it."""
    with small(dry_run=False):
        scene = Busy()
        if fast:
            assert accelerate(scene) is None
        writer: Any = scene.renderer.file_writer
        write, frames = writer.write_frame, []

        def keep(pixels: Pixels | Change, *, repeat: int = 1) -> None:
            whole = frames[-1].copy() if frames else np.zeros((108, 192, 4), np.uint8)
            if isinstance(pixels, Change):
                pixels.put_into(whole)
            else:
                whole[...] = pixels
            frames.extend([whole] * repeat)
            write(pixels, repeat=repeat)

        writer.write_frame = keep
        mark_frames(scene, watermark)
        scene.render()
    return frames


def test_frames_drawn_fast_are_marked_like_manims() -> None:
    mark = Watermark("Draft 3")
    bare, plain, fast = film(None, fast=False), film(mark, fast=False), film(mark, fast=True)
    assert len(bare) == len(plain) == len(fast) == 18
    for without, by_manim, by_us in zip(bare, plain, fast, strict=True):
        assert np.array_equal(by_manim, by_us)
        apart = (without != by_manim).any(axis=2)
        rows, columns = np.nonzero(apart)
        assert rows.max() < 16  # in the corner, wherever the camera looks
        assert columns.min() > 140
        assert apart.sum() > 30


def test_a_still_is_marked_too() -> None:
    with small(dry_run=False, format="png"):
        scene = Busy()
        saved: list[Pixels] = []
        scene.renderer.file_writer.save_image = saved.append
        mark_frames(scene, Watermark("Draft 3"))
        scene.render()
    [still] = saved
    assert still[:16, 140:, :3].max() > 100


def test_what_is_written_is_counted() -> None:
    with small(dry_run=False):
        scene, counts = Busy(), []
        accelerate(scene)
        mark_frames(scene, None, counts.append)
        scene.render()
    assert sum(counts) == 18


@pytest.mark.parametrize("ground", ["#0E1117", "#FBFBFD", "#000000", "#808080"])
def test_it_can_be_read_on_any_ground(ground: str) -> None:
    frame = np.empty((480, 854, 3), np.uint8)
    frame[:] = under = [int(ground[at : at + 2], 16) for at in (1, 3, 5)]
    Watermark("III").paint(frame)
    strongest = np.abs(frame.astype(int) - np.array(under)).max()
    assert strongest > 60


def test_over_nothing_it_is_opaque_grey() -> None:
    frame = np.zeros((480, 854, 4), np.uint8)
    Watermark("III").paint(frame)
    assert frame[..., 3].max() > 240
    assert set(np.unique(frame[frame[..., 3] > 0][:, :3])) == {120}


def test_a_detail_of_a_frame_is_painted_as_the_frame_is() -> None:
    whole = np.zeros((108, 192, 4), np.uint8)
    detail = whole[2:40, 170:].copy()
    mark = Watermark("A long line of text")
    mark.paint(whole)
    mark.paint(detail, frame=(192, 108), offset=(170, 2))
    assert np.array_equal(detail, whole[2:40, 170:])


def test_a_long_line_is_made_smaller_until_it_fits() -> None:
    frame = np.zeros((90, 160, 3), np.uint8)
    Watermark("A line that is much too long for so small a frame").paint(frame)
    assert not frame[:, :2].any()
    assert frame.any()


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "one line of text"), (" ", "one line"), ("two\nlines", "one line"), ("漢", "no character '漢'")],
)
def test_what_cannot_be_painted_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Watermark(text)
