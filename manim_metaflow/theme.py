"""Colours, type and sizes of every picture, and how to switch them.

Mobjects read the theme in force when they are built:

>>> from manim_metaflow.theme import LIGHT_THEME, current_theme, use_theme
>>> with use_theme(LIGHT_THEME):
...     current_theme().name
'light'
>>> current_theme().name
'dark'
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass

from manim_metaflow.errors import UsageError
from manim_metaflow.utils.colors import contrast, mix

__all__ = [
    "DARK_THEME",
    "LIGHT_THEME",
    "THEME_VARIABLE",
    "Theme",
    "chosen_theme",
    "contrast",
    "current_theme",
    "mix",
    "theme_named",
    "use_theme",
]


@dataclass(frozen=True)
class Theme:
    """Colours by what they mean, type and sizes.

    Colours are ``#RRGGBB``, sizes are Manim font sizes, widths Manim stroke widths. Two meanings may share
    a colour, but each has a name of its own: to change how failures are painted, change ``failed`` alone.

    Attributes
    ----------
    background, panel, edge, text, muted, accent
        The frame behind everything, boxes and panels, outlines and idle arrows, text, text of less weight,
        and what belongs to structure: a foreach, a switch, a decorator, a folder.
    done, running, failed, cloned, caught
        States of tasks and of what they do; ``cloned`` is also what is taken over by reference, ``caught`` a
        task that raised and after which the run went on. The faces of content have none of these colours.
    added, removed
        Lines and words of code that come and go.
    right, wrong, changed
        Verdicts: a statement holds or two things are the same; it does not hold or is not possible;
        something differs from what it was.
    conflict, damaged
        Stored values that differ where one is needed, and stored things that cannot be read.
    highlight
        What a film points at.
    keyword, string, number, function, operator, comment
        Words of code.
    wash
        How much of its state's colour a box is filled with, 0 to 1.
    stripe
        How much of its colour a stripe lays behind a marked line of code, 0 to 1. More than this, and the
        least legible words on the brightest stripe fall below a contrast of 4.5.
    """

    name: str
    background: str
    panel: str
    edge: str
    text: str
    muted: str
    accent: str
    done: str
    running: str
    failed: str
    cloned: str
    caught: str
    added: str
    removed: str
    right: str
    wrong: str
    changed: str
    conflict: str
    damaged: str
    highlight: str
    keyword: str
    string: str
    number: str
    function: str
    operator: str
    comment: str
    prose: str = "Inter"
    mono: str = "JetBrains Mono"
    title_size: float = 40
    heading_size: float = 26
    label_size: float = 20
    caption_size: float = 21
    small_size: float = 15
    minimum_size: float = 14
    stroke: float = 2.2
    thin: float = 1.4
    wash: float = 0.22
    stripe: float = 0.14
    radius: float = 0.13

    @property
    def is_dark(self) -> bool:
        """Whether white stands out more from its background than black.

        >>> DARK_THEME.is_dark, LIGHT_THEME.is_dark
        (True, False)
        """
        return contrast("#FFFFFF", self.background) > contrast("#000000", self.background)

    def state_color(self, state: str) -> str:
        """Colour of a task's or a step's state; the outline's for states that have none."""
        colors = {
            "done": self.done,
            "caught": self.caught,
            "running": self.running,
            "retrying": self.running,
            "failed": self.failed,
            "timed out": self.failed,
            "killed": self.failed,
            "cloned": self.cloned,
        }
        return colors.get(state, self.edge)


DARK_THEME = Theme(
    name="dark",
    background="#0E1117",
    panel="#171C26",
    edge="#5F6C87",
    text="#E9EDF5",
    muted="#8C97AB",
    accent="#9B8CFF",
    done="#3DBE8B",
    running="#F4B942",
    failed="#F0625F",
    cloned="#62B0F0",
    caught="#F08AD2",
    added="#3DBE8B",
    removed="#F0625F",
    right="#3DBE8B",
    wrong="#F0625F",
    changed="#F4B942",
    conflict="#F0625F",
    damaged="#F0625F",
    highlight="#F4B942",
    keyword="#C792EA",
    string="#A5D98A",
    number="#F4A76C",
    function="#7CB7FF",
    operator="#8FA3C7",
    comment="#97A2B8",
)

LIGHT_THEME = Theme(
    name="light",
    background="#FBFBFD",
    panel="#F0F2F7",
    edge="#77829A",
    text="#1B2230",
    muted="#5A6579",
    accent="#5B45D6",
    done="#167D56",
    running="#9A6200",
    failed="#C93232",
    cloned="#1B6FB5",
    caught="#A62C8C",
    added="#167D56",
    removed="#C93232",
    right="#167D56",
    wrong="#C93232",
    changed="#9A6200",
    conflict="#C93232",
    damaged="#C93232",
    highlight="#9A6200",
    keyword="#8427B3",
    string="#2A651A",
    number="#98430A",
    function="#1A5FB4",
    operator="#4A5878",
    comment="#525D70",
    wash=0.14,
)

THEME_VARIABLE = "MANIM_METAFLOW_THEME"
"""Environment variable that names the theme where no :func:`use_theme` does: for processes that render."""

_current: ContextVar[Theme | None] = ContextVar("manim_metaflow_theme", default=None)


def current_theme() -> Theme:
    """Return the theme in force."""
    return chosen_theme() or DARK_THEME


def chosen_theme() -> Theme | None:
    """Return the theme that :func:`use_theme` or the environment chose, if any did."""
    named = os.environ.get(THEME_VARIABLE)
    return _current.get() or (theme_named(named) if named else None)


class ThemeInForce(AbstractContextManager[Theme]):
    """What :func:`use_theme` returns: at the end of its ``with`` block the theme before is in force again."""

    def __init__(self, theme: Theme) -> None:
        self._theme, self._token = theme, _current.set(theme)

    def __enter__(self) -> Theme:
        return self._theme

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def use_theme(theme: Theme | str) -> ThemeInForce:
    """Build everything from here on in another theme, or what is inside of a ``with`` block.

    A :class:`.DeepDive` paints its background in the theme, too. In another scene, Manim paints it: set
    ``self.camera.background_color = theme.background``.

    Parameters
    ----------
    theme
        A theme, or the name of one.

    Raises
    ------
    UsageError
        There is no theme of that name.

    Examples
    --------
    >>> with use_theme("light"):
    ...     _ = use_theme(DARK_THEME)
    ...     current_theme().name
    'dark'
    >>> current_theme().name
    'dark'
    """
    return ThemeInForce(theme_named(theme) if isinstance(theme, str) else theme)


def theme_named(name: str) -> Theme:
    """Return ``DARK_THEME`` or ``LIGHT_THEME`` by name.

    Raises
    ------
    UsageError
        There is no theme of that name.
    """
    themes = {theme.name: theme for theme in (DARK_THEME, LIGHT_THEME)}
    if name not in themes:
        raise UsageError(f"There is no theme named {name!r}. The themes are: {', '.join(themes)}.")
    return themes[name]
