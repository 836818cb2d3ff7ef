"""The run that a command is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cloup

from manim_metaflow.errors import UsageError

if TYPE_CHECKING:
    from manim_metaflow.facts.records import RunRecord
    from manim_metaflow.facts.records.storage import StorageRecord

__all__ = ["names_run", "read_run_named", "read_storage_named", "root_option"]

_RUN = re.compile(r"^[A-Za-z_]\w*/[^/\\]+$")


def root_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option that says in which datastore a run is."""
    decorate: Callable[[Callable[..., Any]], Callable[..., Any]] = cloup.option(
        "--root",
        metavar="PATH",
        help="Of a run: the folder that holds .metaflow, or an s3:// address; by default what Metaflow is "
        "configured for.",
    )
    return decorate(command)


def names_run(text: str) -> bool:
    """Tell whether an argument names a run rather than a flow.

    >>> names_run("MyFlow/1763700154"), names_run("run.json"), names_run("flows/my.py"), names_run("a.b:C")
    (True, True, False, False)
    """
    if text.endswith(".json"):
        return True
    return bool(_RUN.match(text)) and not text.partition(":")[0].endswith(".py") and not Path(text).is_file()


def read_run_named(text: str, *, root: str | Path | None = None, flow: str | None = None) -> RunRecord:
    """Read a record from its file, or a run from a datastore.

    Raises
    ------
    UsageError
        The text names neither.
    """
    from manim_metaflow.facts import load_recording, load_run

    if text.endswith(".json"):
        return load_recording(text)
    if not names_run(text):
        raise UsageError(f"{text}: not a run. Give a record (run.json) or a run (MyFlow/1763700154).")
    return load_run(text, root=root, flow=flow)


def read_storage_named(text: str, *, root: str | Path | None = None, values: bool = False) -> StorageRecord:
    """Read what a run left in storage, from a record's file that keeps it or from a datastore.

    Raises
    ------
    UsageError
        The text names no run, or the record keeps no storage.
    """
    from manim_metaflow.facts import load_recording, load_storage

    if not names_run(text):
        raise UsageError(f"{text} is not a run; --artifacts is for runs, such as MyFlow/1763700154.")
    if not text.endswith(".json"):
        return load_storage(text, root=root, values=values)
    storage = load_recording(text).storage
    if storage is None:
        raise UsageError(f"{text}: this record keeps no storage. Record it with storage=True.")
    return storage
