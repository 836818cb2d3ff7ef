"""Nothing that a recorded flow has started outlives the recording, wherever it has gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from manim_metaflow.facts.recording.child import Place, run_child

HOLDER = """
import sys
from pathlib import Path
from manim_metaflow.facts.recording.child import Place, run_child
from manim_metaflow.utils.signals import terminate_as_interrupt

folder = Path(sys.argv[1])
with terminate_as_interrupt():
    run_child([sys.executable, "-c", sys.argv[2]], Place(folder, folder, {}), None)
"""

STARTS = """
import os, subprocess, sys, time
from pathlib import Path

deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
wait = [sys.executable, "-c", deaf]
started = [subprocess.Popen(wait), subprocess.Popen(wait, start_new_session=True)]
quiet = "stdout=-3, stderr=-3, start_new_session=True"
again = f"import subprocess; print(subprocess.Popen({wait!r}, {quiet}).pid)"
gone = subprocess.run([sys.executable, "-c", again], capture_output=True, text=True, start_new_session=True)
pids = [os.getpid(), *(each.pid for each in started), int(gone.stdout)]
Path("begun").write_text(" ".join(map(str, pids)))
time.sleep(SECONDS)
"""
"""Starts a process, one in a session of its own, and one whose parent is gone; all of them ignore SIGTERM."""


@pytest.fixture
def pids(tmp_path: Path) -> Iterator[list[int]]:
    """Filled by a test with the processes that its command has started; none is left behind."""
    found: list[int] = []
    yield found
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def started(folder: Path) -> list[int]:
    """Wait for a command to say which processes it has started."""
    for _ in range(600):
        with suppress(FileNotFoundError):
            pids = (folder / "begun").read_text().split()
            if len(pids) == 4:
                return [int(pid) for pid in pids]
        time.sleep(0.05)
    raise AssertionError("the command never began")


def alive(pids: list[int]) -> list[int]:
    def lives(pid: int) -> bool:
        try:
            return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    return [pid for pid in pids if lives(pid)]


def test_what_a_command_leaves_running_ends_with_it(tmp_path: Path, pids: list[int]) -> None:
    ended = run_child([sys.executable, "-c", STARTS.replace("SECONDS", "0")], Place(tmp_path, None, {}), None)
    pids += started(tmp_path)
    assert ended.returncode == 0
    assert alive(pids) == []


def test_what_takes_too_long_ends_with_all_it_has_started(tmp_path: Path, pids: list[int]) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run_child([sys.executable, "-c", STARTS.replace("SECONDS", "60")], Place(tmp_path, None, {}), 5)
    pids += started(tmp_path)
    assert alive(pids) == []


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_within_two_seconds_after_a_signal_nothing_is_left(
    tmp_path: Path, pids: list[int], number: str
) -> None:
    command = STARTS.replace("SECONDS", "60")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), command], stderr=subprocess.DEVNULL
    )
    pids += started(tmp_path)
    assert alive(pids) == pids
    holder.send_signal(getattr(signal, number))
    begun = time.monotonic()
    while alive(pids) and time.monotonic() - begun < 10:
        time.sleep(0.02)
    assert time.monotonic() - begun < 2
    holder.wait()


@pytest.mark.parametrize(("command", "code"), [("exit 3", 3), ("kill -9 $$", 137)])
def test_the_exit_code_is_that_of_the_command(tmp_path: Path, command: str, code: int) -> None:
    assert run_child(["sh", "-c", command], Place(tmp_path, None, {}), None).returncode == code
