"""Films rendered as a user does, small: by Manim's command, twice, in other processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import av
from film import SCENES


def render(name: str, media: Path, seed: int) -> subprocess.Popen[str]:
    """Begin to render a film from some other folder, small."""
    # Without loss: x264 takes one of several ways to save bytes, by chance, and equal frames would differ.
    command = [sys.executable, "-m", "manim", "render", "-r", "160,90", "--fps", "2"]
    command += ["--encoder-option", "crf=0"]
    return subprocess.Popen(
        [*command, "--media_dir", str(media), str(SCENES / f"{name}.py")],
        cwd=media.parent,
        env={**os.environ, "PYTHONHASHSEED": str(seed), "COLUMNS": "300"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def output_of(process: subprocess.Popen[str]) -> str:
    """Wait for a render, and return what Manim printed."""
    output, _ = process.communicate(timeout=400)
    assert process.returncode == 0, output[-3000:]
    return output


def film_in(media: Path, name: str) -> Path:
    """The film that was rendered into a folder."""
    [file] = (media / "videos" / name / "90p2").glob("*.mp4")
    return file


def frames(video: Path) -> list[bytes]:
    with av.open(str(video)) as container:
        return [frame.to_ndarray(format="rgb24").tobytes() for frame in container.decode(video=0)]


def check_cached(output: str, at_least: int) -> None:
    """Every play came from Manim's cache."""
    plays = int(re.search(r"Played (\d+) animations", output)[1])
    assert output.count("sing cached") == plays > at_least


def check_second_render(name: str, folder: Path, captions: int, *, shortest: float = 60) -> None:
    """Another process, with other hashes of strings, finds each play of the first one in the cache."""
    media = folder / "media"
    assert "sing cached" not in output_of(render(name, media, 1))
    check_cached(output_of(render(name, media, 2)), 10)
    film = film_in(media, name)
    with av.open(str(film)) as container:
        assert shortest <= container.duration / 1_000_000 <= 120
    assert film.with_suffix(".srt").read_text().count("-->") >= captions


def check_renders(name: str, folder: Path, captions: int) -> str:
    """Render in two folders: the same frames; and once more: all from the cache. Return the captions."""
    media = [folder / "one", folder / "two"]
    for output in map(output_of, [render(name, place, seed) for seed, place in enumerate(media, 1)]):
        assert "sing cached" not in output
    films = [film_in(place, name) for place in media]
    one, two = map(frames, films)
    assert one == two
    assert 60 <= len(one) / 2 <= 120
    check_cached(output_of(render(name, media[0], 3)), 30)
    assert frames(films[0]) == one
    subtitles = films[0].with_suffix(".srt").read_text()
    assert subtitles.count("-->") == captions
    return subtitles
