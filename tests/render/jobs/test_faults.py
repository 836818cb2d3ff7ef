"""Whatever happens to a render, published films are whole, and its errors are reported."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import psutil
import pytest
from rendering import BIN, SMALL, files, frames, render, run

SCENES = """
import os
import random
import signal
import subprocess
import time
from pathlib import Path

from manim import *

class Raises(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.3)
        self.play(FadeIn(Circle()), run_time=0.2)
        raise ValueError("no more shapes")

class KilledOnce(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.1)
        if not Path("killed").exists():
            Path("killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)

class Killed(Scene):
    def construct(self):
        subprocess.Popen(["sleep", "300"], start_new_session=True)
        os.kill(os.getpid(), signal.SIGKILL)

class Exits(Scene):
    def construct(self):
        os._exit(3)

class Good(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.1)

class Slow(Scene):
    def construct(self):
        subprocess.Popen(["sleep", "300"], start_new_session=True)
        Path("begun").touch()
        for _ in range(400):
            self.play(FadeIn(Square()), run_time=0.1)
            time.sleep(0.1)

class Meets(Scene):
    def construct(self):
        self.play(FadeIn(Square()), run_time=0.1)
        Path(f"begun-{os.getpid()}").write_text("")
        time.sleep(6)  # long enough for another process to begin; to look for a file would be an input

class Chance(Scene):
    def construct(self):
        for _ in range(3):
            self.play(FadeIn(Dot(point=[random.uniform(-4, 4), np.random.uniform(-3, 3), 0])), run_time=0.1)

class Noise(Scene):
    def construct(self):
        places = np.random.default_rng(1).uniform((-7, -4, 0), (7, 4, 0), (200, 3))
        self.play(*[Create(Dot(place)) for place in places], run_time=0.5)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "faulty.py").write_text(SCENES)
    return tmp_path


def sleepers(folder: Path) -> list[int]:
    """Find what the scenes of a folder have started."""
    found = psutil.process_iter(["cmdline", "cwd"])
    mine = (["sleep", "300"], str(folder))
    return [process.pid for process in found if (process.info["cmdline"], process.info["cwd"]) == mine]


def test_each_scene_ends_by_itself(folder: Path) -> None:
    done = render("faulty.py", "Raises", "KilledOnce", "Killed", "Exits", "Good", "-j", 2, cwd=folder)
    assert done.returncode == 1
    for line in (
        "Raises: failed",
        "KilledOnce: The worker was killed (SIGKILL). Rendering again.",
        "KilledOnce: done",
        "Killed: failed",
        "The worker was killed (SIGKILL), and so was the one before.",
        "Exits: failed",
        "The worker ended itself with exit code 3.",
        "Good: done",
    ):
        assert line in done.stderr
    trace = done.stderr[done.stderr.index("Traceback") :].splitlines()
    assert trace[1].startswith(f'  File "{folder / "faulty.py"}", line 15, in construct')
    assert trace[3] == "ValueError: no more shapes"

    films = folder / "media" / "videos" / "faulty" / "480p10"
    assert sorted(path.name for path in films.iterdir()) == [
        "Good.mp4",
        "KilledOnce.mp4",
        "Raises.failed.mp4",
    ]
    assert len(frames(films / "Raises.failed.mp4")) == 5
    assert sorted(done.stdout.split()) == [str(films / "Good.mp4"), str(films / "KilledOnce.mp4")]
    assert sleepers(folder) == []


class Start(Protocol):
    def __call__(self, scene: str) -> subprocess.Popen[str]: ...


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Start renders, and end those that a failed test leaves behind: some would wait for ever."""
    commands: list[subprocess.Popen[str]] = []

    def start_one(scene: str) -> subprocess.Popen[str]:
        command = subprocess.Popen(
            [BIN / "manim-metaflow", "render", *SMALL, "faulty.py", scene],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        commands.append(command)
        return command

    yield start_one
    for command in commands:
        command.terminate()
        command.communicate()


def wait_for(pattern: str, folder: Path, count: int = 1) -> None:
    until = time.monotonic() + 60
    while len(list(folder.glob(pattern))) < count:
        assert time.monotonic() < until, f"{pattern} did not come"
        time.sleep(0.05)


def running(process: psutil.Process) -> bool:
    """Whether it is there and not only waiting for somebody to ask how it ended."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_no_process_and_no_film_is_left_when_it_is_ended(
    folder: Path, start: Start, number: signal.Signals
) -> None:
    command = start("Slow")
    wait_for("begun", folder)
    worker = psutil.Process(command.pid).children()[0]
    command.send_signal(number)
    _, said = command.communicate(timeout=2)
    gone_by = time.monotonic() + 2
    while running(worker) and time.monotonic() < gone_by:
        time.sleep(0.02)
    assert not running(worker)
    while sleepers(folder) and time.monotonic() < gone_by:
        time.sleep(0.02)
    assert sleepers(folder) == []
    assert "Traceback" not in said
    assert command.returncode == (-signal.SIGKILL if number is signal.SIGKILL else 130)
    assert files(folder / "media") == set()
    if number is not signal.SIGKILL:
        assert list(folder.glob("media/.manim-metaflow/stage-*")) == []
        return
    # What a killed render has left is cleared by the next, and what another machine works on stays.
    other = folder / "media" / ".manim-metaflow" / "stage-elsewhere-x"
    other.mkdir()
    render("faulty.py", "Good", cwd=folder, check=True)
    assert list(other.parent.glob("stage-*")) == [other]


