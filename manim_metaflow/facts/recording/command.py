"""Record what a command prints that makes no run: ``show``, ``check``, ``dump``, a deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from manim_metaflow.facts.recording.request import TIMEOUT, Request, Where
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.records.codec import JsonRecord
from manim_metaflow.utils.files import write_text

__all__ = ["CommandRecord", "record_command"]

_SUFFIX = ".console.json"
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
    timeout: float | None = TIMEOUT,
    cwd: str | Path | None = None,
    sandbox: bool = False,
) -> CommandRecord:
    """Give a flow a command and record what it prints, or read the recording if there is one.

    Parameters
    ----------
    flow, recordings, fresh, env, timeout, cwd, sandbox
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
    ...     checked = record_command("tests/flows/linear.py", "check", recordings=folder)
    >>> checked.code, "    The graph looks good!" in checked.console
    (0, True)
    """
    where = Where(env, timeout, cwd, sandbox)
    request = Request.make("command", flow, arguments, recordings=recordings, where=where, origin=after)
    path = request.files.made(request.file.class_name, _SUFFIX)
    if path is not None and not fresh:
        found = CommandRecord.from_json(path.read_bytes(), name=str(path))
        if found.origin_run_id == request.origin_run_id:
            return found
    return _record(request, arguments, setting or _nothing)


def _record(request: Request, command: tuple[str, ...], setting: Setting) -> CommandRecord:
    with request.place() as place:
        flow, _ = request.describe(place)
        with setting() as given:
            served = replace(place, environment={**place.environment, **given})
            ended = request.run(flow.name, command, served, lines=_LINES)
    record = CommandRecord(flow.name, command, ended.returncode, ended.console, request.origin_run_id)
    write_text(request.files.path(flow.name, _SUFFIX), record.to_json())
    return record


def _nothing() -> AbstractContextManager[Mapping[str, str]]:
    return nullcontext({})
