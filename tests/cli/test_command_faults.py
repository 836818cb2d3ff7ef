"""Every command, and every fault of a machine that it may meet: one message or none, nothing half done."""

from __future__ import annotations

import io
import resource
import shutil
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from manim_metaflow.cli import COMMANDS, main

TESTS = Path(__file__).parents[1]
FLOW = TESTS / "flows" / "linear.py"
[RUN] = (TESTS / "recordings").glob("LinearFlow-run-*.json")
SMALL = "-r 128,72"
WORDS = {
    "check": "check scene.py",
    "compare": "compare run.json run.json",
    "draw": f"draw linear.py -o out.mp4 --fps 2 {SMALL}",
    "record": "record linear.py -o out.json",
    "render": f"render scene.py --fps 5 {SMALL}",
    "replay": f"replay run.json -o out.png {SMALL}",
    "sheet": f"sheet scene.py -o out.png {SMALL}",
    "show": "show linear.py",
    "story": f"story linear.py longer.py -o out.png {SMALL}",
}
"""Every command, as quick as it can be."""

WRITES = [command for command in WORDS if command not in ("check", "compare", "show")]
SCENE = """
from manim import *

class One(Scene):
    def construct(self):
        self.play(FadeIn(Dot()), run_time=0.2, subcaption="Ein Tupfen → hier.")
"""

NO_NUMBERS = ("nan", "inf", "-inf", "1e999")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with two versions of a flow, a scene and a run."""
    source = FLOW.read_text().replace('"""', '"""→ ', 1)
    (tmp_path / "linear.py").write_text(source)
    (tmp_path / "longer.py").write_text(source + "# The end.\n")
    (tmp_path / "scene.py").write_text(SCENE)
    shutil.copy(RUN, tmp_path / "run.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(words: str) -> Result:
    return CliRunner().invoke(main, words.split())


def run_with(output: io.TextIOBase | None, words: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Run a command here whose standard output is a file, or closed; return its code and what it said."""
    errors = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", output)
        patch.setattr(sys, "stderr", errors)
        with pytest.raises(SystemExit) as ended:
            main(words.split())
    return ended.value.code, errors.getvalue()


def hidden(folder: Path) -> list[Path]:
    return [path for path in folder.rglob(".*") if path.name != ".manim-metaflow"]


def test_every_command_is_tried() -> None:
    assert set(WORDS) == set(COMMANDS)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize("command", WORDS)
def test_an_output_that_is_full_is_one_message(
    here: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("/dev/full").open("w") as full:
        code, said = run_with(full, WORDS[command], monkeypatch)
        assert code == 1
        assert said.count("manim-metaflow: ") == said.count("manim-metaflow: No space left on device.\n") == 1
        # By now it goes nowhere: closing it is no error.


@pytest.mark.parametrize("command", ["compare", "draw", "show"])
def test_an_output_that_is_closed_is_no_fault(
    here: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_with(None, WORDS[command], monkeypatch) == (0, "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("words", ["check scene.py", "compare run.json run.json", "show linear.py", "--help"])
def test_a_terminal_of_few_characters_is_printed_to(
    here: Path, encoding: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    code, said = run_with(output, words, monkeypatch)
    assert (code, said) == (1 if words.startswith("check") else 0, "")
    assert output.buffer.getvalue()


@pytest.mark.parametrize("command", WRITES)
def test_a_full_disk_is_one_message_and_leaves_nothing(here: Path, command: str) -> None:
    before = {path.name for path in here.iterdir()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # No file may have more bytes: what is written fails in the middle, as on a disk that is full.
    resource.setrlimit(resource.RLIMIT_FSIZE, (400, hard))
    try:
        result = run(WORDS[command])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.exit_code == 1
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.stderr
    reasons = ("File too large", "No space left", "no room left", "cannot keep")
    assert any(reason in result.stderr for reason in reasons), result.stderr
    assert {path.name for path in here.iterdir()} - {"media"} == before
    assert hidden(here) == []


def numbers() -> list[tuple[str, str]]:
    """List the options of all commands that take a number."""
    context = click.Context(main)
    return [
        (name, next(flag for flag in option.opts if flag.startswith("--")))
        for name in COMMANDS
        for option in main.get_command(context, name).params
        if isinstance(option, click.Option)
        and isinstance(option.type, click.types.FloatParamType | click.types.IntParamType)
    ]


def test_a_number_that_is_none_is_a_wrong_option_in_every_command(here: Path) -> None:
    found = numbers()
    assert {"--fps", "--timeout", "--at", "--speed", "--columns", "--jobs"} <= {flag for _, flag in found}
    for command, flag in found:
        for number in NO_NUMBERS:
            result = run(f"{WORDS[command]} {flag}={number}")
            assert (result.exit_code, result.stdout) == (2, ""), (command, flag, number)
            assert "\nError: " in result.stderr
    for command in ("draw", "sheet", "render", "compare"):
        for size in ("nan,nan", "inf,1", "1e3,5"):
            assert run(f"{WORDS[command]} -r {size}").exit_code == 2
    assert hidden(here) == []
