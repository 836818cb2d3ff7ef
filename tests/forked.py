"""``manim-metaflow`` as a process of its own that does not import Manim and Metaflow once more.

A server imports them once for a whole test process, and forks for each command: the command has its own
memory, working folder, environment and streams, as one that is started from a shell. What is read while Manim
or Metaflow are imported needs the program itself, so it is started where that could make a difference.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("manim-metaflow"))

# Metaflow and Manim read their configuration, and Python its own, when they are imported.
READ_AT_IMPORT = ("METAFLOW", "PYTHON", "HOME", "XDG", "MANIM", "LANG", "LC_")

# Not listed: the server imports these when the first command asks for it.
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(
    ["manim", "metaflow", "metaflow.cli", "manim_metaflow.films.pipeline", "manim_metaflow.films.run"]
)


def _be_the_program(words: list[str], cwd: str, environment: dict[str, str], folder: str) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate((os.devnull, f"{folder}/out", f"{folder}/error")):
        os.dup2(os.open(name, os.O_RDWR), number)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
    sys.argv = [PROGRAM, *words]
    from manim_metaflow.cli import main

    try:
        main()
    finally:
        # A forked process ends without what the interpreter does at its end.
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()


def command(*words: object, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run ``manim-metaflow`` in a folder, with these variables beside those of the tests."""
    said, environment = [str(word) for word in words], {**os.environ, **env}
    if (cwd / "manim.cfg").exists() or any(name.startswith(READ_AT_IMPORT) for name in env):
        return subprocess.run(
            [PROGRAM, *said], cwd=cwd, env=environment, capture_output=True, text=True, check=False
        )
    with tempfile.TemporaryDirectory() as folder:
        out, error = Path(folder, "out"), Path(folder, "error")
        out.touch()
        error.touch()
        process = _SERVER.Process(target=_be_the_program, args=(said, str(cwd), environment, folder))
        process.start()
        process.join()
        assert process.exitcode is not None
        words_of = [PROGRAM, *said]
        return subprocess.CompletedProcess(words_of, process.exitcode, out.read_text(), error.read_text())
