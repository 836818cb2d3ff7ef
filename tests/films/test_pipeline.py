"""Every kind of film goes one path: the same settings, renderer, watermark and folders for all of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from manim import config, tempconfig
from PIL import Image
from small_films import FILMS, SMALL, Make

from manim_metaflow.films import pipeline
from manim_metaflow.films.options import FilmOptions
from manim_metaflow.render.drawing.renderer import FastRenderer
from manim_metaflow.theme import LIGHT_THEME

MARK = replace(SMALL, watermark="Draft 3")


@pytest.fixture(params=["draw", "replay", "story"])
def make(request: pytest.FixtureRequest) -> Make:
    """Make a film of each kind."""
    return FILMS[request.param]


def pictures(make: Make, folder: Path, options: FilmOptions = SMALL) -> list[bytes]:
    """Return the pixels of every frame of a film, as they were drawn."""
    make(folder / "film.gif", replace(options, media_dir=folder / "media"))
    files = sorted((folder / "media").rglob("*.png"))
    return [Image.open(file).tobytes() for file in files]


def colours(film: Path, pixel_format: str) -> list[np.ndarray]:
    """Decode a film."""
    with av.open(str(film)) as container:
        return [frame.to_ndarray(format=pixel_format) for frame in container.decode(video=0)]


def test_frames_drawn_fast_equal_manims(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renderers = []
    mark = pipeline.mark_frames

    def watch(scene, *arguments):
        renderers.append(type(scene.renderer))
        mark(scene, *arguments)

    monkeypatch.setattr(pipeline, "mark_frames", watch)
    fast = pictures(make, tmp_path / "fast", MARK)
    monkeypatch.setattr(pipeline, "accelerate", lambda scene: "plainly")
    plain = pictures(make, tmp_path / "plain", MARK)
    assert [issubclass(renderer, FastRenderer) for renderer in renderers] == [True, False]
    assert len(fast) > 10
    assert fast == plain


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    (tmp_path / "fast").mkdir()
    (tmp_path / "plain").mkdir()


@pytest.mark.parametrize("film", FILMS)
def test_a_watermark_stays_in_its_corner_of_every_frame(film: str, tmp_path: Path) -> None:
    bare = pictures(FILMS[film], tmp_path / "plain")
    marked = pictures(FILMS[film], tmp_path / "fast", MARK)
    assert len(bare) == len(marked)
    for one, other in zip(bare, marked, strict=True):
        shape = (144, 256, -1)
        apart = np.frombuffer(one, np.uint8).reshape(shape) != np.frombuffer(other, np.uint8).reshape(shape)
        rows, columns = np.nonzero(apart.any(axis=2))
        assert len(rows) > 30
        assert rows.max() < 18
        assert columns.min() > 190


def test_a_webm_has_no_background(make: Make, tmp_path: Path) -> None:
    make(tmp_path / "film.webm", SMALL)
    with av.open(str(tmp_path / "film.webm")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.metadata.get("alpha_mode")) == ("vp9", "1")


def test_what_a_manim_cfg_says_does_not_matter(make: Make, tmp_path: Path) -> None:
    """A dry run, for one, writes no film; another folder would be littered."""
    elsewhere = tmp_path / "elsewhere"
    own = {"dry_run": True, "save_last_frame": True, "upto_animation_number": 0, "save_sections": True}
    with tempconfig({**own, "video_dir": str(elsewhere), "images_dir": str(elsewhere)}):
        make(tmp_path / "film.mp4", SMALL)
        assert config.dry_run
    assert len(colours(tmp_path / "film.mp4", "rgb24")) > 10
    assert not elsewhere.exists()


def test_a_still_of_a_scene_is_its_last_frame_in_its_theme(tmp_path: Path) -> None:
    FILMS["story"](tmp_path / "film.png", replace(SMALL, theme="light"))
    image = Image.open(tmp_path / "film.png").convert("RGB")
    assert image.size == (256, 144)
    assert image.getpixel((2, 2)) == tuple(bytes.fromhex(LIGHT_THEME.background[1:]))
    assert len(image.getcolors(1 << 20)) > 50


def test_size_rate_encoder_and_preset_are_those_asked_for(tmp_path: Path) -> None:
    film = tmp_path / "film.mov"
    FILMS["draw"](film, replace(SMALL, codec="libx265", preset="ultrafast", fps=8))
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.average_rate) == ("hevc", 8)
        assert (stream.width, stream.height) == (256, 144)


def test_a_film_of_another_shape_shows_everything(tmp_path: Path) -> None:
    FILMS["draw"](tmp_path / "tall.mp4", replace(SMALL, resolution=(144, 256)))
    last = colours(tmp_path / "tall.mp4", "gray")[-1]
    rows, columns = np.nonzero(last > 60)
    assert last.shape == (256, 144)
    assert columns.min() > 2
    assert columns.max() < 141
    assert abs(rows.min() + rows.max() - 255) < 12


def test_what_manim_writes_on_the_way_goes_where_it_is_asked_to(tmp_path: Path) -> None:
    FILMS["draw"](tmp_path / "film.mp4", replace(SMALL, media_dir=tmp_path / "media"))
    assert [file.suffix for file in (tmp_path / "media").rglob("partial/**/*.mp4")] == [".mp4"]


def test_a_gif_after_a_longer_one_has_its_own_frames_only(tmp_path: Path) -> None:
    options = replace(SMALL, media_dir=tmp_path / "media")
    counts = []
    for fps in (10, 5):
        FILMS["draw"](tmp_path / "film.gif", replace(options, fps=fps))
        with Image.open(tmp_path / "film.gif") as gif:
            counts.append(sum(1 for _ in range(gif.n_frames)))
            assert gif.info["duration"] >= 1000 // fps
    assert counts[0] > counts[1]
