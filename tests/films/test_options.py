"""An option that cannot apply to a file is refused before any work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from manim_metaflow.errors import UsageError
from manim_metaflow.films.options import FilmOptions


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("x.png", {"codec": "libx264"}, "--codec cannot apply to .*x.png, a still"),
        ("x.png", {"preset": "fast"}, "--preset cannot apply"),
        ("x.png", {"fps": 5}, "--fps cannot apply"),
        ("x.gif", {"codec": "libx264"}, "--codec cannot apply to .*x.gif, a film that loops"),
        ("x.gif", {"preset": "fast"}, "--preset cannot apply"),
        ("x.gif", {"fps": 30}, "cannot have 30 frames a second. It can have .*25, 50"),
        ("x.mp4", {"codec": "nope"}, "no video encoder 'nope'"),
        ("x.mp4", {"codec": "aac"}, "no video encoder 'aac'"),
        ("x.webm", {"codec": "libx264"}, "A .webm file cannot hold what the encoder libx264 writes"),
        ("x.webm", {"codec": "libsvtav1"}, "The encoder libsvtav1 has no alpha channel"),
        ("x.webm", {"preset": "fast"}, "--preset is for libx264 and libx265; the encoder here is libvpx-vp9"),
        ("x.mp4", {"preset": "hasty"}, "There is no preset 'hasty'. The presets are: ultrafast, "),
        ("x.mp4", {"resolution": (161, 91)}, "refuses frames of 161 by 91 pixels"),
        ("x.gif", {"transparent": True}, "A .gif file has a background"),
        ("x.mp4", {"watermark": "two\nlines"}, "one line of text"),
        ("x.mp4", {"media_dir": Path(__file__)}, "test_options.py is a file. Name a folder"),
        ("x.avi", {}, "its suffix must be one of .png"),
        ("", {}, "is a folder"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        FilmOptions(**options).check(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("x.png", {"resolution": (161, 91), "transparent": True, "watermark": "Draft"}),
        ("x.gif", {"resolution": (161, 91), "fps": 25}),
        ("x.MP4", {"codec": "libx265", "preset": "fast", "fps": 29.97}),
        ("x.mov", {"codec": "prores_ks", "transparent": True}),
        ("x.webm", {"resolution": (161, 91)}),
    ],
)
def test_what_can_be_is_let_through(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    assert FilmOptions(**options).check(tmp_path / name) == tmp_path / name


def test_a_still_as_large_as_what_it_shows_has_no_resolution(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--resolution cannot apply"):
        FilmOptions(resolution=(100, 100)).check(tmp_path / "x.png", fits=True)


def test_an_encoder_gets_a_pixel_format_that_it_has() -> None:
    assert FilmOptions(codec="prores_ks").encoder(".mov") == ("prores_ks", "yuv422p10le")
    assert FilmOptions(codec="prores_ks", transparent=True).encoder(".mov") == ("prores_ks", "yuva444p10le")
    assert FilmOptions(codec="libx265").encoder(".mp4") == ("libx265", "yuv420p")
    assert FilmOptions().encoder(".webm") == ("libvpx-vp9", "yuva420p")


@pytest.mark.parametrize(("suffix", "rate"), [(".mp4", 30), (".gif", 20)])
def test_the_rate_is_the_quality_s_but_less_in_a_gif(suffix: str, rate: float) -> None:
    assert FilmOptions().frame_rate(suffix, "m") == rate
    assert FilmOptions(fps=10).frame_rate(suffix, "m") == 10
