"""``manim-metaflow render`` writes what ``manim render`` writes, where it writes it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner
from manim.cli.render.commands import render as manim_render
from rendering import BIN, SMALL, TWO, files, frames, render, run

from manim_metaflow.cli import main
from manim_metaflow.cli.manim_options import NOT_HERE, as_arguments
from manim_metaflow.cli.render import render as our_render

OWN = {
    "jobs",
    "section",
    "watch",
    "parts",
    "plain",
    "verify",
    "theme",
    "preset",
    "watermark",
    "force",
    "language",
}
ALSO = {"--output", "--codec"}
"""What our other commands call two of Manim's options."""


def options(command: click.Command) -> dict[str | None, set[str]]:
    """List a command's options with their flags."""
    found = [option for option in command.params if isinstance(option, click.Option)]
    return {option.name: {*option.opts, *option.secondary_opts} for option in found}


def test_has_the_options_of_manim_render() -> None:
    ours = {name: flags - ALSO for name, flags in options(our_render).items() if name not in OWN}
    theirs = {name: flags for name, flags in options(manim_render).items() if name not in NOT_HERE}
    assert ours == theirs


SAMPLES: dict[str, list[str]] = {
    "quality": ["-q", "h"],
    "resolution": ["-r", "64,36"],
    "frame_rate": ["--fps", "12"],
    "format": ["--format", "webm"],
    "save_last_frame": ["-s"],
    "transparent": ["-t"],
    "from_animation_number": ["-n", "1,2"],
    "save_sections": ["--save_sections"],
    "renderer": ["--renderer", "cairo"],
    "seed": ["--seed", "3"],
    "video_codec": ["--video-codec", "libx264"],
    "video_encoder_options": ["--encoder-option", "preset=fast", "--encoder-option", "crf=20"],
    "max_inflight_encoders": ["--max-inflight-encoders", "2"],
    "output_file": ["-o", "name with space"],
    "zero_pad": ["-0", "3"],
    "media_dir": ["--media_dir", "there"],
    "config_file": ["-c", __file__],
    "notify_outdated_version": ["--silent"],
    "disable_caching": ["--disable_caching"],
}


