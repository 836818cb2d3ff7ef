"""Scenes small enough to be rendered by the dozen, and the command to render them with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from forked import command

BIN = Path(sys.executable).parent
SMALL = ("-ql", "--fps", "10")

TWO = """
from manim import *

class One(Scene):
    def construct(self):
        self.next_section("first")
        self.play(FadeIn(Square()), run_time=0.3)
        self.next_section("the second")
        self.play(FadeIn(Circle()), run_time=0.2, subcaption="A circle.")
        self.wait(0.4)

class Two(Scene):
    def construct(self):
        self.play(Create(Dot()), run_time=0.2)
        print("said by Two")
"""


def run(
    program: str, *arguments: object, cwd: Path, check: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program of this environment."""
    if program == "manim-metaflow":
        done = command(*arguments, cwd=cwd, **environment)
    else:
        done = subprocess.run(
            [str(BIN / program), *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def render(
    *arguments: object, cwd: Path, check: bool = False, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``manim-metaflow render``, small."""
    return run("manim-metaflow", "render", *SMALL, *arguments, cwd=cwd, check=check, **environment)


def frames(film: Path) -> list[npt.NDArray[np.uint8]]:
    """Decode a film."""
    with av.open(film) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def files(folder: Path) -> set[str]:
    """List what a render has left for its user: no caches, no notes."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if not {"partial_movie_files", ".manim-metaflow"} & set(path.parts)}
