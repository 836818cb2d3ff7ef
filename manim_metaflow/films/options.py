"""What can be chosen of every film and picture, and what of that a kind of file allows."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manim_metaflow.errors import UsageError
from manim_metaflow.theme import Theme, current_theme, theme_named
from manim_metaflow.utils.files import writable
from manim_metaflow.utils.outputs import check_replaceable, kind_of

if TYPE_CHECKING:
    from manim_metaflow.render.drawing.watermark import Watermark

__all__ = ["FORMATS", "QUALITIES", "THEMES", "FilmOptions", "check_preset"]

FORMATS = {
    ".png": "a still",
    ".mp4": "a film",
    ".webm": "a film without a background",
    ".mov": "a film",
    ".gif": "a film that loops",
}
THEMES = ("dark", "light")
QUALITIES = ("l", "m", "h", "p", "k")
"""Manim's letters: 480p, 720p, 1080p, 1440p and 2160p."""

GIF_RATES = (1, 2, 4, 5, 10, 20, 25, 50)
"""Frames a second of a GIF, which counts time in hundredths of one. More than 50 no browser shows."""

PRESETS: tuple[str, ...] = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium")
PRESETS += ("slow", "slower", "veryslow", "placebo")
WITH_PRESETS = ("libx264", "libx265")

_ENCODERS = {
    ".mp4": ("libx264", "yuv420p"),
    ".mov": ("libx264", "yuv420p"),
    ".webm": ("libvpx-vp9", "yuva420p"),
}
"""Encoder and pixel format by suffix, as Manim chooses them."""


