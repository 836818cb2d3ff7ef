"""The options of ``manim render``, declared here so that they can be read without importing Manim."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import click
import cloup

from manim_metaflow.cli.bounds import MOST_FRAMES, MediaFolder, check_size
from manim_metaflow.cli.number import PositiveNumber

__all__ = ["NOT_HERE", "as_arguments", "manim_options"]

NOT_HERE = frozenset(
    {
        "jupyter",
        "live_preview",
        "enable_gui",
        "gui_location",
        "fullscreen",
        "enable_wireframe",
        "write_all",
    }
)
"""What a render in the background cannot do, and ``--write_all``, which it does anyway."""

_FORMATS = ["auto", "none", "png", "png-sequence", "gif", "mp4", "webm", "mov"]
_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


def _check_resolution(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    # Manim takes a frame without pixels, and divides by its height later.
    if value is not None and not re.fullmatch(r"0*[1-9]\d*[,;-]0*[1-9]\d*", value):
        raise click.BadParameter(f"{value!r} is not a width and a height in pixels, such as 1920,1080.")
    if value is not None and (problem := check_size(*map(int, re.split("[,;-]", value)))):
        raise click.BadParameter(problem)
    return value


_FILE = cloup.Path(exists=True, dir_okay=False)

# Flags, and their settings for click. Manim knows what a value means; it is checked here where Manim would
# fail with a traceback, or once for every scene.
_PICTURE: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("-q", "--quality"), {"type": cloup.Choice(list("lmhpk"), case_sensitive=False), "help": "Quality."}),
    (
        ("-r", "--resolution"),
        {"metavar": "W,H", "callback": _check_resolution, "help": "Size of the frame in pixels."},
    ),
    (
        ("--fps", "--frame_rate", "frame_rate"),
        {"type": PositiveNumber(most=MOST_FRAMES), "help": "Frames a second."},
    ),
    (("--format",), {"type": cloup.Choice(_FORMATS, case_sensitive=False), "help": "What to write."}),
    (("-s", "--save_last_frame"), {"is_flag": True, "help": "Only the last frame, as PNG."}),
    (("-t", "--transparent"), {"is_flag": True, "help": "With an alpha channel."}),
    (("-n", "--from_animation_number"), {"metavar": "FROM[,TO]", "help": "Only these plays."}),
    (("--save_sections",), {"is_flag": True, "help": "A film of every section too."}),
    (("--renderer",), {"type": cloup.Choice(["cairo", "opengl"]), "help": "Manim's renderer."}),
    (("--seed",), {"type": cloup.IntRange(min=0), "help": "Seed of the random numbers."}),
    (("--video-codec", "--codec", "video_codec"), {"help": "Video encoder."}),
    (("--pixel-format", "pixel_format"), {"help": "Pixel format of the video."}),
    (
        ("--encoder-option", "video_encoder_options"),
        {"multiple": True, "metavar": "KEY=VALUE", "help": "An option of the encoder; repeatable."},
    ),
    (("--max-inflight-encoders",), {"type": cloup.IntRange(min=1), "help": "Encoders at a time."}),
    (("--encoder-queue-size",), {"type": cloup.IntRange(min=1), "help": "Frames that wait to be encoded."}),
    (("--use_projection_fill_shaders",), {"is_flag": True, "help": "OpenGL only."}),
    (("--use_projection_stroke_shaders",), {"is_flag": True, "help": "OpenGL only."}),
]
_PATHS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("-o", "--output_file", "--output"), {"help": "Name of the film, if it is one."}),
    (("-0", "--zero_pad"), {"type": cloup.IntRange(0, 9), "help": "Digits in the names of PNG files."}),
    (("--media_dir",), {"type": MediaFolder(), "help": "Where films, pictures and caches go."}),
    (("--log_dir",), {"type": cloup.Path(), "help": "Where logs go."}),
    (("--log_to_file",), {"is_flag": True, "help": "Write a log."}),
]
_REST: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("-c", "--config_file"), {"type": _FILE, "help": "A manim.cfg."}),
    (("--disable_caching",), {"is_flag": True, "help": "Render, whatever was rendered before."}),
    (("--tex_template",), {"type": _FILE, "help": "A TeX template."}),
    (("-v", "--verbosity"), {"type": cloup.Choice(_LEVELS, case_sensitive=False), "help": "Of the log."}),
    (("--dry_run",), {"is_flag": True, "help": "Draw, and write nothing."}),
    (("--no_latex_cleanup",), {"is_flag": True, "help": "Keep what LaTeX leaves."}),
    (("--notify_outdated_version/--silent",), {"help": "Ask for a newer Manim."}),
    (
        ("--progress_bar",),
        {"type": cloup.Choice(["display", "leave", "none"], case_sensitive=False), "help": "Progress."},
    ),
    (("-p", "--preview"), {"is_flag": True, "help": "Open what was written."}),
    (("--preview_command",), {"help": "What to open it with."}),
    (("--show_in_file_browser",), {"is_flag": True, "help": "Show where it is."}),
]

_GROUPS = {"Manim: picture": _PICTURE, "Manim: paths": _PATHS, "Manim: the rest": _REST}


def manim_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a function the options of ``manim render``, under Manim's names."""
    # Decorators apply from the inside out: the last one stands first in the help.
    for title, options in reversed(_GROUPS.items()):
        # `None` where nothing was given: then Manim's own default holds, or that of a `manim.cfg`.
        made = [cloup.option(*flags, default=None, **about) for flags, about in options]
        command = cloup.option_group(title, *made)(command)
    return command


def as_arguments(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Write option values as a command line of ``manim render`` again, always in the same order.

    ``values`` are by parameter name and must name options of Manim's only.
    """
    arguments: list[str] = []
    for flags, about in (option for options in _GROUPS.values() for option in options):
        value = values.get(_name(flags))
        if value is None or (value is False and "/" not in flags[0]) or value == ():
            continue
        if about.get("is_flag"):
            arguments.append(_long(flags))
        elif "/" in flags[0]:
            arguments.append(flags[0].split("/")[0 if value else 1])
        else:
            every = value if about.get("multiple") else (value,)
            arguments += [f"{_long(flags)}={each}" for each in every]
    return tuple(arguments)


def _long(flags: tuple[str, ...]) -> str:
    return next(flag for flag in flags if flag.startswith("--"))


def _name(flags: tuple[str, ...]) -> str:
    if not flags[-1].startswith("-"):
        return flags[-1]
    return _long(flags).split("/")[0].removeprefix("--").replace("-", "_")
