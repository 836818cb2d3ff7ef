"""One rule over all commands: what they write replaces only a file of its own kind, unless forced."""

from __future__ import annotations

import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from manim_metaflow.cli import COMMANDS, main

TESTS = Path(__file__).parents[1]
FLOW = TESTS / "flows" / "linear.py"
[RUN] = (TESTS / "recordings").glob("LinearFlow-run-*.json")
FILMS = (".png", ".mp4", ".webm", ".mov", ".gif")
WRITES = {
    "compare": ("compare run.json run.json -o {}", FILMS),
    "draw": ("draw linear.py -o {}", FILMS),
    "record": ("record linear.py -o {}", (".json",)),
    "render": ("render scene.py -ql -o {}", (".mp4",)),
    "replay": ("replay run.json -o {}", FILMS),
    "sheet": ("sheet scene.py -o {}", (".png",)),
    "story": ("story linear.py linear.py -o {}", FILMS),
}
"""What each command that has an output is given, and the suffixes that it writes."""

SCENE = """
from manim import *

class One(Scene):
    def construct(self):
        self.play(FadeIn(Dot()), run_time=0.1, subcaption="A dot.")
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a flow, a scene and a run."""
    shutil.copy(FLOW, tmp_path / "linear.py")
    shutil.copy(RUN, tmp_path / "run.json")
    (tmp_path / "scene.py").write_text(SCENE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(words: str) -> Result:
    return CliRunner().invoke(main, words.split())


def contents(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        name: path.read_bytes()
        for path in found
        if not (name := str(path.relative_to(folder))).startswith("media/.manim-metaflow/")
    }


def test_every_command_that_has_an_output_is_tried_and_offers_force() -> None:
    context = click.Context(main)
    options = {
        name: {flag for each in main.get_command(context, name).params for flag in each.opts}
        for name in COMMANDS
    }
    assert {name for name in COMMANDS if "--output" in options[name]} == set(WRITES)
    assert {name for name in COMMANDS if "--force" in options[name]} == set(WRITES)


@pytest.mark.parametrize(
    ("command", "suffix"),
    [(command, suffix) for command in WRITES if command != "render" for suffix in WRITES[command][1]],
)
def test_a_file_of_the_users_is_not_replaced_whatever_its_name(here: Path, command: str, suffix: str) -> None:
    (here / f"mine{suffix}").write_text(SCENE)
    before = contents(here)
    result = run(WRITES[command][0].format(here / f"mine{suffix}"))
    assert (result.exit_code, result.stdout) == (2, ""), result.stderr
    assert f"mine{suffix} is not a" in result.stderr
    assert "the option --force replaces it." in result.stderr
    assert contents(here) == before


@pytest.mark.parametrize("command", [name for name in WRITES if name != "render"])
def test_a_suffix_that_a_command_does_not_write_is_refused(here: Path, command: str) -> None:
    before = contents(here)
    result = run(WRITES[command][0].format("scene.py"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("manim-metaflow: Cannot write scene.py: its suffix must be ")
    assert contents(here) == before


def test_a_picture_is_replaced_by_a_picture_and_anything_when_forced(here: Path) -> None:
    Image.new("RGB", (2, 2)).save("linear.png")
    assert run("draw linear.py -o linear.png -q l").exit_code == 0
    assert Image.open("linear.png").size != (2, 2)
    Path("linear.png").write_text("mine")
    assert run("draw linear.py -o linear.png -q l --force").exit_code == 0
    assert Image.open("linear.png").format == "PNG"


def test_what_is_saved_while_a_picture_is_drawn_is_not_replaced(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_meanwhile(picture: Image.Image, *_: object, **__: object) -> None:
        Path("linear.png").write_text("mine")

    monkeypatch.setattr(Image.Image, "save", save_meanwhile)
    result = run("draw linear.py -o linear.png -q l")
    assert (result.exit_code, Path("linear.png").read_text()) == (2, "mine")
    assert "linear.png is not a PNG picture" in result.stderr


def test_render_keeps_what_is_no_film_and_what_is_beside_a_sequence_of_pictures(here: Path) -> None:
    (here / "talk.mp4").write_text("my notes on the talk")
    before = contents(here)
    result = run(f"render scene.py -ql -o {here / 'talk.mp4'}")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{here / 'talk.mp4'} is not a film, and would be replaced by one." in result.stderr
    assert contents(here) == before
    (here / "talk.srt").write_text("more of my notes")
    assert run(f"render scene.py -ql -o {here / 'talk.mp4'} --force").exit_code == 0
    assert "A dot." in (here / "talk.srt").read_text()
    sequence = here / "media" / "images" / "scene" / "One"
    sequence.mkdir(parents=True)
    (sequence / "0900.png").touch()  # a frame of a longer sequence
    (sequence / "notes.txt").touch()
    (sequence / "poster.png").touch()
    assert run("render scene.py -ql --format png-sequence").exit_code == 0
    assert {path.name for path in sequence.iterdir()} == {"0000.png", "0001.png", "notes.txt", "poster.png"}
