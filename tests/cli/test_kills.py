"""Whenever a command is ended: no process, no half file, no lost run, and the next call is right."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import av
import psutil
import pytest
from PIL import Image

from manim_metaflow.cli import COMMANDS
from manim_metaflow.facts import load_recording, load_run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found through /proc here")

TESTS = Path(__file__).parents[1]
PROGRAM = str(Path(sys.executable).with_name("manim-metaflow"))
FLOW = TESTS / "flows" / "linear.py"
[RUN] = (TESTS / "recordings").glob("LinearFlow-run-*.json")
KILLS = int(os.environ.get("FUZZ_EXAMPLES", "0"))
"""How many random kills there are: only `make fuzz` names a number."""

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
LONGEST = 6.0
"""Seconds after which a command is killed at the latest; most have ended or are well on their way."""

STARTS = """
import os, subprocess, sys

def start_processes():
    if "ALONE" in os.environ:
        return
    wait = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"]
    quiet = {"stdin": -3, "stdout": -3, "stderr": -3}
    subprocess.Popen(wait, **quiet)
    again = f"import subprocess; subprocess.Popen({wait!r}, start_new_session=True, stdout=-3, stderr=-3)"
    subprocess.run([sys.executable, "-c", again], start_new_session=True, **quiet)
"""
"""Starts a process, and one in a session of its own whose parent is gone; both ignore SIGTERM."""

SCENE = """
from starts import start_processes
from manim import *

start_processes()

class One(Scene):
    def construct(self):
        for _ in range(6):
            self.play(FadeIn(Square()), run_time=0.5, subcaption="A square.")
"""


@dataclass(frozen=True)
class Command:
    """What is typed, what it writes, and whether it runs foreign code in a process that can be killed."""

    words: str
    output: str = ""
    guarded: bool = False

    @property
    def name(self) -> str:
        return self.words.partition(" ")[0]


CASES = (
    Command("check scene.py"),
    Command("compare run.json run.json -o out.mp4 --fps 5 -r 256,144", "out.mp4"),
    Command("draw linear.py -o out.png -q l", "out.png"),
    Command("draw linear.py -o out.gif --fps 5 -r 256,144", "out.gif"),
    Command("draw linear.py -o out.webm --fps 5 -r 256,144", "out.webm"),
    Command("record linear.py -o kept.json", "kept.json", guarded=True),
    Command("render scene.py -r 256,144 --fps 5", "media/videos/scene/144p5/One.mp4", guarded=True),
    Command("render scene.py -r 256,144 --fps 5 --parts 2", "media/videos/scene/144p5/One.mp4", guarded=True),
    Command("replay run.json -o out.mp4 --fps 5 -r 256,144", "out.mp4"),
    Command("sheet scene.py -o out.png -r 256,144", "out.png"),
    Command("show linear.py"),
    Command("story linear.py longer.py -o out.mp4 --fps 5 -r 256,144", "out.mp4"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with flows, runs and a scene, and one for what is temporary; all processes end with it."""
    (tmp_path / "starts.py").write_text(STARTS)
    source = FLOW.read_text()
    (tmp_path / "linear.py").write_text(f"from starts import start_processes\n{source}\nstart_processes()\n")
    (tmp_path / "longer.py").write_text(source.replace("self.next(self.use)", "self.next(self.use)  # on"))
    (tmp_path / "scene.py").write_text(SCENE)
    shutil.copy(RUN, tmp_path / "run.json")
    (tmp_path / "tmp").mkdir()
    yield tmp_path
    for process in processes(tmp_path):
        with suppress(psutil.NoSuchProcess):
            process.kill()


def environment(folder: Path, *, alone: bool = False) -> dict[str, str]:
    """Mark all processes of a test, however far they go, and give them a place for temporary files."""
    more = {"ALONE": "1"} if alone else {}
    return {**os.environ, "TMPDIR": str(folder / "tmp"), "OF_TEST": str(folder), **more}


def processes(folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("OF_TEST") == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def call(folder: Path, command: Command) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *command.words.split()],
        cwd=folder,
        env=environment(folder, alone=True),
        capture_output=True,
        text=True,
        check=False,
    )


