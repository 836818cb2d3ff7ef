"""The run that a command is about."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from manim_metaflow.errors import UsageError

if TYPE_CHECKING:
    from manim_metaflow.facts.records import RunRecord

__all__ = ["names_run", "read_run_named"]

_RUN = re.compile(r"^[A-Za-z_]\w*/[^/\\]+$")


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
