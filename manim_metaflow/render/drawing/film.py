"""A scene's film, of which the encoder is given only what has changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy.typing as npt
from manim.scene.scene_file_writer import SceneFileWriter

from manim_metaflow.manim_internals import EncoderFileWriter, VideoSegmentEncoder
from manim_metaflow.render.drawing.dirty import Box
from manim_metaflow.render.drawing.hooks import HOOKS, is_known
from manim_metaflow.render.drawing.seams import FilmEncoder
from manim_metaflow.render.drawing.shares import CannotShareError, Share
from manim_metaflow.render.drawing.strips import Change

__all__ = ["FilmWriter"]

Pixels = npt.NDArray[Any]


class FilmWriter(EncoderFileWriter):
    """Manim's file writer, with one encoder for many plays; made by :meth:`take_over`.

    Parameters
    ----------
    joined
        One segment for all plays (of a section, if sections are saved) instead of one a play.
    preset
        The encoder's preset.
    share
        What of the film is written here, if not all.
    """

    # Defaults on the class, since `take_over` makes a writer of one that exists: no `__init__` runs.
    _following = False
    _fresh = True
    _elsewhere = False
    _in_play = False

    _joined: bool
    _share: Share | None

    @classmethod
    def take_over(
        cls,
        plain: SceneFileWriter,
        *,
        joined: bool = False,
        preset: str | None = None,
        share: Share | None = None,
    ) -> None:
        """Turn Manim's writer into one; it stays the same object, which a scene may have kept or patched."""
        plain.__class__ = cls
        writer = cast(FilmWriter, plain)
        writer._share = share
        writer._joined = joined and writer.output_spec.is_video
        encoder = writer.settings.video_encoder
        if preset is not None and encoder is not None:
            # Manim compares and hashes encoder settings, and keeps their options as sorted pairs.
            options = tuple(sorted((dict(encoder.options) | {"preset": preset}).items()))
            writer.video_encoder = replace(encoder, options=options)
            writer.settings = replace(writer.settings, video_encoder=writer.video_encoder)

    def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
        """Begin a section, and a segment of its own if sections are saved."""
        if self.output_spec.save_sections:
            self._end_segment()
        super().next_section(name, type_, skip_animations)

    def begin_span(self, elsewhere: bool) -> None:
        """Begin a segment, which may be written by another process."""
        self._end_segment()
        self._elsewhere = elsewhere

    def add_partial_movie_file(self, hash_animation: str | None) -> None:
        """Note the segment of a play; a play that goes into the segment before has none of its own."""
        super().add_partial_movie_file(None if self._following else hash_animation)

    def begin_animation(
        self, allow_write: bool = False, *, animation_index: int, file_path: Any = None
    ) -> None:
        """Begin a segment unless one is being written."""
        self._in_play = allow_write
        if not self._following:
            # An encoder that has just been opened has no frame that a change could be put into.
            self._fresh = True
            written = allow_write and not self._elsewhere
            super().begin_animation(written, animation_index=animation_index, file_path=file_path)
            self._following = self._joined and allow_write

    def end_animation(self, allow_write: bool = False) -> None:
        """End the segment unless the next play goes into it too."""
        self._in_play = False
        if not self._following:
            super().end_animation(allow_write)

    def finish(self) -> None:
        """Close the last segment and put the film together."""
        self._end_segment()
        share = self._share
        if share is not None:
            self.join_all_encode_jobs()
            if share.remote and self.includes_sound:
                raise CannotShareError("it has sound")
            share.collect(self.partial_movie_files)
            if share.remote and self.subcaptions:
                self.write_subcaption_file()
        if share is None or share.leads:
            super().finish()

    def _end_segment(self) -> None:
        if self._following:
            self._following = False
            super().end_animation(not self._elsewhere)

    def write_change(self, pixels: Pixels, boxes: list[Box], *, repeat: int = 1) -> None:
        """Write a frame that differs from the one before only inside the boxes.

        Unlike with :meth:`write_frame` the pixels stay the caller's, which may go on drawing on them.
        """
        if not self.output_spec.is_video or repeat < 1 or not self._takes_changes():
            self.write_frame(pixels.copy(), repeat=repeat)
            return
        change = Change.whole(pixels) if self._fresh else Change.inside(pixels, boxes)
        self._fresh = False
        self.write_frame(change, repeat=repeat)  # type: ignore[arg-type]

    def write_frame(self, pixels: Pixels, *, repeat: int = 1) -> None:
        """Take ownership of a frame."""
        if self.output_spec.is_video and not self._in_play:
            # Manim has no segment between two plays, and drops what is handed over there.
            return
        if not isinstance(pixels, Change):
            # The encoder does not keep frames that it is given whole, so that the next change is handed
            # over as a whole frame again.
            # The encoder does not keep frames that it is given whole, so that the next change is handed
            # over as a whole frame again.
            self._fresh = True
        super().write_frame(pixels, repeat=repeat)

    def _takes_changes(self) -> bool:
        """Return whether whoever is handed the frames knows what differs from a whole one."""
        own = vars(self).get("write_frame")
        return SceneFileWriter.write_frame is HOOKS[SceneFileWriter]["write_frame"] and is_known(own)

    def create_encoder(self, target: Path) -> VideoSegmentEncoder:
        """Make an encoder that is given only what has changed."""
        assert self.video_encoder is not None
        return FilmEncoder(target=target, spec=self.video_encoder)