@dataclass(frozen=True)
class FilmOptions:
    """How a film or a picture is made, whatever it shows.

    Parameters
    ----------
    theme
        ``"dark"`` or ``"light"``; the one in force by default.
    quality
        One of Manim's letters; by default ``h`` for a still and ``m`` for a film.
    fps
        Frames a second; those of the quality by default, but not more than 20 in a GIF.
    resolution
        Width and height in pixels; those of the quality by default.
    media_dir
        A folder for the files Manim writes on the way; a temporary one by default.
    preset, codec
        Of the encoder, such as ``"superfast"`` and ``"libx265"``.
    watermark
        A line of text in a corner of every frame.
    transparent
        Leave the background out. A ``.webm`` always does.
    force
        Replace the output even if what is there is of another kind.
    """

    theme: str | None = None
    quality: str | None = None
    fps: float | None = None
    resolution: tuple[int, int] | None = None
    media_dir: Path | None = None
    preset: str | None = None
    codec: str | None = None
    watermark: str | None = None
    transparent: bool = False
    force: bool = False

    def check(self, output: Path, *, formats: Collection[str] = tuple(FORMATS), fits: bool = False) -> Path:
        """Check, before long work, that a file can be written and that the options apply to it.

        Parameters
        ----------
        output
            The file; its path is returned.
        formats
            The suffixes that are possible here.
        fits
            Whether a still is as large as what it shows, and not as a frame.

        Raises
        ------
        UsageError
            The file cannot be written, would replace one of another kind, or an option cannot apply to it.
        """
        suffix = output.suffix.lower()
        if suffix not in formats and not output.is_dir():
            known = ", ".join(f"{name} ({FORMATS[name]})" for name in formats)
            raise UsageError(f"Cannot write {output}: its suffix must be one of {known}.")
        self._check_kind(output, suffix, fits=fits)
        self.make_watermark()
        if self.media_dir is not None and self.media_dir.exists() and not self.media_dir.is_dir():
            raise UsageError(f"--media_dir {self.media_dir} is a file. Name a folder.")
        if suffix in _ENCODERS:
            self._check_encoder(suffix)
        self.check_replaceable(writable(output))
        return output

    def check_replaceable(self, output: Path) -> None:
        """Check that nothing of another kind is in the place of a film or a picture, unless forced.

        Raises
        ------
        UsageError
            There is; the message names it.
        """
        check_replaceable(output, kind_of(output), force=self.force)

    def _check_kind(self, output: Path, suffix: str, *, fits: bool) -> None:
        given = {"--fps": self.fps, "--codec": self.codec, "--preset": self.preset}
        cannot = {".png": tuple(given), ".gif": ("--codec", "--preset")}.get(suffix, ())
        wrong = next((name for name in cannot if given[name] is not None), None)
        if wrong is not None:
            raise UsageError(f"{wrong} cannot apply to {output}, {FORMATS[suffix]} ({suffix}). Leave it out.")
        if suffix == ".gif" and self.fps is not None and self.fps not in GIF_RATES:
            rates = ", ".join(map(str, GIF_RATES))
            raise UsageError(f"A .gif cannot have {self.fps:g} frames a second. It can have {rates}.")
        if fits and suffix == ".png" and self.resolution is not None:
            raise UsageError(
                f"--resolution cannot apply to {output}: it is as large as it needs. Use --quality."
            )
        if self.transparent and suffix in (".mp4", ".gif"):
            raise UsageError(f"A {suffix} file has a background. Transparent are .png, .webm and .mov.")

    def _check_encoder(self, suffix: str) -> None:
        from manim_metaflow.render.jobs.encoders import encoder_opens

        codec, pixel_format = self.encoder(suffix)
        check_preset(self.preset, codec)
        if self.resolution is not None and not encoder_opens(codec, pixel_format, self.resolution):
            width, height = self.resolution
            raise UsageError(
                f"The encoder {codec} refuses frames of {width} by {height} pixels: are they even?"
            )

    def encoder(self, suffix: str) -> tuple[str, str]:
        """Return the encoder and the pixel format of a film, given its suffix.

        Raises
        ------
        UsageError
            There is no such encoder, or the file cannot hold what it writes.
        """
        usual, pixel_format = _ENCODERS[suffix]
        if self.transparent and suffix == ".mov":
            usual, pixel_format = "qtrle", "argb"
        if self.codec is None:
            return usual, pixel_format
        import av

        try:
            codec = av.codec.Codec(self.codec, "w")
        except ValueError:
            codec = None
        if codec is None or codec.type != "video":
            raise UsageError(
                f"There is no video encoder {self.codec!r} here; there is {', '.join(WITH_PRESETS)}."
            )
        # Asked of libav itself: nothing is written to the container.
        with av.open(io.BytesIO(), "w", format=suffix[1:]) as container:
            if codec.canonical_name not in container.supported_codecs:
                raise UsageError(f"A {suffix} file cannot hold what the encoder {self.codec} writes.")
        formats = list(codec.video_formats or ())
        if self.leaves_background_out(suffix):
            formats = [each for each in formats if any(part.is_alpha for part in each.components)]
        names = [each.name for each in formats]
        if not names:
            raise UsageError(
                f"The encoder {self.codec} has no alpha channel, which {suffix} has here. Use .mp4."
            )
        return codec.name, pixel_format if pixel_format in names else names[0]

    def leaves_background_out(self, suffix: str) -> bool:
        """Tell whether a file of a suffix is transparent."""
        return self.transparent or suffix == ".webm"

    def make_theme(self) -> Theme:
        """Return the theme that was chosen, or the one in force."""
        return theme_named(self.theme) if self.theme else current_theme()

    def make_watermark(self) -> Watermark | None:
        """Return the watermark, if there is one."""
        if self.watermark is None:
            return None
        # Imported here: `render` answers before numpy is loaded where nothing has changed.
        from manim_metaflow.render.drawing.watermark import Watermark

        return Watermark(self.watermark)

    def size(self, default: str) -> tuple[int, int]:
        """Return width and height of a frame in pixels; ``default`` is the quality if none was chosen."""
        preset = _quality(self.quality or default)
        return self.resolution or (preset["pixel_width"], preset["pixel_height"])

    def frame_rate(self, suffix: str, default: str) -> float:
        """Return how many frames a second a file of a suffix has."""
        rate = self.fps or _quality(self.quality or default)["frame_rate"]
        return min(rate, 20) if suffix == ".gif" and self.fps is None else rate


def check_preset(preset: str | None, codec: str) -> None:
    """Check that an encoder has a preset.

    Raises
    ------
    UsageError
        It has none of that name, or none at all.
    """
    if preset is None:
        return
    if codec not in WITH_PRESETS:
        raise UsageError(f"--preset is for {' and '.join(WITH_PRESETS)}; the encoder here is {codec}.")
    if preset not in PRESETS:
        raise UsageError(f"There is no preset {preset!r}. The presets are: {', '.join(PRESETS)}.")


def _quality(letter: str) -> dict[str, Any]:
    from manim.constants import QUALITIES as presets

    return next(dict(preset) for preset in presets.values() if preset["flag"] == letter)
