"""Run a flow in a child process without the Metaflow settings of this user."""

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
from pathlib import Path

from manim_metaflow.errors import RunError
from manim_metaflow.utils.processes import signal_group
from manim_metaflow.utils.signals import interrupts_held

__all__ = ["CONSOLE_LINES", "Finished", "ask_python", "entry_point", "run_flow"]

_DRIVER = Path(__file__).with_name("driver.py")
_GRACE = 5.0
"""Seconds that Metaflow has to end its tasks before they are killed."""
_OUTPUT_LINES = 40
CONSOLE_LINES = 400
"""How many lines of what was printed a recording keeps."""

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CLOCK = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ ")
_PROCESS = re.compile(r" \(pid \d+\)\]")
_FOLDERS = re.compile(r"(?<![\w.])/(?:[\w.@+-]+/)+")


@dataclass(frozen=True)
class Finished:
    """How the child ended, and the last of what it printed."""

    returncode: int
    output: str
    console: tuple[str, ...] = ()
    """Every line, without its clock, its process id, its colours and this machine's folders."""


def run_flow(
    entry: list[str],
    arguments: tuple[str, ...],
    store: Path,
    environment: Mapping[str, str],
    timeout: float | None,
    *,
    lines: int = CONSOLE_LINES,
) -> Finished:
    """Run ``entry`` with ``arguments`` against the datastore in ``store``, and wait.

    However this ends, with a result, a timeout or Ctrl-C, no process of the child's group outlives it.
    """
    output = store / "output.log"
    child: subprocess.Popen[bytes] | None = None
    with output.open("wb") as log:
        try:
            with interrupts_held():
                child = subprocess.Popen(
                    [*entry, "--no-pylint", *arguments],
                    cwd=store,
                    env=_environment(store, environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # A group of its own, so that the run's tasks, and what these start, end with it.
                    start_new_session=True,
                )
            child.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise RunError(f"{entry[1]}: still running after {timeout:g} s; stopped.") from error
        finally:
            if child is not None:
                with interrupts_held():
                    _end(child)
    printed = output.read_text(errors="replace").splitlines()
    output.unlink()
    console = tuple(_plain(line, store) for line in printed[:lines])
    return Finished(child.returncode, "\n".join(printed[-_OUTPUT_LINES:]).strip(), console)


def _plain(line: str, store: Path) -> str:
    """Leave out what differs from machine to machine and from moment to moment."""
    text = _CLOCK.sub("", _ESCAPES.sub("", line)).replace(str(store), ".")
    return _FOLDERS.sub("", _PROCESS.sub("]", text)).rstrip()


def ask_python(script: str, arguments: list[str], store: Path, environment: Mapping[str, str]) -> str:
    """Run a few lines of Python where a flow would run, and return what they print."""
    asked = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=store,
        env=_environment(store, environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return asked.stdout


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        signal_group(child.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_GRACE)
    # Even if the run ended by itself: a task may have left a process behind.
    signal_group(child.pid, signal.SIGKILL)
    child.wait()


def _environment(store: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """Everything but Metaflow's own settings; those all point into ``store``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("METAFLOW_")}
    # @parallel starts its workers with a bare `python`, which must be this one.
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)])
    return {
        **kept,
        "PATH": path,
        "PYTHONDONTWRITEBYTECODE": "1",
        "METAFLOW_USER": "manim",
        "METAFLOW_HOME": str(store / "home"),
        "METAFLOW_DEFAULT_DATASTORE": "local",
        "METAFLOW_DEFAULT_METADATA": "local",
        "METAFLOW_DEFAULT_ENVIRONMENT": "local",
        "METAFLOW_DATASTORE_SYSROOT_LOCAL": str(store),
        "METAFLOW_DATASTORE_SYSROOT_SPIN": str(store),
        "METAFLOW_CLIENT_CACHE_PATH": str(store / "cache"),
        **extra,
    }


def entry_point(path: Path, class_name: str, text: str) -> tuple[list[str], dict[str, str]]:
    """Choose how to start a flow: as its author would, or, where its file does not run it, for them."""
    file = path.resolve()
    if _runs_itself(text, class_name):
        return [sys.executable, str(file)], {}
    return [sys.executable, str(_DRIVER)], {"MANIM_METAFLOW_FLOW": f"{file}:{class_name}"}


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
