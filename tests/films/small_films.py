"""Scenes of each kind of film, small enough to be rendered by the dozen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from manim_metaflow.code import load_version
from manim_metaflow.facts import load_flow, load_recording
from manim_metaflow.films.flow import draw_flow
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.progress import progress_line
from manim_metaflow.films.run import replay_run
from manim_metaflow.films.story import tell_story

TESTS = Path(__file__).parents[1]
LINEAR = TESTS / "flows" / "linear.py"
[RUN] = (TESTS / "recordings").glob("LinearFlow-run-*.json")
SMALL = FilmOptions(quality="l", fps=5, resolution=(256, 144))
STEP = "\n\n    @step\n    def fit(self):\n        self.next(self.end)"
TINY = """from metaflow import FlowSpec, step


class TinyFlow(FlowSpec):
    @step
    def start(self):
        self.next(self.{next})
{more}
    @step
    def end(self):
        pass
"""

Make = Callable[[Path, FilmOptions], None]


def draw(output: Path, options: FilmOptions) -> None:
    """Draw a flow."""
    with progress_line("") as progress:
        flow = load_flow(LINEAR)
        draw_flow(flow, output, options, progress, direction="right", detail="badges", collapsed=())


def tour(output: Path, options: FilmOptions) -> None:
    """Draw a flow that is larger than the frame, so that the camera follows it."""
    with progress_line("") as progress:
        flow = load_flow(TESTS / "flows" / "complex_flow.py")
        draw_flow(flow, output, options, progress, direction="down", detail="full", collapsed=())


def replay(output: Path, options: FilmOptions) -> None:
    """Replay a run."""
    with progress_line("") as progress:
        replay_run(load_recording(RUN), output, options, progress, view="both", speed=4)


def story(output: Path, options: FilmOptions) -> None:
    """Tell the story of a flow."""
    texts = TINY.format(next="end", more=""), TINY.format(next="fit", more=STEP)
    versions = [load_version(text, label=f"version {number}") for number, text in enumerate(texts)]
    with progress_line("") as progress:
        tell_story(versions, output, options, progress, title="tiny.py", direction="down")


FILMS: dict[str, Make] = {"draw": draw, "tour": tour, "replay": replay, "story": story}
