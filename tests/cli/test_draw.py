"""``manim-metaflow draw``: what it writes, and what it says when it cannot."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest
from click.testing import CliRunner
from PIL import Image

from manim_metaflow.cli import main
from manim_metaflow.theme import DARK_THEME, LIGHT_THEME

FLOWS = Path(__file__).parents[1] / "flows"
COMMAND = [sys.executable, "-c", "from manim_metaflow.cli import main; main()"]
LINEAR = str(FLOWS / "linear.py")


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run the command in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments: object):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return invoke


def rgb(color: str) -> tuple[int, ...]:
    return tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))


def ink(image: Image.Image, ground: tuple[int, ...]) -> int:
    return sum(count for count, color in image.getcolors(1 << 24) if color != ground)


@pytest.mark.parametrize("theme", [DARK_THEME, LIGHT_THEME], ids=lambda theme: theme.name)
def test_a_still_has_the_theme_and_the_size_of_the_graph(run, theme):
    result = run("draw", LINEAR, "-o", "flow.png", "--theme", theme.name, "-q", "l")
    assert (result.exit_code, result.output) == (0, "flow.png\n")
    image = Image.open("flow.png").convert("RGB")
    assert image.getpixel((2, 2)) == rgb(theme.background)
    assert 300 < image.width < 900
    assert ink(image, rgb(theme.background)) > 2000


def test_a_still_grows_with_the_flow_and_turns(run):
    run("draw", LINEAR, "-o", "right.png", "-q", "l")
    run("draw", LINEAR, "-o", "down.png", "-q", "l", "--direction", "down")
    run("draw", LINEAR, "-o", "sharp.png", "-q", "h")
    right, down, sharp = (Image.open(f"{name}.png").size for name in ("right", "down", "sharp"))
    assert right[0] > right[1]
    assert down[0] < down[1]
    assert abs(sharp[0] / right[0] - 1080 / 480) < 0.01


def test_without_an_output_the_still_has_the_flow_s_name(run):
    assert run("draw", f"{FLOWS / 'linear.py'}:LinearFlow", "-q", "l").output == "LinearFlow.png\n"
    assert Path("LinearFlow.png").is_file()


def test_a_transparent_still_has_no_ground(run):
    run("draw", LINEAR, "-o", "flow.png", "--transparent", "-q", "l")
    assert Image.open("flow.png").getpixel((2, 2))[3] == 0


def test_detail_adds_and_collapse_takes_away(run):
    def height(*options: str) -> int:
        assert run("draw", FLOWS / "deco_flow.py", "-o", "x.png", "-q", "l", *options).exit_code == 0
        return Image.open("x.png").height

    assert height("--detail", "names") < height("--detail", "badges") < height("--detail", "full")
    run("draw", FLOWS / "branch.py", "-o", "open.png", "-q", "l")
    run("draw", FLOWS / "branch.py", "-o", "shut.png", "-q", "l", "--collapse", "start")
    assert Image.open("shut.png").height < Image.open("open.png").height


def test_the_same_still_twice_is_the_same_file(run):
    for name in ("one", "two"):
        run("draw", FLOWS / "switch.py", "-o", f"{name}.png", "-q", "l")
    assert Path("one.png").read_bytes() == Path("two.png").read_bytes()


def test_a_film_builds_the_graph_in_reading_order(run):
    assert run("draw", LINEAR, "-o", "flow.mp4", "-q", "l").exit_code == 0
    frames = [frame.to_image() for frame in av.open("flow.mp4").decode(video=0)]
    assert frames[0].size == (854, 480)
    amounts = [
        sum(1 for value in frame.convert("L").tobytes() if value > 60)
        for frame in (frames[0], frames[len(frames) // 3], frames[-1])
    ]
    assert amounts[0] < amounts[1] < amounts[2]
    lit = frames[len(frames) // 2].convert("L").point(lambda value: 255 if value > 60 else 0).getbbox()
    full = frames[-1].convert("L").point(lambda value: 255 if value > 60 else 0).getbbox()
    assert lit is not None
    assert full is not None
    assert lit[0] == pytest.approx(full[0], abs=8)
    assert lit[2] < full[2]


def test_a_webm_is_transparent_and_a_gif_loops(run):
    assert run("draw", LINEAR, "-o", "flow.webm", "-q", "l").exit_code == 0
    assert run("draw", LINEAR, "-o", "flow.gif", "-q", "l").exit_code == 0
    stream = av.open("flow.webm").streams.video[0]
    assert (stream.codec_context.name, stream.metadata.get("alpha_mode")) == ("vp9", "1")
    with Image.open("flow.gif") as gif:
        assert gif.info["loop"] == 0
        assert gif.n_frames > 20
    assert Path("flow.gif").stat().st_size < 1_000_000


def test_nothing_but_the_output_is_left_behind(run, tmp_path):
    for name in ("flow.png", "flow.mp4"):
        run("draw", LINEAR, "-o", name, "-q", "l")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["flow.mp4", "flow.png"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "flow.svg"], "Cannot write flow.svg: its suffix must be one of .png (a still), "),
        (["-o", "flow"], "Cannot write flow: its suffix must be one of .png (a still), "),
        (["-o", "no/such/flow.png"], "there is no folder"),
        (["-o", "flow.mp4", "--transparent"], "A .mp4 file has a background"),
        (["--collapse", "end"], "has no region 'end'"),
        (["--collapse", "nothing"], "has no region 'nothing'"),
    ],
)
def test_a_wrong_request_is_one_message_and_exit_code_2(run, arguments, said):
    result = run("draw", LINEAR, *arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert result.output.count("\n") == 1


def read_only(*args, **kwargs):
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_an_output_folder_that_cannot_be_written(run, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.mkdtemp", read_only)
    result = run("draw", LINEAR, "-o", "flow.png")
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert "is not writable" in result.output


def test_an_existing_file_survives_a_failed_drawing(run, tmp_path, monkeypatch):
    Path("flow.png").write_text("precious")

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Image.Image, "save", fail)
    result = run("draw", LINEAR, "-o", "flow.png", "-q", "l")
    assert result.exit_code != 0
    assert [path.name for path in tmp_path.iterdir()] == ["flow.png"]
    assert Path("flow.png").read_text() == "precious"


def test_an_interrupted_film_leaves_nothing(tmp_path):
    command = [*COMMAND, "draw", LINEAR, "-o", "flow.mp4", "-q", "h"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(tmp_path.iterdir())  # the draft lies there while the film is rendered
    process.send_signal(2)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.decode().splitlines()[-1:] == ["manim-metaflow: interrupted"]
    assert list(tmp_path.iterdir()) == []


def test_no_progress_is_shown_where_nobody_looks(tmp_path):
    command = [*COMMAND, "draw", LINEAR, "-o", "flow.mp4", "-q", "l"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("flow.mp4\n", "")
