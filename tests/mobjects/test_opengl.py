"""The OpenGL renderer is refused by every mobject, in one line."""

from __future__ import annotations

import subprocess
import sys

CREATE = """
from manim import config
config.renderer = "opengl"
from manim_metaflow import *

for make in (
    lambda: FlowDAG("tests/flows/branch.py"),
    lambda: StepNode("start"),
    lambda: TextLabel("word"),
    lambda: CodePanel("a = 1"),
    lambda: Face("a" * 40),
):
    try:
        make()
        print("made")
    except ManimMetaflowError as error:
        print(error)
"""


def test_opengl_is_refused_with_the_renderer_that_is_needed() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CREATE],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert set(done.stdout.splitlines()) == {
        "The mobjects of manim_metaflow are drawn by the cairo renderer only: leave out "
        "--renderer=opengl, or set config.renderer = 'cairo'."
    }
