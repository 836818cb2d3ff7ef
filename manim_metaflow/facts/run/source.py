"""The ways in which a run is named: a record's file, ``Flow/ID``, a flow, a ``Run`` of Metaflow's client."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manim_metaflow.errors import FlowError, RunNotFoundError, UsageError
from manim_metaflow.facts.flow.load import load_flow
from manim_metaflow.facts.records import FlowInfo
from manim_metaflow.utils.text import ellipsis

__all__ = ["LATEST", "RunName", "is_record_file", "is_run_name", "run_named"]

LATEST = "latest"
"""What stands for the id of the newest run; Metaflow's own ids are numbers."""

_NAME = re.compile(r"([A-Za-z_]\w*)(?:/([^/\\]+))?")

_KINDS = {
    ".py": "a Python file",
    ".ipynb": "a notebook",
    ".png": "a picture",
    ".mp4": "a film",
    ".webm": "a film",
    ".mov": "a film",
    ".gif": "a film",
}
"""What people have beside records, by suffix: a message names it, so that a mix-up is seen at once."""

LONGEST = 200
"""Letters of what is no run in a message."""

_WAYS = "Give a record (run.json), a run (MyFlow/1763700154), or a flow for its newest run (MyFlow)."


@dataclass(frozen=True)
class RunName:
    """A run in a datastore: of a flow, by its id or the newest (``None``).

    ``root`` is where it is, if that is known from what named it.
    """

    flow: str
    run_id: str | None = None
    root: str | None = None


def is_record_file(run: Any) -> bool:
    """Tell whether a run is named by the file that keeps its record."""
    return isinstance(run, str | Path) and str(run).endswith(".json")


def is_run_name(text: str) -> bool:
    """Tell whether a text names a run in a datastore.

    >>> is_run_name("MyFlow/1763700154"), is_run_name("MyFlow"), is_run_name("MyFlow/latest")
    (True, True, True)
    >>> is_run_name("flows/my.py"), is_run_name("pkg.module:MyFlow"), is_run_name("run.json")
    (False, False, False)
    """
    found = _NAME.fullmatch(text)
    # A file may lie in a folder that is named as a flow could be.
    return found is not None and Path(text).suffix not in _KINDS and not Path(text).is_file()


def run_named(run: Any, run_id: str | None = None) -> RunName:
    """Read how a run in a datastore is named.

    Parameters
    ----------
    run
        ``"MyFlow/123"``, ``"MyFlow/latest"``, ``"MyFlow"``, a flow's class or record, a ``Run`` or ``Flow``
        of Metaflow's client.
    run_id
        The run's id, where ``run`` does not hold it.

    Raises
    ------
    RunNotFoundError
        It names no run.
    UsageError
        There are two ids.
    """
    named = _of_text(run) if isinstance(run, str) else _of_client(run) or _of_flow(run)
    given = None if run_id == LATEST else run_id
    if named.run_id is not None and given is not None and named.run_id != given:
        raise UsageError(f"{run}: two run ids, {named.run_id} and {given}. Give one.")
    return RunName(named.flow, given or named.run_id, named.root)


def _of_text(text: str) -> RunName:
    found = _NAME.fullmatch(text)
    if found is None or not is_run_name(text):
        raise _no_run(text, Path(text))
    flow, run_id = found.groups()
    return RunName(flow, None if run_id == LATEST else run_id)


def _of_client(run: Any) -> RunName | None:
    """Read the name of an object of Metaflow's client, without asking its metadata for it."""
    if type(run).__module__ != "metaflow.client.core":
        return None
    kind, pathspec = type(run).__name__, str(getattr(run, "pathspec", ""))
    if kind not in ("Run", "Flow"):
        flow, run_id = [*pathspec.split("/"), "", ""][:2]
        whole = f"'{flow}/{run_id}'" if run_id else "a Run"
        raise RunNotFoundError(f"{kind}('{pathspec}') of Metaflow's client: not a whole run. Give {whole}.")
    flow, _, run_id = pathspec.partition("/")
    return RunName(flow, run_id or None, _root_of(run) if run_id else None)


def _root_of(run: Any) -> str | None:
    """Return where a run of the client is kept, which need not be what this process is configured for."""
    # Any task will do: all of a run are in one datastore, and the client has it only in their metadata.
    task = next((task for step in run for task in step), None)
    known = task.metadata_dict if task is not None else {}
    kind, root = known.get("ds-type"), str(known.get("ds-root", ""))
    if kind in (None, "local"):
        # A datastore that was moved still names the folder it was made in: then it is where the client reads.
        return root if Path(root).name == ".metaflow" and Path(root).is_dir() else None
    # Metaflow writes the root of Azure without a scheme.
    return root if "://" in root else f"{kind}://{root}"


def _of_flow(flow: Any) -> RunName:
    if isinstance(flow, Path):
        raise _no_run(str(flow), flow)
    try:
        return RunName((flow if isinstance(flow, FlowInfo) else load_flow(flow)).name)
    except FlowError as error:
        # A class whose graph Metaflow rejects today may have been run before.
        if isinstance(flow, type) and hasattr(flow, "_graph"):
            return RunName(flow.__name__)
        raise _no_run(repr(flow)) from error


def _no_run(shown: str, path: Path | None = None) -> RunNotFoundError:
    what = "not a run"
    if path is not None:
        what = "a folder, not a run" if shown and path.is_dir() else what
        what = f"{_KINDS[path.suffix]}, not a run" if path.suffix in _KINDS else what
    # An empty text would leave a message that begins with a colon.
    return RunNotFoundError(f"{ellipsis(shown, LONGEST) or repr(shown)}: {what}. {_WAYS}")
