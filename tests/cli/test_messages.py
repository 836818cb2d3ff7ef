"""How commands fail: one message, an exit code by one rule over all of them, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from manim_metaflow.cli import COMMANDS, main

FLOW = Path(__file__).parents[1] / "flows" / "linear.py"
PROGRAM = str(Path(sys.executable).with_name("manim-metaflow"))

WITH_A_NAME = {
    "check": "check {}",
    "compare": "compare {} {}",
    "draw": "draw {}",
    "record": "record {}",
    "render": "render {}",
    "replay": "replay {}",
    "sheet": "sheet {}",
    "show": "show {}",
    "story": "story {} {}",
}
"""Every command, and where in it the name stands of what it is about."""

ABSENT = {
    command: ("gone.json", "gone/run.json")
    if command in ("compare", "replay")
    else ("gone.py", "gone/flow.py")
    for command in COMMANDS
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a flow, a file of no kind that is read, a scene and an empty datastore."""
    (tmp_path / "linear.py").write_text(FLOW.read_text())
    (tmp_path / "broken.py").write_text("1 / 0\n")
    (tmp_path / "scene.py").write_text("from manim import Scene\nclass One(Scene): pass\n")
    (tmp_path / "settings.json").write_text("{}")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / ".metaflow").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("METAFLOW_DATASTORE_SYSROOT_LOCAL", str(tmp_path))
    return tmp_path


def run(words: str) -> Result:
    return CliRunner().invoke(main, words.split())


def check(result: Result, code: int) -> None:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert (result.exit_code, result.stdout) == (code, ""), result.stderr
    assert "Traceback" not in result.stderr
    assert result.stderr.count("manim-metaflow: ") == 1


def test_every_command_is_tried() -> None:
    assert sorted(WITH_A_NAME) == sorted(COMMANDS)


@pytest.mark.parametrize(
    ("command", "name"),
    [(command, name) for command in COMMANDS for name in (*ABSENT[command], "x" * 5000)],
    ids=lambda value: value if len(value) < 100 else "a name longer than the system allows",
)
def test_a_name_of_nothing_is_exit_code_2_in_every_command(here: Path, command: str, name: str) -> None:
    before = sorted(here.rglob("*"))
    check(run(WITH_A_NAME[command].replace("{}", name)), 2)
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize(
    "words",
    [
        "draw linear.py:NoSuchFlow",
        "draw scene.py",
        "draw picture.png",
        "draw no_such_module:Flow",
        "record linear.py:NoSuchFlow",
        "record linear.py --resume gone.json",
        "replay NoFlow/1",
        "replay NoFlow/1 --root gone",
        "replay NoFlow/1 --root nothing://here",
        "replay settings.json",
        "show settings.json",
        "show gone.json --artifacts",
        "sheet scene.py NoSuchScene",
        "story linear.py linear.py@no-such-revision",
    ],
)
def test_what_is_not_of_the_kind_that_was_asked_for_is_exit_code_2(here: Path, words: str) -> None:
    check(run(words), 2)


@pytest.mark.parametrize("words", ["draw broken.py", "show broken.py", "record broken.py", "sheet broken.py"])
def test_what_is_there_and_cannot_be_read_is_exit_code_1(here: Path, words: str) -> None:
    check(run(words), 1)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_working_folder_that_was_removed_is_named(
    tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # which is undone at the end, whatever was changed to since
    (tmp_path / "gone").mkdir()
    words = WITH_A_NAME[command].replace("{}", "linear.py")
    os.chdir(tmp_path / "gone")
    try:
        (tmp_path / "gone").rmdir()
        result = run(words)
    finally:
        os.chdir(tmp_path)
    check(result, 1)
    assert "The working folder no longer exists." in result.stderr


@pytest.mark.parametrize("number", ["1e-300", "0", "-1", "1e300"])
def test_a_speed_that_no_film_can_have_is_a_wrong_option(here: Path, number: str) -> None:
    result = run(f"replay run.json --speed {number}")
    assert result.exit_code == 2
    assert "Invalid value for '--speed'" in result.stderr


def printed(*words: str, stdout: int, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([PROGRAM, *words], cwd=cwd, stdout=stdout, stderr=subprocess.PIPE, check=False)


def test_a_reader_that_goes_away_ends_a_command_without_a_word(here: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = printed("show", "linear.py", "--json", stdout=writing, cwd=here)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_one_message_also_when_the_process_ends(here: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = printed("show", "linear.py", stdout=full.fileno(), cwd=here)
    assert (done.returncode, done.stderr) == (1, b"manim-metaflow: No space left on device.\n")


@pytest.mark.parametrize(
    ("words", "file", "content", "said"),
    [
        (
            "draw linear.py",
            "manim.cfg",
            b"\x7fELF\0\xd0",
            "manim.cfg (in this folder, or in ~/.config/manim)",
        ),
        ("draw linear.py", "manim.cfg", b"[CLI]\nquality = none", "KeyError: "),
        ("show linear.py", "config.json", b"\x7fELF\0\xd0", "Metaflow's config.json (in ~/.metaflowconfig"),
    ],
    ids=["a binary manim.cfg", "a value that Manim refuses", "a binary configuration of Metaflow"],
)
def test_a_configuration_that_cannot_be_read_is_one_message(
    here: Path, monkeypatch: pytest.MonkeyPatch, words: str, file: str, content: bytes, said: str
) -> None:
    (here / file).write_bytes(content)
    monkeypatch.setenv("METAFLOW_HOME", str(here))
    done = printed(*words.split(), stdout=subprocess.DEVNULL, cwd=here)
    assert done.returncode == 1
    message = done.stderr.decode()
    assert message.startswith("manim-metaflow: ")
    assert " cannot be read: " in message
    assert said in message
    assert len(message.splitlines()) == 1
