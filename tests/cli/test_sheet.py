"""``manim-metaflow sheet``, through the command line: a good sheet, or one clear message and no file."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from manim_metaflow.cli import main

TALK = """
import manim as mn

class Talk(mn.Scene):
    def construct(self):
        self.next_section("shapes")
        self.play(mn.FadeIn(mn.Square(color=mn.RED, fill_opacity=1)), subcaption="A square")
        disc = mn.Circle(color=mn.BLUE, fill_opacity=1).shift(mn.RIGHT * 3)
        self.play(mn.FadeIn(disc), subcaption="A circle")
"""
SECOND = "\n\nclass Other(mn.Scene):\n    def construct(self):\n        self.play(mn.Create(mn.Square()))\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    # A file imported under one name hides the next one of that name.
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    (tmp_path / "talk.py").write_text(TALK)
    return tmp_path


def sheet(*words: str) -> Result:
    return CliRunner().invoke(main, ["sheet", *words])


def refused(result: Result, code: int) -> str:
    """What is said instead of a sheet: one message, no traceback."""
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert list(Path().glob("*.png")) == list(Path().glob(".*.png")) == []
    return result.output


OLDER = b"\x89PNG\r\n\x1a\nan older one"


def start(*words: str, cwd: Path) -> subprocess.Popen[str]:
    code = "from manim_metaflow.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )


def test_a_sheet_shows_every_beat(folder: Path) -> None:
    process = start("sheet", "talk.py", "-o", "talk.png", "--columns", "2", cwd=folder)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.strip().endswith("talk.png")
    pixels = np.asarray(Image.open(folder / "talk.png").convert("RGB")).astype(int)
    red = (pixels[..., 0] > 200) & (pixels[..., 2] < 120)
    blue = (pixels[..., 2] > 180) & (pixels[..., 0] < 120)
    half = pixels.shape[1] // 2
    assert red[:, :half].any()  # the square is on both frames
    assert red[:, half:].any()
    assert blue[:, half:].any()
    assert not blue[:, :half].any()  # the circle on the second alone
    assert oct((folder / "talk.png").stat().st_mode)[-3:] == "644"
    assert sorted(path.name for path in folder.iterdir()) == ["talk.png", "talk.py"]


def test_the_file_is_named_after_the_scenes_file_and_replaced_whole(folder: Path) -> None:
    (folder / "talk.png").write_bytes(OLDER)
    assert sheet("talk.py").exit_code == 0
    first = (folder / "talk.png").read_bytes()
    assert first.startswith(b"\x89PNG")
    assert sheet("talk.py").exit_code == 0
    assert (folder / "talk.png").read_bytes() == first


def test_one_of_several_scenes(folder: Path) -> None:
    (folder / "talk.py").write_text(TALK + SECOND)
    assert sheet("talk.py", "Other", "-o", "one.png").exit_code == 0
    assert (folder / "one.png").is_file()


def test_no_such_file(folder: Path) -> None:
    assert "nothing.py: no such file" in refused(sheet("nothing.py"), 2)


def test_several_scenes_and_no_name(folder: Path) -> None:
    (folder / "talk.py").write_text(TALK + SECOND)
    assert "talk.py has several scenes: Talk, Other. Name one" in refused(sheet("talk.py"), 2)


def test_a_scene_that_is_not_there(folder: Path) -> None:
    assert "talk.py has no scene 'Tlak'. Its scenes are: Talk" in refused(sheet("talk.py", "Tlak"), 2)


def test_a_file_without_a_scene(folder: Path) -> None:
    (folder / "talk.py").write_text("x = 1\n")
    assert "talk.py has no scene" in refused(sheet("talk.py"), 2)


def test_a_file_that_cannot_be_imported(folder: Path) -> None:
    (folder / "talk.py").write_text("import no_such_module_at_all\n")
    said = refused(sheet("talk.py"), 1)
    assert "talk.py, line 1, " in said
    assert "no_such_module_at_all" in said


def test_a_file_that_is_not_python(folder: Path) -> None:
    (folder / "talk.py").write_text("x = 1\ny = (\n")
    assert "talk.py, line 2: SyntaxError: " in refused(sheet("talk.py"), 1)


@pytest.mark.parametrize(
    ("output", "reason"), [("no/such/folder/x.png", "there is no folder"), (".", "is a folder")]
)
def test_an_output_that_cannot_be_written(folder: Path, output: str, reason: str) -> None:
    assert reason in refused(sheet("talk.py", "-o", output), 2)


def test_a_folder_that_is_not_writable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr("tempfile.mkdtemp", read_only)
    assert "is not writable" in refused(sheet("talk.py"), 2)


def test_a_scene_that_raises(folder: Path) -> None:
    (folder / "talk.py").write_text(TALK + "        raise ValueError('the bottle is empty')\n")
    said = refused(sheet("talk.py"), 1)
    assert "the bottle is empty" in said
    assert "ValueError" in said
    assert "talk.py, line 10, in construct: " in said


def test_a_scene_that_raises_leaves_the_older_sheet(folder: Path) -> None:
    (folder / "talk.py").write_text(TALK + "        raise ValueError('no')\n")
    (folder / "talk.png").write_bytes(OLDER)
    assert sheet("talk.py").exit_code == 1
    assert (folder / "talk.png").read_bytes() == OLDER
    assert sorted(path.name for path in folder.iterdir()) == ["talk.png", "talk.py"]


@pytest.mark.parametrize("words", [["--columns", "0", "talk.py"], ["--no-such-option"], []])
def test_a_wrong_option_is_a_usage_error(folder: Path, words: list[str]) -> None:
    refused(sheet(*words), 2)


def test_ctrl_c_stops_at_once_and_leaves_nothing(folder: Path) -> None:
    wait = "        open('begun', 'w').close()\n        while True:\n            pass\n"
    (folder / "talk.py").write_text(TALK + wait)
    process = start("sheet", "talk.py", cwd=folder)
    deadline = time.monotonic() + 60
    while not (folder / "begun").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "interrupted" in err
    assert "Traceback" not in err
    assert sorted(path.name for path in folder.iterdir()) == ["begun", "talk.py"]
