"""A scene drawn in parts by several processes is the scene drawn whole."""

from __future__ import annotations

import os
from pathlib import Path

import av
import pytest
from manim_scenes import SCENES
from rendering import files, render
from source_frames import scene_of, shared_frames, small, source_frames

from manim_metaflow.render.drawing import shares

LONG = """
import os
import random
import signal
import time
from pathlib import Path

from manim import *

steps = 0

class Long(Scene):
    def construct(self):
        dot, square = Dot(), Square()
        dot.add_updater(lambda mobject, dt: mobject.shift(0.2 * dt * random.choice([UP, RIGHT])))
        self.add(dot)
        for number in range(7):
            self.next_section(f"part {number}")
            self.play(square.animate.rotate(0.3), run_time=1, subcaption=f"Turn {number}.")
        self.wait(0.5)

class Clock(Scene):
    def construct(self):
        for number in range(6):
            self.play(FadeIn(Dot([time.monotonic_ns() % 7, 0, 0])), run_time=1)

class Falls(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=5)
        self.play(FadeIn(Circle()), run_time=1)
        raise ValueError("no more shapes")

class Killed(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=4.5)
        try:
            Path("first").touch(exist_ok=False)
        except FileExistsError:
            if not Path("killed").exists():
                Path("killed").touch()
                os.kill(os.getpid(), signal.SIGKILL)
        self.play(FadeIn(Circle()), run_time=1)
"""


@pytest.mark.parametrize("name", sorted(SCENES)[::3])
def test_shares_of_a_scene_have_all_its_frames(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "SPAN", 0.3)
    kind, build = SCENES[name]
    with small():
        made = scene_of(build, kind)
        assert shared_frames(made, 2) == source_frames(made, fast=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render scenes in two parts each."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / "long.py").write_text(LONG)
    return folder


def length(film: Path) -> int:
    with av.open(film) as container:
        return sum(1 for _ in container.decode(video=0))


def test_film_of_parts_has_the_sections_and_captions_of_the_whole(folder: Path) -> None:
    options = ("long.py", "Long", "--fps", 5, "--save_sections", "--seed", 3)
    done = render(*options, "--parts", 2, "--media_dir", "parts", cwd=folder, check=True)
    assert done.stderr == "✓ Long: done\n"
    render(*options, "--media_dir", "whole", cwd=folder, check=True)
    assert files(folder / "parts") == files(folder / "whole")
    films = sorted(path for path in files(folder / "whole") if path.endswith(".mp4"))
    assert [length(folder / "parts" / film) for film in films] == [
        length(folder / "whole" / film) for film in films
    ]
    for other in files(folder / "whole") - set(films):
        assert (folder / "parts" / other).read_text() == (folder / "whole" / other).read_text()


def test_scene_that_hangs_on_the_clock_is_drawn_in_one_piece(folder: Path) -> None:
    done = render("long.py", "Clock", "--fps", 2, "--parts", 2, cwd=folder, check=True)
    assert "Clock: drawn in one piece: two processes saw two scenes" in done.stderr
    assert length(Path(done.stdout.strip())) == 12


def test_part_that_is_killed_is_drawn_again(folder: Path) -> None:
    done = render("long.py", "Killed", "--fps", 4, "--parts", 2, cwd=folder, check=True)
    assert "The worker was killed (SIGKILL). Rendering" in done.stderr
    assert length(Path(done.stdout.strip())) == 22
    assert os.listdir(folder / "media" / ".manim-metaflow")


def test_film_of_a_scene_that_raises_has_all_parts(folder: Path) -> None:
    done = render("long.py", "Falls", "--fps", 4, "--parts", 2, cwd=folder)
    assert done.returncode == 1
    assert done.stderr.count("ValueError: no more shapes") == 1
    [film] = (folder / "media").rglob("Falls.failed.mp4")
    assert length(film) == 24
