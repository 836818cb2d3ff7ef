"""``manim-metaflow``: pictures and films of Metaflow flows and runs, without writing a scene."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click
import cloup

from manim_metaflow import __version__
from manim_metaflow.cli.messages import errors_as_messages, need_working_folder, print_any_text
from manim_metaflow.utils.own_folders import sweep_scratch
from manim_metaflow.utils.processes import nothing_outlives

__all__ = ["main"]

COMMANDS = (
    "check",
    "compare",
    "draw",
    "record",
    "render",
    "replay",
    "sheet",
    "show",
    "story",
)
"""Each is the function of that name in the module of that name in this package."""


class _Commands(cloup.Group):
    """Imports a command when it is needed, and prints an error as one message."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        # Imported one by one: `--help` and completion would otherwise wait for Manim and Metaflow.
        command: click.Command = getattr(import_module(f"manim_metaflow.cli.{name}"), name)
        return command

    def list_sections(self, ctx: click.Context, include_default_section: bool = True) -> list[cloup.Section]:
        commands = [self.get_command(ctx, name) for name in COMMANDS]
        return [cloup.Section("Commands", [command for command in commands if command])]

    def main(self, *args: Any, **kwargs: Any) -> Any:
        # Help is printed here too, before a command is invoked.
        with errors_as_messages():
            print_any_text()
            try:
                return super().main(*args, **kwargs)
            finally:
                # Not left to the end of the process, where a full disk would be Python's to report. A process
                # that was started with its output closed has none.
                if sys.stdout is not None:
                    sys.stdout.flush()

    def invoke(self, ctx: click.Context) -> Any:
        # Inside of `main`, which prints "Aborted!" at Ctrl-C where this does not.
        with errors_as_messages():
            need_working_folder()
            sweep_scratch()
            # `render --preview` opens the film; what scenes leave running it has ended by then.
            with nothing_outlives(opens=lambda: ctx.invoked_subcommand == "render"):
                return super().invoke(ctx)


@cloup.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    help="Pictures and films of Metaflow flows and runs.",
    epilog="""Examples:

\b
  manim-metaflow show flow.py
  manim-metaflow draw flow.py -o flow.png
  manim-metaflow COMMAND --help

Completion: put the line for your shell into its startup file.

\b
  bash  eval "$(_MANIM_METAFLOW_COMPLETE=bash_source manim-metaflow)"
  zsh   eval "$(_MANIM_METAFLOW_COMPLETE=zsh_source manim-metaflow)"
  fish  _MANIM_METAFLOW_COMPLETE=fish_source manim-metaflow | source
""",
)
@cloup.version_option(__version__, prog_name="manim-metaflow")
def main() -> None:
    """Run a command."""
