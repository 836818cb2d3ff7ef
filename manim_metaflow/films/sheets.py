"""Sheets: many frames of a scene or of a film on one picture, numbered and labelled."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import srt  # type: ignore[import-untyped]
from manim import Scene, config
from PIL import Image, ImageDraw

from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.pipeline import write_picture
from manim_metaflow.films.progress import ProgressLine
from manim_metaflow.testing.frames import Frame
from manim_metaflow.testing.walk import Beat, beat_frames
from manim_metaflow.theme import use_theme
from manim_metaflow.utils.fonts import pixel_font
from manim_metaflow.utils.foreign import caption_as_written, drawn_text

__all__ = ["contact_sheet", "draw_sheet", "film_length", "film_sheet"]

QUALITY = "m"
"""Of the frames of a sheet, which are drawn twice as large as they are shown."""

_BACKGROUND = "#0E1117"
_TEXT = "#E9EDF5"
_MUTED = "#8C97AB"
_BORDER = "#5F6C87"
_MARGIN = 24
_FONT_SIZE = 20
_LINE = 28

_WITHOUT_CAPTIONS = 6
"""Frames of a film that has no captions."""

_BEFORE = 0.1
"""Seconds before a caption ends that its frame is taken: what it is about has happened by then."""


def contact_sheet(
    frames: Iterable[tuple[str, Frame]], *, columns: int = 3, thumbnail: tuple[int, int] = (640, 360)
) -> Image.Image:
    """Lay frames out in a grid, row by row, each above its number and label.

    Parameters
    ----------
    frames
        Labels and frames, in order. They are drawn as they come, so an iterator is not kept in memory.
    columns
        Frames in a row.
    thumbnail
        Largest width and height of one frame, in pixels; its proportions are kept.

    Returns
    -------
    PIL.Image.Image
        RGB, as large as the frames need.

    Raises
    ------
    ValueError
        If there are no frames.

    Examples
    --------
    >>> import numpy as np
    >>> frame = np.zeros((480, 854, 4), np.uint8)
    >>> contact_sheet([("Draw the graph", frame), ("Run it", frame)], thumbnail=(320, 180)).size
    (1056, 264)
    """
    cells = [_cell(number, label, frame, thumbnail) for number, (label, frame) in enumerate(frames, 1)]
    if not cells:
        raise ValueError("a contact sheet needs at least one frame; the scene has no beat")
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    heights = [max(cell.height for cell in row) for row in rows]
    width = columns * (thumbnail[0] + _MARGIN) + _MARGIN
    sheet = Image.new("RGB", (width, sum(heights) + _MARGIN * (len(rows) + 1)), _BACKGROUND)
    top = _MARGIN
    for row, height in zip(rows, heights, strict=True):
        for column, cell in enumerate(row):
            sheet.paste(cell, (_MARGIN + column * (thumbnail[0] + _MARGIN), top))
        top += height + _MARGIN
    return sheet


def draw_sheet(
    scene_class: type[Scene],
    output: Path,
    options: FilmOptions,
    progress: ProgressLine,
    *,
    columns: int = 3,
) -> None:
    """Draw the last frame of every beat of a scene on one picture.

    Parameters
    ----------
    scene_class
        The scene. Its own theme and background stay unless the options name a theme.
    output
        The file to write, whole or not at all.
    options
        Theme, size, media folder and watermark of the frames.
    progress
        Shows which beat is drawn.
    columns
        Frames in a row.
    """
    width, height = options.size(QUALITY)
    theme = options.make_theme() if options.theme else None
    background = theme.background if theme else None
    with use_theme(theme) if theme else nullcontext():
        beats = beat_frames(
            _in_media_folder(scene_class, options), resolution=(width, height), background=background
        )
        frames = _labelled(beats, options, progress)
        picture = contact_sheet(frames, columns=columns, thumbnail=(width // 2, height // 2))
    # Its frames have the watermark already.
    write_picture(picture, output, replace(options, watermark=None))


def _labelled(
    beats: Iterable[Beat], options: FilmOptions, progress: ProgressLine
) -> Iterator[tuple[str, Frame]]:
    watermark = options.make_watermark()
    for number, beat in enumerate(beats, 1):
        progress.describe(f"Beat {number}: {beat.caption or beat.section}")
        if watermark is not None:
            watermark.paint(beat.frame)
        yield f"{beat.section}: {beat.caption}" if beat.caption else beat.section, beat.frame


def _in_media_folder(scene_class: type[Scene], options: FilmOptions) -> type[Scene]:
    """Let a scene use the media folder that is asked for: walking through its beats has a temporary one."""
    if options.media_dir is None:
        return scene_class
    media = str(options.media_dir.absolute())

    def begin(self: Any, *args: Any, **kwargs: Any) -> None:
        config.media_dir = media
        scene_class.__init__(self, *args, **kwargs)

    return type(scene_class.__name__, (scene_class,), {"__init__": begin})


def film_length(film: Path) -> float:
    """Return the length of a film in seconds."""
    with av.open(film) as container:
        return float(container.duration or 0) / av.time_base


def film_sheet(film: Path, *, columns: int = 3, thumbnail: tuple[int, int] = (480, 270)) -> bytes:
    """Draw one frame for every caption of a film, or some if it has none.

    Parameters
    ----------
    film
        The film; its captions are in the ``.srt`` file beside it.
    columns, thumbnail
        As for :func:`.contact_sheet`.

    Returns
    -------
    bytes
        A PNG.
    """
    moments = list(_moments(film))
    sheet = contact_sheet(_frames(film, moments), columns=columns, thumbnail=thumbnail)
    buffer = io.BytesIO()
    sheet.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def _moments(film: Path) -> Iterator[tuple[float, str]]:
    file = film.with_suffix(".srt")
    captions = list(srt.parse(file.read_text(encoding="utf-8"))) if file.is_file() else []
    # By their ends, at which their frames are taken: the film is read once, from its beginning.
    for caption in sorted(captions, key=lambda caption: caption.end):
        yield max(caption.end.total_seconds() - _BEFORE, 0), caption_as_written(caption.content)
    if not captions:
        length = film_length(film)
        for number in range(_WITHOUT_CAPTIONS):
            moment = length * (number + 0.5) / _WITHOUT_CAPTIONS
            yield moment, f"{moment:.1f} s"


def _frames(film: Path, moments: list[tuple[float, str]]) -> Iterator[tuple[str, Frame]]:
    waiting = list(moments)
    last = None
    with av.open(film) as container:
        for frame in container.decode(video=0):
            last = frame
            while waiting and frame.time is not None and frame.time >= waiting[0][0]:
                yield waiting.pop(0)[1], _pixels(frame)
    for _, label in waiting:
        if last is not None:
            yield label, _pixels(last)


def _pixels(frame: av.VideoFrame) -> Frame:
    return np.asarray(frame.to_ndarray(format="rgba"), np.uint8)


def _cell(number: int, label: str, frame: Frame, thumbnail: tuple[int, int]) -> Image.Image:
    picture = Image.fromarray(frame).convert("RGB")
    picture.thumbnail(thumbnail, Image.Resampling.LANCZOS)
    head = f"{number}  "
    indent = pixel_font(_FONT_SIZE, 600).getlength(head)
    lines = _wrap(drawn_text(label), thumbnail[0] - indent) or [""]
    cell = Image.new("RGB", (thumbnail[0], thumbnail[1] + 8 + _LINE * len(lines)), _BACKGROUND)
    left = (thumbnail[0] - picture.width) // 2
    cell.paste(picture, (left, 0))
    draw = ImageDraw.Draw(cell)
    draw.rectangle((left, 0, left + picture.width - 1, picture.height - 1), outline=_BORDER)
    draw.text((0, thumbnail[1] + 8), head, _MUTED, pixel_font(_FONT_SIZE, 600))
    for row, line in enumerate(lines):
        draw.text((indent, thumbnail[1] + 8 + row * _LINE), line, _TEXT, pixel_font(_FONT_SIZE))
    return cell


def _wrap(text: str, width: float) -> list[str]:
    lines: list[str] = []
    pieces = (piece for word in text.split() for piece in _break(word, width))
    for piece in pieces:
        joined = f"{lines[-1]} {piece}" if lines else piece
        if lines and pixel_font(_FONT_SIZE).getlength(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(piece)
    return lines


def _break(word: str, width: float) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and pixel_font(_FONT_SIZE).getlength(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces
