"""Which version of a package is installed, and whether it is new enough."""

from __future__ import annotations

import re
from importlib.metadata import version

from manim_metaflow.errors import UsageError

__all__ = ["need_manim", "release"]

_FILMS = "0.22"
"""The first Manim whose file writer and configuration the films are made with."""


def release(text: str) -> tuple[int, ...]:
    """Return the leading numbers of a version.

    >>> release("2.19.39.1+ob(v1)"), release("0.20") < release("0.20.1")
    ((2, 19, 39, 1), True)
    """
    match = re.match(r"\d+(\.\d+)*", text)
    return tuple(map(int, match[0].split("."))) if match else ()


def need_manim(what: str) -> None:
    """Raise a :class:`.UsageError` if Manim is too old for ``what``; Manim itself is not imported."""
    installed = version("manim")
    if release(installed) < release(_FILMS):
        raise UsageError(
            f"{what} needs Manim {_FILMS}, and {installed} is installed. Type: pip install --upgrade manim."
        )
