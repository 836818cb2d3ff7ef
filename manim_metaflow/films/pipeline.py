"""From a scene to a file: the one path that every film and every still goes.

Settings, theme, the fast renderer, the watermark and the progress are taken care of here, so that what
makes a scene knows nothing of them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from manim import Scene, config, tempconfig
from PIL import Image

from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.progress import ProgressLine
from manim_metaflow.render.drawing.accelerate import accelerate
from manim_metaflow.render.drawing.watermark import mark_frames
from manim_metaflow.theme import use_theme
from manim_metaflow.utils.files import atomic_write
from manim_metaflow.utils.own_folders import scratch_folder
from manim_metaflow.utils.versions import need_manim

__all__ = ["film_settings", "make_film", "write_picture"]

STILL_QUALITY, FILM_QUALITY = "h", "m"

_FOLDERS = {
    "video_dir": "{media_dir}/videos",
    "images_dir": "{media_dir}/images",
    "partial_movie_dir": "{video_dir}/partial/{scene_name}",
    "sections_dir": "{video_dir}/sections",
    "text_dir": "{media_dir}/texts",
    "tex_dir": "{media_dir}/tex",
    "log_dir": "{media_dir}/logs",
}
"""Below the media folder, wherever a ``manim.cfg`` wants them: nobody asked for what is left on the way."""


def make_film(
    make_scene: Callable[[], Scene], output: Path, options: FilmOptions, progress: ProgressLine
) -> None:
    """Render a scene to a film, or its last frame to a still; the suffix of the file says which.

    Parameters
    ----------
    make_scene
        Makes the scene; called when the settings and the theme are those of the film. If the scene has an
        attribute ``length``, that is how many seconds it lasts.
    output
        The file to write, whole or not at all.
    options
        How it is made.
    progress
        Shows how far it is.
    """
    suffix = output.suffix.lower()
    with _published(output, options) as draft, film_settings(options, suffix):
        scene = make_scene()
        progress.expect(getattr(scene, "length", None))
        accelerate(scene)
        rate = config.frame_rate
        mark_frames(scene, options.make_watermark(), lambda frames: progress.advance(frames / rate))
        scene.render()
        _collect(scene, suffix, draft)


def write_picture(picture: Image.Image, output: Path, options: FilmOptions) -> None:
    """Write a picture of any size; its watermark has the size it has on a frame of the chosen quality."""
    watermark = options.make_watermark()
    if watermark is not None:
        scale = options.size(STILL_QUALITY)[1]
        # A large picture is not copied: the text is within the height of a frame.
        detail = np.array(picture.crop((0, 0, picture.width, min(picture.height, scale))))
        watermark.paint(detail, frame=picture.size, scale=scale)
        picture.paste(Image.fromarray(detail), (0, 0))
    with _published(output, options) as draft:
        picture.save(draft, format="PNG")


@contextmanager
def _published(output: Path, options: FilmOptions) -> Iterator[Path]:
    """Yield a draft, and put it in the place of the output when it is whole."""
    options.check_replaceable(output)
    with atomic_write(output) as draft:
        yield draft
        # A film takes minutes, in which anything may have been saved under its name.
        options.check_replaceable(output)


@contextmanager
def film_settings(options: FilmOptions, suffix: str) -> Iterator[None]:
    """Set Manim's configuration and the theme for a film or a still, whatever a ``manim.cfg`` says."""
    still = suffix == ".png"
    quality = STILL_QUALITY if still else FILM_QUALITY
    width, height = options.size(quality)
    theme = options.make_theme()
    settings: dict[str, Any] = {
        "output_file": "film",
        "renderer": "cairo",
        # Manim's own GIFs are dithered, and a hundred times larger than those of a palette.
        "format": "png-sequence" if suffix == ".gif" else suffix[1:],
        "pixel_width": width,
        "pixel_height": height,
        "frame_rate": options.frame_rate(suffix, quality),
        "background_color": theme.background,
        "background_opacity": 0.0 if options.leaves_background_out(suffix) else 1.0,
        "dry_run": False,
        "disable_caching": True,
        "save_sections": False,
        "save_last_frame": still,
        "from_animation_number": 0,
        "upto_animation_number": -1,
        "preview": False,
        "show_in_file_browser": False,
        "log_to_file": False,
        "verbosity": "ERROR",
        "progress_bar": "none",
    }
    if options.codec is not None:
        settings["video_codec"], settings["pixel_format"] = options.encoder(suffix)
    if options.preset is not None:
        settings["video_encoder_options"] = {**config.video_encoder_options, "preset": options.preset}
    for option, given in {
        "--codec": options.codec,
        "--preset": options.preset,
        "A GIF": suffix == ".gif",
    }.items():
        if given:
            need_manim(option)
    with _media_folder(options) as media, use_theme(theme):
        folders = {"media_dir": str(media), **_FOLDERS}
        with tempconfig({**folders, **settings, **_frame_size(width, height)}):
            yield


@contextmanager
def _media_folder(options: FilmOptions) -> Iterator[Path]:
    if options.media_dir is not None:
        yield options.media_dir.absolute()
        return
    with scratch_folder() as folder:
        yield folder


def _frame_size(width: int, height: int) -> dict[str, float]:
    """Make the frame of another shape larger: what is made for Manim's own shape still fits."""
    shape = width / height / (config.frame_width / config.frame_height)
    if abs(shape - 1) < 0.01:  # 854 by 480 pixels are not quite 16:9
        return {}
    if shape < 1:
        return {"frame_height": config.frame_width * height / width}
    return {"frame_width": config.frame_height * width / height}


def _collect(scene: Scene, suffix: str, draft: Path) -> None:
    """Move what was written to its draft."""
    writer: Any = scene.renderer.file_writer
    if suffix == ".gif":
        # The folder may have more, of a longer film before this one.
        _join_gif([writer.output_plan.image_frame_path(n) for n in range(writer.frame_count)], draft)
    else:
        shutil.move(writer.image_file_path if suffix == ".png" else writer.movie_file_path, draft)


def _join_gif(frames: list[Path], draft: Path) -> None:
    with Image.open(frames[-1]) as last:
        palette = last.convert("RGB").quantize(255)

    def pictures() -> Iterator[Image.Image]:
        for frame in frames:
            with Image.open(frame) as picture:
                yield picture.convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE)

    first, *rest = pictures()
    duration = round(1000 / config.frame_rate)
    first.save(draft, save_all=True, append_images=rest, duration=duration, loop=0)
