"""The run that a command is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cloup

from manim_metaflow.errors import ManimMetaflowError, UsageError

if TYPE_CHECKING:
    from manim_metaflow.facts.records import RunRecord
    from manim_metaflow.facts.records.storage import StorageRecord

__all__ = ["RUNS", "names_run", "read_run_named", "read_storage_named", "root_option"]

RUNS = "a record (run.json), a run in a datastore (MyFlow/1763700154) or the newest run of a flow (MyFlow)"
"""How a run is named, for the help of commands."""


def root_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that says in which datastore a run is."""
    decorate: Callable[[Callable[..., Any]], Callable[..., Any]] = cloup.option(
        "--root",
        metavar="PLACE",
        help="Of a run in a datastore: the folder that holds .metaflow, that folder itself, or the address "
        "of a remote datastore: s3://bucket/path, azure://container/path, gs://bucket/path.  [default: what "
        "Metaflow is configured for]",
    )
    return decorate(command)


def names_run(text: str) -> bool:
    """Tell whether an argument names a run rather than a flow.

    >>> names_run("MyFlow/1763700154"), names_run("MyFlow"), names_run("run.json")
    (True, True, True)
    >>> names_run("flows/my.py"), names_run("a.b:C")
    (False, False)
    """
    from manim_metaflow.facts.run.source import is_record_file, is_run_name

    return is_record_file(text) or is_run_name(text)


def read_run_named(text: str, *, root: str | Path | None = None, flow: str | None = None) -> RunRecord:
    """Read a record from its file, or a run from a datastore.

    Raises
    ------
    UsageError
        The text names neither.
    """
    from manim_metaflow.facts import load_run

    with _options_as_typed():
        return load_run(text, root=_root_of(text, root), flow=flow)


def read_storage_named(text: str, *, root: str | Path | None = None, values: bool = False) -> StorageRecord:
    """Read what a run left in storage, as a record has it or a datastore.

    Raises
    ------
    UsageError
        The text names no run, or the record has no values and they are wanted.
    """
    from manim_metaflow.facts import load_storage

    with _options_as_typed():
        return load_storage(text, root=_root_of(text, root), values=values)


def _root_of(text: str, root: str | Path | None) -> str | Path | None:
    if root is not None and text.endswith(".json"):
        raise UsageError(f"--root is for runs in a datastore, and {text} is a record. Leave it out.")
    return root


@contextmanager
def _options_as_typed() -> Iterator[None]:
    """Let an error speak of the options of a command, where it speaks of arguments of a function."""
    try:
        yield
    except ManimMetaflowError as error:
        error.args = (str(error).replace(" root=", " --root").replace(" flow=", " --flow"),)
        raise
