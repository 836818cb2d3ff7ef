"""What a scene hands to the encoder, drawn by Manim and drawn fast."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import manim as mn

from manim_metaflow.render.drawing.accelerate import accelerate
from manim_metaflow.render.drawing.shares import Share

Build = Callable[[Any], None]


@contextmanager
def small(width: int = 192, height: int = 108, fps: float = 6, **settings: Any) -> Iterator[None]:
    """Draw small and write nothing but what Manim insists on, into a directory that is removed."""
    with tempfile.TemporaryDirectory() as media:
        options: dict[str, Any] = {
            "pixel_width": width,
            "pixel_height": height,
            "frame_rate": fps,
            "media_dir": media,
            "disable_caching": True,
            "dry_run": True,
            "progress_bar": "none",
            "verbosity": "ERROR",
            "seed": 7,
        }
        with mn.tempconfig(options | settings):
            yield


def scene_of(build: Build, kind: type[mn.Scene] = mn.Scene) -> type[mn.Scene]:
    """Return a scene class that is built by a function."""
    return type(getattr(build, "__name__", "Built"), (kind,), {"construct": build})


def source_frames(scene_class: type[mn.Scene], *, fast: bool, verify: int = 0) -> list[tuple[str, int]]:
    """Render a scene and return the hash of every frame it hands over, and how often it is seen.

    With ``verify`` the scene must be drawn fast to its end.
    """
    scene: Any = scene_class()
    frames: list[tuple[str, int]] = []
    if fast:
        assert accelerate(scene, verify=verify) is None
    _listen(scene.renderer.file_writer, lambda: frames)
    scene.render()
    assert not verify or scene.renderer.given_up is None
    return frames


def _listen(writer: Any, frames: Callable[[], list[tuple[str, int]]]) -> None:
    write = writer.write_frame

    def listen(pixels: Any, *, repeat: int = 1) -> None:
        frames().append((hashlib.sha1(pixels.tobytes()).hexdigest(), repeat))
        write(pixels, repeat=repeat)

    writer.write_frame = listen


def differences(scene_class: type[mn.Scene], verify: int = 0) -> list[int]:
    """Return the numbers of the frames that differ; -1 if there are more or fewer."""
    plain = source_frames(scene_class, fast=False)
    fast = source_frames(scene_class, fast=True, verify=verify)
    assert plain, "the scene hands over no frame"
    wrong = [number for number, pair in enumerate(zip(plain, fast, strict=False)) if pair[0] != pair[1]]
    return wrong if len(plain) == len(fast) else [*wrong, -1]


def shared_frames(scene_class: type[mn.Scene], count: int) -> list[tuple[str, int]]:
    """Render a scene in shares and return their frames in the order of the film."""
    spans: dict[int, list[tuple[str, int]]] = {}
    marks = []
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            share = Share(number, count, Path(folder))
            scene = scene_class()
            assert accelerate(scene, share=share) is None
            _listen(scene.renderer.file_writer, lambda share=share: spans.setdefault(share.span, []))
            scene.render()
            marks.append(share.marks)
    assert all(mark == marks[0] for mark in marks)
    return [frame for _, frames in sorted(spans.items()) for frame in frames]
