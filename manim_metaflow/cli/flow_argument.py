"""The flow that a command is about."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
import cloup
from click.shell_completion import CompletionItem

from manim_metaflow.errors import FlowWarning
from manim_metaflow.utils.files import working_folder_kept
from manim_metaflow.utils.text import visible

if TYPE_CHECKING:
    from manim_metaflow.facts.records import FlowInfo

__all__ = ["flow_argument", "read_flow"]


DEPTH = 20_000
"""Metaflow walks through a graph step by step, each a call inside the last."""


class _FlowType(click.ParamType[str]):
    """A flow; the shell completes it as the name of a file."""

    name = "flow"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="file")]


def flow_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the argument FLOW."""
    decorate: Callable[[Callable[..., Any]], Callable[..., Any]] = cloup.argument(
        "flow",
        type=_FlowType(),
        help="file.py, file.py:Class, notebook.ipynb:Class or package.module:Class; or a run: run.json, "
        "MyFlow/ID, MyFlow.",
    )
    return decorate(command)


def read_flow(source: str) -> FlowInfo:
    """Read a flow as the library does, also from a module in the current folder."""
    import sys

    from manim_metaflow.facts import load_flow

    sys.setrecursionlimit(max(DEPTH, sys.getrecursionlimit()))
    if "" not in sys.path:  # as `python -m` has it: an installed command's folder is another
        sys.path.insert(0, "")
    # The code of a flow may go to another folder; what is written is asked for in this one.
    with _warnings_as_messages(), working_folder_kept():
        return load_flow(source)


@contextmanager
def _warnings_as_messages() -> Iterator[None]:
    """Show warnings about the flow as this command's own words."""
    with warnings.catch_warnings():
        shown = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if issubclass(category, FlowWarning):
                click.echo(f"manim-metaflow: {visible(str(message))}", err=True)
            else:
                shown(message, category, *where, **more)

        warnings.simplefilter("always", FlowWarning)
        warnings.showwarning = show
        yield
