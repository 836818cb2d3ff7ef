"""The options that all commands share which make a film or a picture."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import av
import click
import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from manim_metaflow.cli import main

TESTS = Path(__file__).parents[1]
FLOW = str(TESTS / "flows" / "linear.py")
VERSIONS = [str(TESTS / "flows" / f"resume_{version}.py") for version in ("flow", "edited")]
[RUN] = map(str, (TESTS / "recordings").glob("LinearFlow-run-*.json"))
SCENE = """
import manim as mn

class Talk(mn.Scene):
    def construct(self):
        self.play(mn.FadeIn(mn.Dot()), subcaption="A dot", run_time=0.2)
"""
COMMANDS = {
    "draw": ["draw", FLOW],
    "replay": ["replay", RUN, "--speed", "9"],
    "story": ["story", *VERSIONS],
    "sheet": ["sheet", "talk.py"],
}
SMALL = ["-r", "256,144", "--fps", "5"]
SHARED = {
    "--output",
    "--theme",
    "--quality",
    "--fps",
    "--resolution",
    "--media_dir",
    "--preset",
    "--codec",
    "--watermark",
}

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder of its own, in which there is a scene."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    (tmp_path / "talk.py").write_text(SCENE)

    def invoke(*words: object) -> Result:
        return CliRunner().invoke(main, [str(word) for word in words])

    return invoke


@pytest.mark.parametrize("name", [*COMMANDS, "render"])
def test_every_command_has_them(name: str) -> None:
    command: click.Command = getattr(import_module(f"manim_metaflow.cli.{name}"), name)
    flags = {flag for option in command.params for flag in option.opts}
    assert SHARED - flags == set()
    assert {"-o", "-q", "-r"} - flags == set()


def test_options_are_read_before_anything_large_is_imported() -> None:
    """An unchanged scene is answered in a moment: the answer must not wait for what draws."""
    large = "{'manim', 'numpy', 'av', 'metaflow'}"
    probe = f"import sys, manim_metaflow.cli.render; print({large} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def corner(pixels: np.ndarray) -> int:
    """Count what is drawn in the upper right corner."""
    height, width = pixels.shape[:2]
    detail = pixels[: height // 12, width * 3 // 4 :].astype(int)
    return int((np.abs(detail - detail[0, 0]).max(axis=2) > 60).sum())


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--fps", "1e9", "is not in the range"),
        ("-r", "100000,100000", "a side has 16384 at most"),
        ("--media_dir", "", "the name of the folder is empty"),
    ],
)
@pytest.mark.parametrize("name", COMMANDS)
def test_what_no_film_can_be_is_refused(run: Run, name: str, option: str, value: str, message: str) -> None:
    result = run(*COMMANDS[name], option, value)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not list(Path.cwd().glob("media*"))


@pytest.mark.parametrize(("name", "suffix"), [("draw", ".png"), ("story", ".mp4"), ("sheet", ".png")])
def test_what_is_written_stays_in_the_folder_it_was_asked_for_in(
    run: Run, tmp_path: Path, name: str, suffix: str
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    source = SCENE if name == "sheet" else Path(FLOW).read_text()
    Path("goes.py").write_text(f"import os\n{source}\nos.chdir({str(there)!r})\n")
    small = SMALL if name == "story" else ["-q", "l"]
    sources = ["goes.py"] * (2 if name == "story" else 1)  # a story has two versions at least
    assert run(name, *sources, "-o", f"out{suffix}", *small).exit_code == 0
    assert (tmp_path / f"out{suffix}").is_file()
    assert not list(there.iterdir())


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", ["draw", "replay", "story"])
def test_a_watermark_is_on_a_film_in_every_theme(run: Run, name: str, theme: str) -> None:
    words = ("-o", "film.mp4", "--watermark", "Draft 3", "--theme", theme, "-r", "512,288", "--fps", "2")
    result = run(*COMMANDS[name], *words)
    assert (result.exit_code, result.output) == (0, "film.mp4\n")
    with av.open("film.mp4") as container:
        counts = [corner(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]
    assert min(counts) > 10


@pytest.mark.parametrize("name", ["draw", "sheet"])
def test_a_watermark_is_on_a_still(run: Run, name: str) -> None:
    inks = []
    for words in ([], ["--watermark", "Draft 3"]):
        assert run(*COMMANDS[name], "-o", "still.png", "-q", "l", *words).exit_code == 0
        inks.append(np.asarray(Image.open("still.png").convert("RGB")).astype(int))
    rows, _ = np.nonzero(np.abs(inks[0] - inks[1]).max(axis=2) > 20)
    assert len(rows) > 20
    assert rows.max() < inks[0].shape[0] / 4


def test_a_sheet_has_the_theme_and_the_size_asked_for(run: Run) -> None:
    assert run(*COMMANDS["sheet"], "-r", "400,200", "--theme", "light", "--columns", "1").exit_code == 0
    image = Image.open("talk.png").convert("RGB")
    assert image.width == 200 + 2 * 24
    assert image.getpixel((40, 60)) == (0xFB, 0xFB, 0xFD)


@pytest.mark.parametrize(
    ("name", "words", "message"),
    [
        ("draw", ["-o", "x.png", "--codec", "libx264"], "--codec cannot apply to x.png"),
        ("draw", ["--fps", "5"], "--fps cannot apply to LinearFlow.png"),
        ("draw", ["-o", "x.png", "-r", "100,100"], "--resolution cannot apply to x.png"),
        ("replay", ["-o", "x.gif", "--preset", "fast"], "--preset cannot apply to x.gif"),
        ("story", ["-o", "x.mp4", "--preset", "hasty"], "There is no preset 'hasty'"),
        ("sheet", ["--fps", "5"], "--fps cannot apply to talk.png"),
        ("sheet", ["-o", "x.mp4"], "its suffix must be one of .png (a still)."),
        ("sheet", ["-r", "wide"], "'wide' is not a width and a height in pixels, such as 1920,1080."),
        ("draw", ["--watermark", ""], "A watermark is one line of text"),
    ],
)
def test_what_cannot_apply_is_a_usage_error(
    run: Run, tmp_path: Path, name: str, words: list[str], message: str
) -> None:
    result = run(*COMMANDS[name], *words)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["talk.py"]


def test_what_manim_writes_on_the_way_stays_where_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    words = ("-o", "film.mp4", "--media_dir", "media", *SMALL)
    assert run(*COMMANDS["draw"], *words).exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "media", "talk.py"]


def test_rendered_scenes_have_a_watermark_and_a_theme_and_each_is_a_film_of_its_own(run: Run) -> None:
    def render(*words: str) -> tuple[int, tuple[int, ...], str]:
        result = run("render", "talk.py", "-q", "l", "--fps", "5", *words)
        assert result.exit_code == 0, result.output
        how = "unchanged" if "unchanged" in result.output else "done"
        with av.open("media/videos/talk/480p5/Talk.mp4") as container:
            frame = next(container.decode(video=0)).to_ndarray(format="rgb24")
        return corner(frame), tuple(frame[300, 5]), how

    marked, light, how = render("--watermark", "Draft 3", "--theme", "light")
    assert marked > 10
    assert min(light) > 240
    assert how == "done"
    assert render("--watermark", "Draft 3", "--theme", "light")[2] == "unchanged"
    assert render("--watermark", "Draft 4", "--theme", "light")[2] == "done"
    bare, dark, how = render()
    assert (bare, max(dark), how) == (0, 0, "done")
    assert render("--plain", "--watermark", "Draft 3")[::2] == (marked, "done")
    assert render("--plain")[::2] == (0, "done")


def test_a_preset_of_a_picture_is_a_usage_error_of_render(run: Run) -> None:
    result = run("render", "talk.py", "-s", "--preset", "fast")
    assert result.exit_code == 2
    assert "--preset cannot apply to pictures" in result.output


def test_parts_drawn_by_several_processes_have_the_same_watermark(run: Run, tmp_path: Path) -> None:
    (tmp_path / "talk.py").write_text(SCENE + "        self.wait(5)\n        self.wait(1)\n")
    films = []
    for parts in ("1", "2"):
        words = ("-q", "l", "--fps", "2", "--watermark", "Draft 3", "--media_dir", f"in_{parts}")
        assert run("render", "talk.py", *words, "--parts", parts).exit_code == 0
        with av.open(f"in_{parts}/videos/talk/480p2/Talk.mp4") as container:
            films.append([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
    assert min(map(corner, films[1])) > 10
    # The encoder begins anew with every part, so that frames are as good as equal.
    apart = [np.abs(one.astype(int) - other).max() for one, other in zip(*films, strict=True)]
    assert max(apart) < 24