@pytest.mark.parametrize("name", SAMPLES)
def test_manim_understands_an_option_as_it_was_given(name: str) -> None:
    given = our_render.make_context("render", ["scene.py", *SAMPLES[name]]).params
    theirs: dict[str, Any] = {
        key: value for key, value in given.items() if key not in {"path", *OWN, "scenes"}
    }
    expected = manim_render.make_context("render", ["scene.py", *SAMPLES[name]]).params
    assert expected[name] is not None
    assert manim_render.make_context("render", ["scene.py", *as_arguments(theirs)]).params == expected


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Render the same scenes with Manim and with our command; return the two media folders."""
    folder = tmp_path_factory.mktemp("both")
    scenes = folder / "scenes"
    scenes.mkdir()
    (scenes / "two.py").write_text(TWO)
    (scenes / "helper.py").write_text("class NotAScene(int):\n    pass\n")
    manim = ("render", *SMALL, "--save_sections", "--media_dir", folder / "theirs", scenes / "two.py")
    run("manim", *manim, "One", "Two", cwd=folder, check=True)
    (folder / "manim.cfg").write_text("[CLI]\nmedia_dir = ours\nsave_sections = True\n")
    done = render("scenes", "--jobs", 2, cwd=folder, check=True)
    films = [folder / "ours" / "videos" / "two" / "480p10" / f"{name}.mp4" for name in ("One", "Two")]
    assert sorted(done.stdout.split()) == sorted(map(str, films))
    assert "Two | said by Two" in done.stderr
    assert "helper" not in done.stderr
    return folder / "theirs", folder / "ours"


def test_films_captions_and_sections_stand_where_manim_puts_them(both: tuple[Path, Path]) -> None:
    theirs, ours = both
    assert files(ours) == files(theirs)
    assert not list(ours.rglob("stage-*"))


@pytest.mark.parametrize("name", ["One.mp4", "Two.mp4", "sections/One_0001_the-second.mp4"])
def test_frames_are_those_of_manim(both: tuple[Path, Path], name: str) -> None:
    # Decoded from two encodings of the same frames, one of which was cut into plays: nearly the same.
    theirs, ours = (frames(folder / "videos" / "two" / "480p10" / name) for folder in both)
    assert len(theirs) == len(ours)
    difference = [np.abs(one.astype(int) - other) for one, other in zip(theirs, ours, strict=True)]
    assert max(map(np.mean, difference)) < 0.5


def test_captions_and_section_index_are_those_of_manim(both: tuple[Path, Path]) -> None:
    theirs, ours = (folder / "videos" / "two" / "480p10" for folder in both)
    assert (ours / "One.srt").read_text() == (theirs / "One.srt").read_text()
    index = json.loads((ours / "sections" / "One.json").read_text())
    assert index == json.loads((theirs / "sections" / "One.json").read_text())
    assert [section["name"] for section in index] == ["first", "the second"]


def test_manim_by_itself_gives_the_same_bytes_and_its_cache(both: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "two.py").write_text(TWO)
    render("two.py", "One", "--plain", cwd=tmp_path, check=True)
    film = Path("videos") / "two" / "480p10"
    assert (tmp_path / "media" / film / "One.mp4").read_bytes() == (both[0] / film / "One.mp4").read_bytes()
    plays = film / "partial_movie_files" / "One"
    cached = {path.name: path.read_bytes() for path in (tmp_path / "media" / plays).glob("*.mp4")}
    assert cached == {path.name: path.read_bytes() for path in (both[0] / plays).glob("*.mp4")}
    listed = (tmp_path / "media" / plays / "partial_movie_file_list.txt").read_text()
    assert "stage" not in listed
    assert listed.count(str(tmp_path / "media" / plays)) == len(cached) == 3


def test_one_section_alone_and_a_still(tmp_path: Path) -> None:
    (tmp_path / "two.py").write_text(TWO)
    section = render("two.py", "One", "--section", "the second", cwd=tmp_path, check=True)
    assert files(tmp_path / "media") == {"videos/two/480p10/sections/One_0001_the-second.mp4"}
    assert len(frames(Path(section.stdout.strip()))) == 6
    wrong = render("two.py", "One", "--section", "third", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "One has no section 'third'. Its sections are: 0 'first', 1 'the second'." in wrong.stderr
    still = render("two.py", "One", "-s", "-o", "pictures/last", cwd=tmp_path, check=True)
    assert still.stdout.strip() == str(tmp_path / "media" / "images" / "two" / "pictures" / "last.png")
    assert Path(still.stdout.strip()).is_file()


def test_all_sections_of_a_name_are_drawn_also_after_plays_before_the_first(tmp_path: Path) -> None:
    (tmp_path / "acts.py").write_text(
        "from manim import *\n"
        "class Acts(Scene):\n"
        "    def construct(self):\n"
        "        self.play(FadeIn(Dot()), run_time=0.1)\n"
        "        for number, name in enumerate(('why / how?', 'what', 'why / how?'), 1):\n"
        "            self.next_section(name)\n"
        "            self.play(FadeIn(Dot()), run_time=number / 10)\n"
        "        self.next_section('unfinished')\n"
        "        raise ValueError('not yet written')\n"
    )
    done = render("acts.py", "--section", "why-how", cwd=tmp_path, check=True)
    films = [Path(line) for line in done.stdout.splitlines()]
    assert [film.name for film in films] == ["Acts_0001_why-how.mp4", "Acts_0003_why-how.mp4"]
    assert [len(frames(film)) for film in films] == [1, 3]
    assert "Acts: it raises after the section: ValueError: not yet written" in done.stderr


@pytest.mark.parametrize(
    ("name", "options"),
    [("Plays", ["--dry_run"]), ("Plays", ["-n", 5]), ("Still", ["--format", "png-sequence"])],
)
def test_render_that_has_nothing_to_write_succeeds_as_manims(
    tmp_path: Path, name: str, options: list[object]
) -> None:
    (tmp_path / "plain.py").write_text(
        "from manim import *\n"
        "class Plays(Scene):\n    def construct(self):\n        self.play(FadeIn(Dot()), run_time=0.1)\n"
        "class Still(Scene):\n    def construct(self):\n        self.add(Dot())\n"
    )
    done = render("plain.py", name, *options, cwd=tmp_path, check=True)
    assert (done.stdout, done.stderr) == ("", f"✓ {name}: done, and wrote no file\n")


def test_watching_renders_again_on_save_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    file = tmp_path / "two.py"
    file.write_text(TWO)
    command = [BIN / "manim-metaflow", "render", *SMALL, "two.py", "Two", "--watch"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        try:
            film = Path(run.stdout.readline().strip())
            assert len(frames(film)) == 2
            while "Watching" not in run.stderr.readline():
                pass
            file.unlink()  # as editors do that save by moving files
            time.sleep(1)
            file.write_text(TWO.replace("Create(Dot()), run_time=0.2", "Create(Dot()), run_time=0.5"))
            assert Path(run.stdout.readline().strip()) == film
            assert len(frames(film)) == 5
        finally:
            run.send_signal(signal.SIGINT)
        assert run.wait(timeout=10) == 130
        assert "Traceback" not in run.stderr.read()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scenes", "--jobs", "0"], "0 is not in the range x>=1"),
        (["none.py"], "none.py: no such file or folder."),
        (["notes.txt"], "notes.txt: not a Python file."),
        (["empty"], "empty: no scene in this folder."),
        (["scenes", "Three"], "scenes has no scene 'Three'. Its classes are: One, Two."),
        (["scenes", "-o", "film"], "--output_file names one film."),
        (["scenes", "-r", "0,0"], "'0,0' is not a width and a height in pixels, such as 1920,1080."),
        (
            ["scenes", "-r", "100000,100000"],
            "100000 by 100000 pixels are too many",
        ),
        (["scenes", "--fps", "1e9"], "is not in the range 0.0<x<=1000."),
        (["scenes", "--fps", "nan"], "nan"),
        (["scenes", "--media_dir", ""], "the name of the folder is empty."),
        (["scenes", "-c", "none.cfg"], "File 'none.cfg' does not exist."),
        (["scenes", "-c", "empty"], "File 'empty' is a directory."),
        (["scenes", "-c", "binary.py"], "binary.py cannot be read: 'utf-8' codec can't decode byte 0xd0"),
        (["scenes", "--tex_template", "none.tex"], "File 'none.tex' does not exist."),
        (["scenes", "--seed", "-5"], "-5 is not in the range x>=0."),
        (["scenes", "--preset", "none"], "There is no preset 'none'."),
    ],
)
def test_says_what_is_wrong_with_a_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "scenes" / "two.py").write_text(TWO)
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "binary.py").write_bytes(b"\x7fELF\0\xd0")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["render", *arguments])
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "media").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["two.py", "Three"], "two.py has no scene 'Three'. Its scenes are: One, Two."),
        (["none.py"], "none.py: no scene there."),
        (["two.py", "-t", "--format", "mp4"], "MP4 output does not support an alpha channel."),
        (["two.py", "-r", "15,15"], "The encoder libx264 refuses frames of 15 by 15 pixels in yuv420p"),
        (["two.py", "--log_to_file", "--log_dir", "two.py/logs"], "two.py/logs: Not a directory."),
    ],
)
def test_says_what_only_manim_can_tell(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "two.py").write_text(TWO)
    (tmp_path / "none.py").write_text("class NotAScene(int):\n    pass\n")
    done = render(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count(message) == 1
    assert "Traceback" not in done.stderr
    left = {name for name in files(tmp_path) if not name.startswith("__pycache__")}  # as Manim does
    assert left == {"two.py", "none.py"}
