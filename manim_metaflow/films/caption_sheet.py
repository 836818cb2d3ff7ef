"""Look at a film that is there: one frame for every caption, on one picture."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import numpy.typing as npt
import srt  # type: ignore[import-untyped]

from manim_metaflow.films.contact_sheet import contact_sheet

__all__ = ["film_length", "film_sheet", "join_segments"]

_WITHOUT_CAPTIONS = 6
_BEFORE = 0.1
"""Seconds before a caption ends that its frame is taken: what it tells of has happened by then."""


def film_length(film: Path) -> float:
    """Return the length of a film in seconds."""
    with av.open(film) as container:
        return float(container.duration or 0) / av.time_base


def join_segments(segments: Iterable[Path], film: Path) -> None:
    """Put encoded segments one after the other, without encoding them again, as Manim does."""
    listed = "".join(f"file 'file:{path.as_posix()}'\n" for path in segments).encode()
    options = {"safe": "0"}
    with (
        av.open(io.BytesIO(listed), mode="r", format="concat", options=options) as source,
        av.open(film, mode="w") as target,
    ):
        stream = source.streams.video[0]
        copied = target.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None:
                packet.dts = None  # Each segment counts from 0: libav counts anew.
                packet.stream = copied
                target.mux(packet)


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
    captions = film.with_suffix(".srt")
    told = list(srt.parse(captions.read_text(encoding="utf-8"))) if captions.is_file() else []
    for caption in sorted(told, key=lambda caption: caption.end):
        yield max(caption.end.total_seconds() - _BEFORE, 0), caption.content
    if not told:
        length = film_length(film)
        for number in range(_WITHOUT_CAPTIONS):
            moment = length * (number + 0.5) / _WITHOUT_CAPTIONS
            yield moment, f"{moment:.1f} s"


def _frames(film: Path, moments: list[tuple[float, str]]) -> Iterator[tuple[str, npt.NDArray]]:  # type: ignore[type-arg]
    waiting = list(moments)
    last = None
    with av.open(film) as container:
        for frame in container.decode(video=0):
            last = frame
            while waiting and frame.time is not None and frame.time >= waiting[0][0]:
                yield waiting.pop(0)[1], frame.to_ndarray(format="rgba")
    for _, label in waiting:
        if last is not None:
            yield label, last.to_ndarray(format="rgba")
