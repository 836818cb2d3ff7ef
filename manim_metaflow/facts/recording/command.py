"""What Metaflow says to a command that makes no run: ``show``, ``check``, ``dump``, a deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from manim_metaflow.facts.flow.load import load_flow
from manim_metaflow.facts.recording.child import entry_point, run_flow
from manim_metaflow.facts.recording.recordings import Shelf, recording_key, scratch_store, write_text
from manim_metaflow.facts.recording.runs import _TIMEOUT, _need_key, _store_after, _Target, _target
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.records.codec import JsonRecord

__all__ = ["CommandRecord", "record_command"]

_LINES = 4000
"""Of what a command prints: a compiled flow is long."""

Setting = Callable[[], AbstractContextManager[Mapping[str, str]]]


@dataclass(frozen=True)
class CommandRecord(JsonRecord):
    """A command and what it printed.

    ``command`` is what follows the flow's file, ``console`` every line that was printed, without clocks
    and this machine's folders, ``code`` the exit code.
    """

    flow_name: str
    command: tuple[str, ...]
    code: int
    console: tuple[str, ...] = ()
    origin_run_id: str | None = None


def record_command(
    flow: str | Path | type,
    *arguments: str,
    after: RunRecord | None = None,
    setting: Setting | None = None,
    recordings: str | Path | None = None,
    fresh: bool = False,
    env: Mapping[str, str] | None = None,
    timeout: float | None = _TIMEOUT,
) -> CommandRecord:
    """Give a flow a command and record what it says, or read the recording if there is one.

    Parameters
    ----------
    flow, recordings, fresh, env, timeout
        As for :func:`record_run`.
    *arguments
        The command, ``"check"``.
    after
        A recorded run whose datastore the command finds.
    setting
        Enters what the command needs to be there, a server say, and yields environment variables. It is
        entered only to record, and is not part of what a recording is found by.

    Raises
    ------
    FlowError
        If there is no such flow.
    RunError
        If the command takes longer than ``timeout``, or the datastore of ``after`` is gone.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     said = record_command("tests/flows/linear.py", "check", recordings=folder)
    >>> said.code, "    The graph looks good!" in said.console
    (0, True)
    """
    target = _target(flow)
    variables = dict(env or {})
    key = recording_key(target.text, "command", arguments, variables, _need_key(after) if after else "")
    if recordings is None and after is not None and after.recording is not None:
        recordings = after.recording.parent
    shelf = Shelf(recordings, target.path, "command", key)
    name = target.class_name or load_flow(target.source).name
    path = shelf.directory / f"{name}-command-{key}.said.json"  # not to be taken for a run's
    run_id = after.run_id if after else None
    if path.is_file() and not fresh:
        found = CommandRecord.from_json(path.read_bytes(), name=str(path))
        if found.origin_run_id == run_id:
            return found
    record = CommandRecord(name, arguments, 0, origin_run_id=run_id)
    return _record(target, record, shelf, path, variables, after, setting, timeout)


def _record(
    target: _Target,
    record: CommandRecord,
    shelf: Shelf,
    path: Path,
    variables: Mapping[str, str],
    after: RunRecord | None,
    setting: Setting | None,
    timeout: float | None,
) -> CommandRecord:
    entry, for_driver = entry_point(target.path, record.flow_name, target.text)
    origin = _store_after(after, shelf) if after else None
    with scratch_store(shelf.directory, origin) as scratch, (setting or _nothing)() as given:
        environment = {**variables, **for_driver, **given}
        ended = run_flow(entry, record.command, scratch, environment, timeout, lines=_LINES)
    record = replace(record, code=ended.returncode, console=ended.console)
    write_text(path, record.to_json())
    return record


def _nothing() -> AbstractContextManager[Mapping[str, str]]:
    return nullcontext({})
