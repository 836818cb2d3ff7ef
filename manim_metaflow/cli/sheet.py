"""``manim-metaflow sheet``: a scene at a glance, the last frame of every beat on one picture."""

from __future__ import annotations

from pathlib import Path

import cloup
from rich.console import Console

from manim_metaflow.films.scene_files import blaming, load_scene
from manim_metaflow.utils.files import atomic_write, writable

__all__ = ["sheet"]


@cloup.command(
    short_help="Draw every beat of a scene on one picture.",
    epilog="""Examples:

\b
  manim-metaflow sheet scenes/resume.py -o resume.png
  manim-metaflow sheet talk.py Intro -o intro.png --columns 2
""",
)
@cloup.argument("file", type=cloup.Path(path_type=Path), help="A scene file.")
@cloup.argument("scene", required=False, help="Which scene, if the file has several.")
@cloup.option(
    "-o",
    "--output",
    type=cloup.Path(path_type=Path),
    help="The picture to write; the scene file's name with .png by default.",
)
@cloup.option("--columns", type=cloup.IntRange(1, 12), default=3, show_default=True, help="Frames in a row.")
def sheet(file: Path, scene: str | None, output: Path | None, columns: int) -> None:
    """Draw the last frame of every beat of a scene into one labelled picture.

    A beat is what one caption (subcaption) is shown for. The way to look at a scene in a review.
    """
    target = writable(output or Path(f"{file.stem}.png"))
    with Console(stderr=True).status(f"Rendering the beats of {file}", spinner="dots"):
        _draw(file, scene, target, columns)
    Console().print(str(target), highlight=False, soft_wrap=True)


def _draw(file: Path, scene: str | None, target: Path, columns: int) -> None:
    from manim import config

    from manim_metaflow.films.contact_sheet import contact_sheet
    from manim_metaflow.testing import beat_frames

    config.verbosity = "ERROR"
    frames = (
        (f"{beat.section}: {beat.caption}" if beat.caption else beat.section, beat.frame)
        for beat in beat_frames(load_scene(file, scene), resolution=(1280, 720))
    )
    with blaming(file), atomic_write(target) as draft:
        contact_sheet(frames, columns=columns).save(draft, format="PNG")
