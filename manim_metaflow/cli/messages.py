"""What a command says when it cannot go on: one message and an exit code, never a traceback."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from manim_metaflow.errors import ManimMetaflowError, UsageError
from manim_metaflow.utils.files import is_disk_full
from manim_metaflow.utils.text import ellipsis, visible

__all__ = ["errors_as_messages", "need_working_folder", "print_any_text"]

INTERRUPTED = 130
"""The exit code of a process that Ctrl-C ended, as shells count it: 128 and the number of the signal."""

_CONFIGURATIONS = {
    "manim/_config/__init__.py:<module>": "manim.cfg (in this folder, or in ~/.config/manim)",
    "metaflow/metaflow_config_funcs.py:": "Metaflow's config.json (in ~/.metaflowconfig, or METAFLOW_HOME)",
}
"""Where Manim and Metaflow read their files as soon as they are imported, and how users know those files."""

_LINES = "\n\t"

LONGEST = 100
"""Letters of a file's name in a message. The system refuses names that are much longer, so they do occur."""


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """Print an error that a user can cause as one message, and exit.

    The exit code is 2 if the request is wrong: a wrong option, or an argument that names nothing. It is 1
    if the request was right and could not be fulfilled.
    """
    try:
        yield
    except ManimMetaflowError as error:
        _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        _fail("interrupted", INTERRUPTED)
    except OSError as error:
        if error.errno == errno.EPIPE:
            _end_quietly()
        # Only an argument can have such a name: no file has it.
        wrong = error.errno == errno.ENAMETOOLONG
        _fail(_system_message(error), UsageError.exit_code if wrong else ManimMetaflowError.exit_code)
    except Exception as error:
        _fail(_reason(error), ManimMetaflowError.exit_code)


def _reason(error: Exception) -> str:
    """Tell why Manim or Metaflow raised something that has a cause outside of both; raise anything else."""
    # Manim and libav make errors of their own of it.
    if is_disk_full(error):
        return "No space left on device."
    frames = traceback.extract_tb(error.__traceback__)
    for place, files in _CONFIGURATIONS.items():
        if any(place in (Path(frame.filename).as_posix() + f":{frame.name}") for frame in frames):
            return f"{files} cannot be read: {type(error).__name__}: {error}"
    raise error


def need_working_folder() -> None:
    """Check that the folder in which the command runs is still there: relative paths, and Manim, need it.

    Raises
    ------
    ManimMetaflowError
        Somebody removed it.
    """
    try:
        os.getcwd()
    except FileNotFoundError as error:
        raise ManimMetaflowError("The working folder no longer exists. Change to another one.") from error


def print_any_text() -> None:
    """Let terminals and files of any encoding be printed to: what they cannot show is written as its code."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _system_message(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"{ellipsis(str(error.filename), LONGEST)}: {reason}." if error.filename else f"{reason}."


def _fail(message: str, code: int) -> NoReturn:
    click.echo(f"manim-metaflow: {visible(message, keep=_LINES)}", err=True)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        _discard_output()
    sys.exit(code)


def _end_quietly() -> NoReturn:
    """End because whoever read the output, `head` perhaps, has gone: there is nobody to tell."""
    _discard_output()
    sys.exit(ManimMetaflowError.exit_code)


def _discard_output() -> None:
    """Send what is left of the output nowhere: Python writes it when it ends, and would complain then."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
