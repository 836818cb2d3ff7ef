"""Films rendered small, as a user does: by our command, and by Manim's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import av
from film import LONGEST, SCENES
from forked import command

# Without loss: x264 takes one of several ways to save bytes, by chance, and equal frames would differ.
SMALL = ("-r", "160,90", "--fps", "2", "--encoder-option", "crf=0")


def film_in(media: Path, name: str) -> Path:
    """The film that was rendered into a folder."""
    [file] = (media / "videos" / name / "90p2").glob("*.mp4")
    return file


def frames(video: Path) -> list[bytes]:
    with av.open(str(video)) as container:
        return [frame.to_ndarray(format="rgb24").tobytes() for frame in container.decode(video=0)]


def check_unchanged(name: str, folder: Path, captions: int, *, shortest: float) -> None:
    """A film has its length and its captions, and the second time nothing is drawn."""
    media = folder / "media"
    for at_first in (True, False):
        done = command("render", *SMALL, "--media_dir", media, SCENES / f"{name}.py", cwd=folder)
        assert done.returncode == 0, done.stderr
        assert ("unchanged" in done.stderr) is not at_first, done.stderr
    film = film_in(media, name)
    with av.open(str(film)) as container:
        assert shortest <= container.duration / 1_000_000 <= LONGEST
    assert film.with_suffix(".srt").read_text().count("-->") >= captions


def render_by_manim(name: str, media: Path, seed: int) -> str:
    """Render a film from some other folder, and return what Manim printed."""
    done = subprocess.run(
        [sys.executable, "-m", "manim", "render", *SMALL, "--media_dir", media, SCENES / f"{name}.py"],
        cwd=media.parent,
        env={**os.environ, "PYTHONHASHSEED": str(seed), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output[-3000:]
    return output


def check_manims_cache(name: str, folder: Path) -> None:
    """In two folders, with other hashes of strings, the frames are the same; once more, all is cached."""
    media = [folder / "one", folder / "two"]
    for seed, place in enumerate(media, 1):
        assert "sing cached" not in render_by_manim(name, place, seed)
    before, other = (frames(film_in(place, name)) for place in media)
    assert before == other
    again = render_by_manim(name, media[0], 3)
    plays = int(re.search(r"Played (\d+) animations", again)[1])
    assert again.count("sing cached") == plays > 10
    assert frames(film_in(media[0], name)) == before
