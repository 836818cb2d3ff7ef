"""A file is replaced only by one of its own kind, which its content tells."""

from __future__ import annotations

import os
import wave
from pathlib import Path

import av
import pytest
from PIL import Image

from manim_metaflow.errors import UsageError
from manim_metaflow.facts import FlowInfo, RunRecord
from manim_metaflow.utils.outputs import (
    CAPTIONS,
    FILMS_AND_PICTURES,
    RECORD,
    SECTIONS,
    SOUND,
    Kind,
    check_replaceable,
    is_of_kind,
)

FLOW = FlowInfo(name="Tiny", steps=(), edges=(), start="start", end="end")
KINDS = {**FILMS_AND_PICTURES, ".json": RECORD, ".srt": CAPTIONS, ".wav": SOUND, ".index": SECTIONS}


def write(path: Path) -> Path:
    """Write a file of the kind that its suffix names, as a real encoder does."""
    suffix = path.suffix
    if suffix in (".png", ".gif"):
        Image.new("RGB", (2, 2)).save(path)
    elif suffix in (".mp4", ".mov", ".webm"):
        with av.open(str(path), "w") as film:
            stream = film.add_stream("libvpx-vp9" if suffix == ".webm" else "libx264", rate=1)
            stream.width = stream.height = 16
            film.mux(stream.encode(av.VideoFrame(16, 16, "yuv420p")))
            film.mux(stream.encode(None))
    elif suffix == ".wav":
        with wave.open(str(path), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", "none"))
    else:
        path.write_text(
            {
                ".json": RunRecord(flow=FLOW, run_id="1", status="successful", tasks=()).to_json(),
                ".srt": "1\n00:00:00,000 --> 00:00:01,000\nA circle.\n",
                ".index": '[\n    {\n        "name": "first",\n        "type": "default.normal"\n    }\n]',
            }[suffix]
        )
    return path


@pytest.mark.parametrize("suffix", KINDS)
def test_each_kind_is_told_from_every_other_and_from_text(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path / f"file{suffix}")
    told = {other for other, kind in KINDS.items() if is_of_kind(path, kind)}
    # One container: only its brand differs.
    assert told == ({".mp4", ".mov"} if suffix in (".mp4", ".mov") else {suffix})
    path.write_text("from manim import *\n")
    assert not any(is_of_kind(path, kind) for kind in KINDS.values())
    path.write_text('{"kind": "settings"}')
    assert not any(is_of_kind(path, kind) for kind in KINDS.values())


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_of_another_kind_is_replaced_only_when_forced(tmp_path: Path, kind: Kind) -> None:
    path = tmp_path / "out"
    check_replaceable(path, kind)
    path.touch()
    check_replaceable(path, kind)
    path.write_text("someone's")
    with pytest.raises(UsageError, match=rf"out is not {kind.what}, .*option --force replaces it"):
        check_replaceable(path, kind)
    check_replaceable(path, kind, force=True)
    assert path.read_text() == "someone's"


def test_a_pipe_a_device_and_a_folder_are_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "null.png").symlink_to(os.devnull)
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe.png", "null.png", "folder.png"):
        with pytest.raises(UsageError, match=f"{name} is in the way: it is not a file"):
            check_replaceable(tmp_path / name, FILMS_AND_PICTURES[".png"], force=True)
