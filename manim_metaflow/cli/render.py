"""``manim-metaflow render``: films of scenes, several at a time, and only of those that have changed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import cloup

from manim_metaflow.cli.film_options import film_options
from manim_metaflow.cli.language import language_option
from manim_metaflow.cli.manim_options import as_arguments, manim_options
from manim_metaflow.errors import UsageError
from manim_metaflow.films.options import FilmOptions, check_preset
from manim_metaflow.films.render import Preview, SceneRenders
from manim_metaflow.render.jobs.discover import media_folder
from manim_metaflow.render.jobs.job import Job
from manim_metaflow.utils.versions import need_manim

__all__ = ["render"]


@cloup.command(
    epilog="""Examples:

\b
  manim-metaflow render scenes/
  manim-metaflow render scenes/resume.py -q h --jobs 2
  manim-metaflow render my_scene.py MyScene
  manim-metaflow render scenes/resume.py --section "the fix" -q l
  manim-metaflow render scenes/resume.py --language de --media_dir media/de
  manim-metaflow render scenes/resume.py --theme light --watermark "Draft 3"
"""
)
@cloup.argument("path", type=cloup.Path(path_type=Path), help="A scene file, or a folder of them.")
@cloup.argument("scenes", required=False, nargs=-1, help="Which scenes; all by default.")
@cloup.option_group(
    "How to work",
    cloup.option(
        "-j", "--jobs", type=cloup.IntRange(min=1), help="Scenes at a time; one for each CPU by default."
    ),
    cloup.option(
        "--section",
        metavar="NAME",
        help="Only the sections of this name, or the one of this number, as in the files of --save_sections.",
    ),
    cloup.option("--watch", is_flag=True, help="Render again when a file changes, until Ctrl-C."),
    cloup.option(
        "--parts",
        type=cloup.IntRange(min=1),
        help="Processes for a scene, drawing spans of it by turns; the idle ones by default if it is long.",
    ),
    cloup.option("--plain", is_flag=True, help="Let Manim draw by itself."),
    cloup.option(
        "--verify",
        type=cloup.IntRange(min=1),
        is_flag=False,
        flag_value=10,
        metavar="[N]",
        help="Let Manim draw every N-th frame again, and all that follow if one differs.  [N: 10]",
    ),
)
@language_option
@film_options(theme=None, only=("theme", "preset", "watermark", "force"))
@manim_options
def render(
    path: Path,
    scenes: tuple[str, ...],
    jobs: int | None,
    section: str | None,
    watch: bool,
    options: FilmOptions,
    parts: int | None,
    plain: bool,
    verify: int | None,
    **manim: Any,
) -> None:
    """Render scenes as `manim render` does, each in a process of its own.

    A film goes where Manim puts it, under the same name, when it is whole. A scene is rendered again if its
    file, a module or a recording that it read, the configuration, or a version of what draws it has
    changed, or a file that was written.
    """
    need_manim("render")
    if manim["output_file"] and (len(scenes) > 1 or path.is_dir()):
        raise UsageError("--output_file names one film. Name one scene of one file.")
    preview = Preview(manim.pop("preview"), manim.pop("show_in_file_browser"), manim.pop("preview_command"))
    _check(options, manim)
    if options.preset:
        manim["video_encoder_options"] = (*manim["video_encoder_options"], f"preset={options.preset}")
    bars = manim.pop("progress_bar") != "none"
    job = Job(
        file=path,
        names=scenes,
        arguments=as_arguments(manim),
        media=media_folder(manim["media_dir"], manim["config_file"]).absolute(),
        section=section,
        plain=plain,
        verify=verify or 0,
        parts=1 if section or plain else parts or 0,
        force=options.force,
    )
    renders = SceneRenders(
        path,
        job,
        options,
        workers=jobs or _processors(),
        force=bool(manim["disable_caching"] or verify),
        bars=bars,
        preview=preview,
    )
    sys.exit(renders.watch() if watch else renders.once())


def _check(options: FilmOptions, manim: dict[str, Any]) -> None:
    options.make_watermark()
    if manim["save_last_frame"] or manim["format"] in ("png", "png-sequence", "none"):
        if options.preset:
            raise UsageError("--preset cannot apply to pictures, which are not encoded. Leave it out.")
    elif not manim["transparent"] and manim["format"] != "webm":
        check_preset(options.preset, manim["video_codec"] or "libx264")


def _processors() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