def test_the_second_of_two_renders_waits_and_finds_the_film(folder: Path, start: Start) -> None:
    first = start("Meets")
    wait_for("begun-*", folder)
    second = start("Meets")
    assert second.stderr is not None
    assert "another process is rendering it" in second.stderr.readline()
    said = [command.communicate(timeout=60)[1] for command in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0]
    assert "Meets: done" in said[0]
    assert "Meets: unchanged" in said[1]
    assert len(list(folder.glob("begun-*"))) == 1


def test_scene_of_chance_is_the_one_manim_renders_from_the_same_seed(folder: Path) -> None:
    ours = render("faulty.py", "Chance", "--seed", 7, cwd=folder, check=True)
    run(
        "manim",
        "render",
        *SMALL,
        "--seed",
        7,
        "--media_dir",
        "m",
        "faulty.py",
        "Chance",
        cwd=folder,
        check=True,
    )
    film = Path("videos") / "faulty" / "480p10" / "Chance.mp4"
    theirs, other = frames(folder / "m" / film), frames(Path(ours.stdout.strip()))
    assert len(theirs) == len(other) == 3
    assert all(abs(one.astype(int) - two).mean() < 0.5 for one, two in zip(theirs, other, strict=True))


def small_disk() -> bool:
    """Whether this machine lets a user mount a small disk for a process of theirs."""
    script = "mount -t tmpfs -o size=16k none /mnt"
    return (
        shutil.which("unshare") is not None
        and not subprocess.run(
            ["unshare", "-rm", "sh", "-c", script], capture_output=True, check=False
        ).returncode
    )


def test_full_disk_is_said_and_leaves_nothing(folder: Path) -> None:
    if not small_disk():
        pytest.skip("a small disk cannot be mounted here without rights")
    (folder / "media").mkdir()
    command = f"{BIN / 'manim-metaflow'} render {' '.join(SMALL)} faulty.py Noise"
    script = f"mount -t tmpfs -o size=16k none media && {command}; echo code $?; find media -type f"
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], cwd=folder, capture_output=True, text=True, check=True
    )
    assert (
        "media has no room left for Noise: the disk or a quota is full. Nothing was written." in done.stderr
    )
    assert "Traceback" not in done.stderr
    code, *left = done.stdout.splitlines()
    assert code == "code 1"
    assert all(path.startswith("media/.manim-metaflow/") for path in left)
    assert not any("stage" in path for path in left)


def test_folder_that_cannot_be_written_is_named(folder: Path) -> None:
    (folder / "media").write_text("a file")
    done = render("faulty.py", "Good", cwd=folder)
    assert done.returncode == 1
    assert f"manim-metaflow: {folder / 'media'}: cannot write there: " in done.stderr


def test_scene_file_that_cannot_be_imported_does_not_stop_the_others(folder: Path) -> None:
    (folder / "faulty.py").unlink()
    (folder / "broken.py").write_text("from manim import *\nclass B(Scene):\n    x = missing\n")
    (folder / "good.py").write_text(
        "from manim import *\nclass G(Scene):\n    def construct(self):\n"
        "        self.play(FadeIn(Dot()), run_time=0.1)\n"
    )
    done = render(folder, cwd=folder)
    assert done.returncode == 1
    assert "broken.py cannot be imported." in done.stderr
    assert "NameError: name 'missing' is not defined" in done.stderr
    assert "G: done" in done.stderr


def test_binary_scene_file_is_one_message(folder: Path) -> None:
    (folder / "binary.py").write_bytes(b"\x7fELF\0\0")
    done = render("binary.py", cwd=folder)
    assert done.returncode == 1
    first, second, third = done.stderr.splitlines()
    assert (first, second) == ("✗ binary.py: failed", "binary.py cannot be imported.")
    assert third.startswith("SyntaxError: ")


if sys.platform != "linux":  # Orphans are found through /proc and the subreaper.
    pytestmark = pytest.mark.skip("what a killed worker leaves behind is found on Linux only")
