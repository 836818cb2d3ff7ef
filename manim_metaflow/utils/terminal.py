"""A terminal that foreign text cannot write to: what would move, colour or hide something is shown instead.

Names of steps, ids of tasks, values and messages come from whoever made a run. All that is printed goes
through :class:`Terminal`, or through :func:`.visible`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from manim_metaflow.utils.text import visible

__all__ = ["Terminal"]


class Terminal(Console):
    r"""Rich's console, for text of any origin: it reads no markup, and sends no control character of a text.

    Parameters
    ----------
    options
        Those of :class:`rich.console.Console`.

    Examples
    --------
    >>> Terminal().print("[bold]" + chr(27) + "]0;title" + chr(7))
    [bold]\x1b]0;title
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render something; Rich itself asks for every part of a tree or a table by this method."""
        for segment in super().render(renderable, options):
            # Rich's own commands are marked as such: they hide the cursor and clear bars.
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(visible(segment.text, keep="\n"), segment.style)
