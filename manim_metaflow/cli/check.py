"""``manim-metaflow check``: whether films can be read, followed and seen, by rules a machine can check."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cloup

from manim_metaflow.cli.language import language_option
from manim_metaflow.films.progress import progress_line
from manim_metaflow.films.scene_files import blaming, chosen_scenes
from manim_metaflow.render.jobs.discover import scene_files
from manim_metaflow.utils.text import visible

if TYPE_CHECKING:
    from manim_metaflow.testing.film.rules import Finding

__all__ = ["check"]


@cloup.command(
    short_help="Check that films can be read and followed.",
    epilog="""Examples:

\b
  manim-metaflow check scenes/
  manim-metaflow check talk.py Intro --language de
  manim-metaflow check scenes/ --json | jq -r '.[].rule' | sort | uniq -c

The exit code is 1 if a rule is broken; a warning breaks none.
""",
)
@cloup.argument("path", type=cloup.Path(path_type=Path), help="A scene file, or a folder of them.")
@cloup.argument("scenes", required=False, nargs=-1, help="Which scenes; all by default.")
@language_option
@cloup.option("--json", "as_json", is_flag=True, help="Print a list of objects instead of lines.")
def check(path: Path, scenes: tuple[str, ...], as_json: bool) -> None:
    """Watch every frame of scenes, and print what cannot be read, followed or seen.

    One line a finding: film, second, rule, and what is wrong. The rules are about captions (how fast they
    are read, how long they are), about motion (not while a caption is read, no long standstill, no
    flash), about each frame (overlaps, margins, sizes, contrast), and about chapters.
    """
    found: list[tuple[Path, str, Finding]] = []
    with progress_line(f"Checking {path}") as progress:
        from manim_metaflow.films.check import check_scene

        for file in scene_files(path, scenes):
            for name, scene in chosen_scenes(file, scenes).items():
                progress.describe(f"Checking {name} of {file}")
                with blaming(file):
                    found += [(file, name, finding) for finding in check_scene(scene)]
    if as_json:
        rows = [{"file": str(file), "scene": name, **finding._asdict()} for file, name, finding in found]
        click.echo(json.dumps(rows, indent=1))
    else:
        for file, name, finding in found:
            kind = "warning: " if finding.warning else ""
            where = f"{file}:{name} {finding.second:.1f} s"
            click.echo(visible(f"{where}  {finding.rule}: {kind}{finding.message}"))
    sys.exit(int(any(not finding.warning for _, _, finding in found)))
