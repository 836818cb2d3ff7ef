"""Give a film a sound track."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import av

__all__ = ["add_sound_track"]

_CODECS = {".mp4": "aac", ".webm": "libopus"}
"""What containers hold; a ``.mov`` has uncompressed sound, as Manim gives it."""


def add_sound_track(film: Path, sound: Any) -> None:
    """Put sound into a film that has none. Its pictures are copied, not encoded again.

    Parameters
    ----------
    film
        The file; it is replaced.
    sound
        A ``pydub.AudioSegment``, as Manim's file writer collects it.
    """
    draft = film.with_name(f"{film.stem}-sound{film.suffix}")
    wave = BytesIO()
    # By way of a wave file: pydub's samples go to libav without an `ffmpeg` on the machine.
    sound.export(wave, format="wav")
    wave.seek(0)
    with av.open(str(film)) as pictures, av.open(wave, "r") as sounds, av.open(str(draft), "w") as output:
        output.metadata.update(pictures.metadata)
        video: Any = output.add_stream_from_template(pictures.streams.video[0])
        codec = _CODECS.get(film.suffix, "pcm_s16le")
        # Opus knows few sample rates, and 48 kHz is one of them.
        audio: Any = output.add_stream(codec, rate=48000 if codec == "libopus" else sound.frame_rate)
        for packet in pictures.demux(video=0):
            if packet.dts is not None:  # the last packet of a demuxer is empty
                packet.stream = video
                output.mux(packet)
        for frame in sounds.decode(audio=0):
            output.mux(audio.encode(frame))
        output.mux(audio.encode(None))
    draft.replace(film)
