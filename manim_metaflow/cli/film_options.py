"""The options that every command shares which makes a film or a picture."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import wraps
from pathlib import Path
from typing import Any

import click
import cloup

from manim_metaflow.cli.bounds import MOST_FRAMES, MediaFolder, check_size
from manim_metaflow.cli.number import PositiveNumber
from manim_metaflow.films.options import QUALITIES, THEMES, FilmOptions

__all__ = ["film_options"]

Command = Callable[..., Any]


class _Resolution(click.ParamType[tuple[int, int]]):
    """Width and height, as Manim writes them."""

    name = "W,H"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        width, _, height = str(value).partition(",")
        if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
            self.fail(f"{value!r} is not a width and a height in pixels, such as 1920,1080.", param, ctx)
        if problem := check_size(int(width), int(height)):
            self.fail(problem, param, ctx)
        return int(width), int(height)


_OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "theme": (("--theme",), {"type": click.Choice(THEMES), "help": "Its colours."}),
    "quality": (
        ("-q", "--quality"),
        {"type": click.Choice(QUALITIES), "help": "As in Manim: 480p, 720p, 1080p, 1440p, 2160p."},
    ),
    "fps": (
        ("--fps", "--frame_rate", "fps"),
        {
            "type": PositiveNumber(most=MOST_FRAMES),
            "help": "Frames a second.  [default: the quality's]",
        },
    ),
    "resolution": (
        ("-r", "--resolution"),
        {
            "type": _Resolution(),
            "metavar": "W,H",
            "help": "Size of a frame in pixels.  [default: the quality's]",
        },
    ),
    "media_dir": (
        ("--media_dir",),
        {
            "type": MediaFolder(path_type=Path),
            "metavar": "PATH",
            "help": "Where files go that Manim writes on the way.  [default: a temporary folder]",
        },
    ),
    "codec": (
        ("--codec", "--video-codec", "codec"),
        {"metavar": "NAME", "help": "Encoder of a film, such as libx265.  [default: by the suffix]"},
    ),
    "preset": (("--preset",), {"metavar": "NAME", "help": "The encoder's preset, such as superfast."}),
    "watermark": (("--watermark",), {"metavar": "TEXT", "help": "A small line in a corner of every frame."}),
    "force": (("--force",), {"is_flag": True, "help": "Replace a file of another kind, too."}),
}


def film_options(
    *,
    output: str = "",
    theme: str | None = "dark",
    quality: str = "m",
    only: Collection[str] = tuple(_OPTIONS),
) -> Callable[[Command], Command]:
    """Give a command the shared options: ``output``, and all others as one ``options``.

    Parameters
    ----------
    output
        The help of ``--output``; without one the command has no such option.
    theme
        The default; without one the scene keeps its own.
    quality
        What the help says about the default.
    only
        The options that are given, if not all: `render` has most of them from `manim render`.
    """
    more: dict[str, dict[str, Any]] = {
        "theme": {"default": theme, "show_default": theme is not None},
        "quality": {"help": f"{_OPTIONS['quality'][1]['help']}  [default: {quality}]"},
    }
    made = [
        cloup.option(*flags, **{**about, **more.get(name, {})})
        for name, (flags, about) in _OPTIONS.items()
        if name in only
    ]
    if output:
        made.insert(0, cloup.option("-o", "--output", type=cloup.Path(path_type=Path), help=output))

    def decorate(command: Command) -> Command:
        @wraps(command)
        def packed(**values: Any) -> Any:
            options = FilmOptions(**{name: values.pop(name) for name in only})
            return command(options=options, **values)

        return cloup.option_group("Film and picture", *made)(packed)

    return decorate
