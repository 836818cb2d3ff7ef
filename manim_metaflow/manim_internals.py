"""All that the library uses of Manim that is not public, in one place.

A release of Manim may change any of it without notice. The rest of the package uses the names below, so
that only this module has to follow. Which of Manim's drawing methods the fast engine replaces is listed in
:mod:`manim_metaflow.render.drawing.seams`.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from manim import Animation, CairoRenderer, Scene, __version__
from manim.scene.scene_file_writer import SceneFileWriter

try:
    from manim._config.output_plan import OutputPlan
    from manim._config.video_encoder import VideoEncoderSpec
    from manim.scene.video_segment_encoder import VideoSegmentEncoder
except ImportError:
    # Before 0.22 Manim writes films in another way: what is derived from these here is never used then.
    OutputPlan = VideoEncoderSpec = VideoSegmentEncoder = object  # type: ignore[assignment,misc]

__all__ = [
    "TESTED",
    "EncoderFileWriter",
    "OutputPlan",
    "SceneAnimation",
    "SegmentEncoder",
    "VideoEncoderSpec",
    "VideoSegmentEncoder",
    "skip_plays",
    "untested",
]

TESTED = ("0.22.0",)
"""The versions of Manim with which these names, and the pixels of the fast engine, were tested.

The mobjects and animations need little of Manim and work with others, too: ``make matrix-manim``.
"""


def untested() -> str | None:
    """Say that the Manim that is installed is not one the fast engine was tested with; ``None`` if it is."""
    if __version__ in TESTED:
        return None
    tested = ", ".join(TESTED)
    return f"Manim {__version__} is not a version the fast renderer was tested with ({tested})"


class SceneAnimation(Animation):
    """An animation that decides by itself what is added to the scene before it begins."""

    def set_up_scene(self, scene: Scene) -> None:
        """Add to the scene what the animation needs there; by default its mobject, as Manim does."""
        super()._setup_scene(scene)

    def _setup_scene(self, scene: Scene) -> None:
        self.set_up_scene(scene)


class SegmentEncoder(VideoSegmentEncoder):
    """Manim's encoder of one segment, which can also be given frames that are converted already.

    It encodes in one thread: more of them take a fifth more of the CPU, and what is written would depend
    on the number of cores. Films, and parts of films, are rendered side by side instead.
    """

    def __init__(self, *, target: Any, spec: VideoEncoderSpec) -> None:
        super().__init__(target=target, spec=spec)
        self._stream.codec_context.thread_count = 1

    def encode(self, frame: av.VideoFrame, repeat: int) -> None:
        """Encode a frame in the encoder's own pixel format, as often as it is shown."""
        rate = self.spec.frame_rate
        stream: Any = self._stream
        try:
            for _ in range(repeat):
                frame.pts = self._next_pts
                frame.time_base = Fraction(rate.denominator, rate.numerator)
                self._next_pts += 1
                for packet in stream.encode(frame):
                    self._container.mux(packet)
        except BaseException as error:
            raise self._operation_error("encode", error) from error


class EncoderFileWriter(SceneFileWriter):
    """Manim's file writer, whose encoders a subclass may choose."""

    def create_encoder(self, target: Path) -> VideoSegmentEncoder:
        """Make the encoder of one segment; by default Manim's own."""
        return super()._create_segment_encoder(target)

    def _create_segment_encoder(self, target: Path) -> VideoSegmentEncoder:
        return self.create_encoder(target)


def skip_plays(renderer: CairoRenderer) -> None:
    """Let a renderer take every play to its end in one step, also after sections that are not skipped."""
    renderer.skip_animations = renderer._original_skipping_status = True
