"""What a panel of code costs, and a light that moves over it, against Manim's ``Code``.

``python benchmarks/code.py`` prints CPU seconds, medians of some rounds, and their ratio.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import manim as mn

from manim_metaflow import CodePanel, FocusCode

SOURCE = "\n".join(Path(mn.__file__).with_name("constants.py").read_text().splitlines()[140:200])
ROUNDS = 5


def cpu(work: Callable[[], object]) -> float:
    """Median CPU seconds of some rounds."""
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return statistics.median(spent)


def ours() -> CodePanel:
    return CodePanel(SOURCE, font_size=8)


def theirs() -> mn.Code:
    return mn.Code(code_string=SOURCE, language="python").scale_to_fit_height(7)


def film(make: Callable[[], mn.VMobject], change: Callable[[Any], Any]) -> float:
    """CPU seconds of one second of film in which the highlight changes, the building not counted."""
    spent: list[float] = []

    class Change(mn.Scene):
        def construct(self) -> None:
            code = make()
            self.add(code)
            moving = change(code)
            start = time.process_time()
            self.play(moving, run_time=1)
            spent.append(time.process_time() - start)

    settings = {"quality": "low_quality", "disable_caching": True, "verbosity": "ERROR"}
    with tempfile.TemporaryDirectory() as folder, mn.tempconfig({**settings, "media_dir": folder}):
        mn.config.progress_bar = "none"
        Change().render()
    return spent[0]


def band(code: mn.VMobject) -> Any:
    """A band behind the lines of ``Code``, the way Manim's examples mark one."""
    band = mn.Rectangle(width=code.width, height=0.5, fill_opacity=0.3, stroke_width=0)
    code.add_to_back(band.move_to(code.get_top()))
    return band.animate.shift(mn.DOWN)


def report(what: str, mine: float, manims: float, goal: float) -> None:
    """Print a line."""
    print(f"{what}: {mine:.3f} s, Manim's Code {manims:.3f} s, ratio {mine / manims:.2f} (goal {goal})")


def main() -> None:
    """Print both comparisons."""
    ours()  # glyphs are read once a process; Manim keeps its SVG files on disk in the same way
    theirs()
    report("build, 60 lines", cpu(ours), cpu(theirs), 0.33)
    light = statistics.median(film(ours, lambda panel: FocusCode(panel, range(10, 14))) for _ in range(3))
    plain = statistics.median(film(theirs, band) for _ in range(3))
    report("highlight, 1 s", light, plain, 0.5)


if __name__ == "__main__":
    main()
