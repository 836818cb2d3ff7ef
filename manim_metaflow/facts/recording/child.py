"""Run a flow in a child process, where it stands, without the Metaflow settings of this user."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from manim_metaflow.facts.recording.output import read_output
from manim_metaflow.utils.processes import signal_group
from manim_metaflow.utils.signals import interrupts_held

__all__ = ["CACHE", "CARDS", "CONSOLE_LINES", "Finished", "Place", "entry_point", "run_child"]

_DRIVER = Path(__file__).with_name("driver.py")
_GUARD = [sys.executable, "-P", "-m", "manim_metaflow.facts.recording.guard"]
_GRACE = 3.0
"""Seconds that the guard has to end everything; it needs less than two."""
CARDS = Path(".metaflow", "mf.cards")
"""Where Metaflow's client looks for the cards of a local run, below the folder of the datastore."""
CACHE = "cache"
_OPTIONS = ("METAFLOW_RUN_", "METAFLOW_RESUME_")
CONSOLE_LINES = 400
"""How many lines of what was printed a recording keeps."""

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CLOCK = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,6}) ")
_PROCESS = re.compile(r" \(pid \d+\)\]")
_FOLDERS = re.compile(r"(?<![\w.])/(?:[\w.@+-]+/)+")


@dataclass(frozen=True)
class Place:
    """Where a child process runs, and where what it does is kept.

    Parameters
    ----------
    store
        The folder of its datastore.
    cwd
        The folder it runs in; ``None`` for ``store``, where it finds nothing.
    environment
        Variables to add to those of this process.
    """

    store: Path
    cwd: Path | None
    environment: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """The folder the process runs in."""
        return self.cwd or self.store

    def variables(self) -> dict[str, str]:
        """All of the environment but this user's Metaflow settings; those all point into the datastore."""
        kept = {name: value for name, value in os.environ.items() if self._admits(name)}
        # @parallel starts its workers with a bare `python`, which must be this one.
        path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
        # By default a card is put into the nearest .metaflow above the working folder, which is the user's.
        cards = {} if self.cwd is None else {"METAFLOW_CARD_LOCALROOT": str(self.store / CARDS)}
        return {
            **kept,
            "PATH": path,
            # No `__pycache__` shall be left in the user's folder, in which the flow runs.
            "PYTHONDONTWRITEBYTECODE": "1",
            # Metaflow tags a run with its user and refuses to run without one; a recording shall not depend
            # on who made it.
            "METAFLOW_USER": "manim",
            "METAFLOW_HOME": str(self.store / "home"),
            "METAFLOW_DEFAULT_DATASTORE": "local",
            "METAFLOW_DEFAULT_METADATA": "local",
            "METAFLOW_DEFAULT_ENVIRONMENT": "local",
            # Settings in the environment go before those of Metaflow's files.
            "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(self.store),
            "METAFLOW_DATASTORE_SYSROOT_SPIN": str(self.store),
            "METAFLOW_CLIENT_CACHE_PATH": str(self.store / CACHE),
            **cards,
            **self.environment,
        }

    def _admits(self, name: str) -> bool:
        # A parameter can be given as METAFLOW_RUN_ALPHA: an option of the flow, not a setting of Metaflow.
        return not name.startswith("METAFLOW_") or (self.cwd is not None and name.startswith(_OPTIONS))


@dataclass(frozen=True)
class Finished:
    """How the child ended, and what it printed, which may be cut.

    Parameters
    ----------
    returncode
        Its exit code.
    output
        The last of what it printed.
    console
        The first lines, without their clocks, process ids, colours and this machine's folders.
    times
        When each of those lines was printed (seconds since the epoch), by the clock that Metaflow put before
        it; a line without one has that of the line before.
    cut
        What was left out of ``console``, in words.
    """

    returncode: int
    output: str
    console: tuple[str, ...] = ()
    times: tuple[float, ...] = ()
    cut: str = ""


def run_child(
    command: list[str], place: Place, timeout: float | None, *, lines: int = CONSOLE_LINES
) -> Finished:
    """Run a command, and wait for its end.

    However this ends, with a result, a timeout, Ctrl-C or the death of this process, nothing that the command
    has started outlives it.

    Raises
    ------
    subprocess.TimeoutExpired
        It took longer than ``timeout`` seconds.
    """
    output = place.store / "output.log"
    child: subprocess.Popen[bytes] | None = None
    with output.open("wb") as log:
        try:
            with interrupts_held():
                child = subprocess.Popen(
                    [*_GUARD, *command],
                    cwd=place.folder,
                    env=place.variables(),
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # A group of its own, so that a Ctrl-C in the terminal reaches this process alone.
                    start_new_session=True,
                )
            child.wait(timeout)
        finally:
            if child is not None:
                # An interrupt in the midst of it would leave processes that nobody ends any more.
                with interrupts_held():
                    _end(child)
    console, last, cut = read_output(output, lines)
    output.unlink()
    plain = tuple(_plain(line, place.store) for line in console)
    return Finished(child.returncode, "\n".join(last).strip(), plain, _times(console), cut)


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE)
    # If the guard itself was killed, or hangs, what is left of its group ends at least.
    signal_group(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdin is not None:
        child.stdin.close()


def _plain(line: str, store: Path) -> str:
    """Leave out what differs from machine to machine and from moment to moment."""
    # Colours first: an escape may stand in front of the clock.
    text = _CLOCK.sub("", _ESCAPES.sub("", line)).replace(str(store), ".")
    return _FOLDERS.sub("", _PROCESS.sub("]", text)).rstrip()


def _times(console: list[str]) -> tuple[float, ...]:
    """Read the clocks of lines; none at all if no line has one."""
    clocks = [_CLOCK.match(_ESCAPES.sub("", line)) for line in console]
    # Metaflow writes the local time, which is that of this process, too.
    moments = [datetime.fromisoformat(found[1]).timestamp() if found else None for found in clocks]
    now = next((moment for moment in moments if moment is not None), None)
    if now is None:
        return ()
    times = []
    for moment in moments:
        now = max(now, moment or now)  # in order, though several processes write
        times.append(round(now, 3))
    return tuple(times)


def entry_point(path: Path, class_name: str, text: str, place: Place) -> tuple[list[str], dict[str, str]]:
    """Choose how to start a flow: as its author would, or, where that is not possible, for them.

    It is not where the file does not run the flow, nor where Metaflow would read settings of this user's.
    """
    file = path.resolve()
    if _runs_itself(text, class_name) and not _has_settings(place.folder):
        return [sys.executable, str(file)], {}
    return [sys.executable, str(_DRIVER)], {"MANIM_METAFLOW_FLOW": f"{file}:{class_name}"}


def _has_settings(folder: Path) -> bool:
    """Tell whether Metaflow finds settings in the nearest .metaflow above its working folder."""
    stores = (each / ".metaflow" for each in (folder.resolve(), *folder.resolve().parents))
    nearest = next((store for store in stores if store.is_dir()), None)
    return nearest is not None and (nearest / "config.json").is_file()


def _runs_itself(text: str, class_name: str) -> bool:
    tree = ast.parse(text)
    guards = [node for node in tree.body if isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)]
    if not guards:
        return False
    called = {name for guard in guards for name in _called(guard)}
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in called]
    return class_name in called.union(*map(_called, functions))


def _called(node: ast.AST) -> set[str]:
    calls = (child for child in ast.walk(node) if isinstance(child, ast.Call))
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)}