def listens(pid: int) -> bool:
    """Whether a process handles SIGTERM by now: before, there is nothing yet that it could leave."""
    caught = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "SigCgt" in line)
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def kill(folder: Path, command: Command, number: signal.Signals, delay: float) -> tuple[int, str]:
    """Start a command, send a signal to it after a time, and see that nothing of it is left."""
    # What is killed at once cannot end what it has started: only a process beside it can.
    alone = number is signal.SIGKILL and not command.guarded
    log = folder / "tmp" / f"log-{uuid4()}"
    with log.open("w") as said:
        process = subprocess.Popen(
            [PROGRAM, *command.words.split()],
            cwd=folder,
            env=environment(folder, alone=alone),
            stdout=said,
            stderr=said,
        )
    until = time.monotonic() + 60
    while process.poll() is None and not listens(process.pid) and time.monotonic() < until:
        time.sleep(0.005)
    with suppress(subprocess.TimeoutExpired):
        process.wait(delay)
    process.send_signal(number)
    sent = time.monotonic()
    code = process.wait(30)
    while left := processes(folder):
        assert time.monotonic() < sent + 30, [each.cmdline() for each in left]
        time.sleep(0.02)
    took = time.monotonic() - sent
    text = log.read_text()
    log.unlink()
    # On a machine that has other work to do everything takes longer.
    assert took < 2 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)), took
    assert "Traceback" not in text
    # A check that came to its end before the signal has found what is wrong with the scene.
    by_itself = {"check": 1}.get(command.name, 0)
    assert code in (0, by_itself, 130, -signal.SIGKILL), text
    return code, text


def leftovers(folder: Path) -> list[str]:
    """Name what has no business in a folder of the user's or where files are temporary."""
    hidden = [path for path in folder.rglob(".*") if path.name != ".manim-metaflow"]
    stages = folder.glob("media/.manim-metaflow/stage-*")
    # Metaflow's runtime hands a task its configs in a file of such a name; killed, it leaves the file.
    temporary = [path for path in (folder / "tmp").iterdir() if not path.name.startswith("tmp")]
    found = (*hidden, *stages, *temporary)
    return sorted(str(path.relative_to(folder)) for path in found if "kept.store" not in path.parts)


def check_whole(path: Path) -> None:
    """See that a file is whole, if there is one, and that a record has the run in its datastore."""
    if not path.exists():
        return
    if path.suffix == ".json":
        record = load_recording(path)
        stored = load_run(f"{record.flow.name}/{record.run_id}", root=path.with_suffix(".store"))
        assert [task.path for task in stored.tasks] == [task.path for task in record.tasks]
    elif path.suffix in (".png", ".gif"):
        with Image.open(path) as picture:
            picture.load()
    else:
        with av.open(path) as film:
            assert len(list(film.decode(video=0))) > 1


def check_next(folder: Path, command: Command) -> None:
    done = call(folder, command)
    assert done.returncode == (1 if command.name == "check" else 0), done.stderr
    assert "Traceback" not in done.stderr
    if command.output:
        assert (folder / command.output).exists()
        check_whole(folder / command.output)
    assert leftovers(folder) == []


def test_every_command_is_tried() -> None:
    assert {case.name for case in CASES} == set(COMMANDS)


@pytest.mark.parametrize(
    ("words", "number", "delay"),
    [
        ("sheet scene.py", signal.SIGHUP, 3.0),
        ("draw linear.py -o out.png", signal.SIGKILL, 2.0),
        ("record linear.py", signal.SIGTERM, 2.5),
    ],
    ids=["a hangup of a sheet", "a kill of a drawing", "the end of a record"],
)
def test_a_command_that_is_ended_leaves_nothing_and_the_next_call_is_right(
    folder: Path, words: str, number: signal.Signals, delay: float
) -> None:
    command = next(case for case in CASES if case.words.startswith(words))
    kill(folder, command, number, delay)
    check_whole(folder / command.output)
    if number is signal.SIGKILL:
        check_next(folder, command)
    assert leftovers(folder) == []


@pytest.mark.skipif(not KILLS, reason="hours of processes: make fuzz")
@pytest.mark.parametrize("seed", range(min(KILLS, 100)))
def test_after_a_random_kill_everything_is_right(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    command, number = CASES[seed % len(CASES)], chance.choice(SIGNALS)
    before = chance.random() < 0.5
    if before:
        check_next(folder, command)
        if command.name == "render":
            (folder / "scene.py").write_text(SCENE.replace("range(6)", "range(7)"))
    kill(folder, command, number, chance.uniform(0, LONGEST))
    if command.output:
        assert (folder / command.output).exists() or not before
        check_whole(folder / command.output)
    if number is not signal.SIGKILL:
        assert leftovers(folder) == []
    check_next(folder, command)
