"""``manim-metaflow sheet``: a scene at a glance, the last frame of every beat on one picture."""

from __future__ import annotations

from pathlib import Path

import click
import cloup

from manim_metaflow.cli.film_options import film_options
from manim_metaflow.cli.language import language_option
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.films.progress import progress_line
from manim_metaflow.films.scene_files import blaming, load_scene
from manim_metaflow.utils.files import working_folder_kept
from manim_metaflow.utils.text import visible

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
@film_options(
    output="The picture to write, .png; the scene file's name with .png by default.",
    theme=None,
)
@language_option
@cloup.option("--columns", type=cloup.IntRange(1, 12), default=3, show_default=True, help="Frames in a row.")
def sheet(file: Path, scene: str | None, output: Path | None, options: FilmOptions, columns: int) -> None:
    """Draw the last frame of every beat of a scene into one labelled picture.

    A beat is what one caption (subcaption) is shown for. This is how a scene is looked at in a review.
    """
    target = options.check(output or Path(f"{file.stem}.png"), formats=(".png",))
    with progress_line(f"Rendering the beats of {file}") as progress:
        from manim_metaflow.films.sheets import draw_sheet

        # The scene's code may go to another folder, and the picture belongs into this one.
        there = target.absolute()
        with blaming(file), working_folder_kept():
            draw_sheet(load_scene(file, scene), there, options, progress, columns=columns)
    click.echo(visible(str(target)))
