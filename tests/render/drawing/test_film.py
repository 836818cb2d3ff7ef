"""The film that is written: its frames, segments, sections, captions and encoder settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import manim as mn
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from source_frames import small

from manim_metaflow import manim_internals
from manim_metaflow.render.drawing.accelerate import accelerate
from manim_metaflow.render.drawing.strips import Change, Converter


class Acts(mn.Scene):
    def construct(self) -> None:
        square, dot = mn.Square(fill_opacity=0.5), mn.Dot()
        self.next_section("one")
        self.add(square, dot)
        self.play(dot.animate.shift(mn.RIGHT), run_time=0.5, subcaption="it moves")
        self.wait(0.5)
        self.next_section("skipped", skip_animations=True)
        self.play(dot.animate.shift(mn.UP), run_time=0.5)
        self.next_section("two")
        self.play(square.animate.shift(mn.LEFT), run_time=0.5)
        self.play(dot.animate.shift(mn.LEFT), run_time=0.3)


class OnePlay(mn.Scene):
    def construct(self) -> None:
        shapes = mn.VGroup(mn.Square(color=mn.RED, fill_opacity=0.5), mn.Circle(), mn.Dot()).arrange()
        self.add(shapes)
        self.play(shapes[2].animate.shift(mn.UP), shapes[0].animate.rotate(1), run_time=1)


def film(scene_class: type[mn.Scene], media: Path, *, fast: bool, **options: Any) -> Path:
    """Render into a directory and return the film."""
    sections = {"save_sections": True} if options.pop("sections", False) else {}
    with small(dry_run=False, media_dir=str(media), **sections):
        scene = scene_class()
        if fast:
            assert accelerate(scene, **options) is None
        scene.render()
        return Path(scene.renderer.file_writer.final_file_path)


def packets(path: Path) -> list[bytes]:
    with av.open(path) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def frame_count(path: Path) -> int:
    with av.open(path) as container:
        return sum(1 for _ in container.decode(video=0))


def test_what_is_encoded_equals_manims_bit_by_bit(tmp_path: Path) -> None:
    plain, fast = (film(OnePlay, tmp_path / name, fast=name == "fast") for name in ("plain", "fast"))
    assert packets(fast) == packets(plain)


def test_one_encoder_writes_one_segment_with_all_frames_and_captions(tmp_path: Path) -> None:
    plain, fast = (film(Acts, tmp_path / name, fast=name == "fast") for name in ("plain", "fast"))
    assert fast.relative_to(tmp_path / "fast") == plain.relative_to(tmp_path / "plain")
    assert frame_count(fast) == frame_count(plain) > 0
    assert len(list((tmp_path / "plain").rglob("uncached_*.mp4"))) == 4
    assert len(list((tmp_path / "fast").rglob("uncached_*.mp4"))) == 1
    assert fast.with_suffix(".srt").read_text() == plain.with_suffix(".srt").read_text()


def test_each_saved_section_has_manims_frames(tmp_path: Path) -> None:
    counts = {}
    for name in ("plain", "fast"):
        place = film(Acts, tmp_path / name, fast=name == "fast", sections=True).parent / "sections"
        index = json.loads((place / "Acts.json").read_text())
        counts[name] = [(each["name"], each["video"], frame_count(place / each["video"])) for each in index]
    assert counts["fast"] == counts["plain"]
    assert [name for name, *_ in counts["fast"]] == ["one", "two"]


def test_segments_stay_apart_where_one_encoder_is_not_wanted(tmp_path: Path) -> None:
    film(Acts, tmp_path, fast=True, one_encoder=False)
    assert len(list(tmp_path.rglob("uncached_*.mp4"))) == 4


def test_preset_reaches_the_encoder(tmp_path: Path) -> None:
    with small(dry_run=False, media_dir=str(tmp_path)):
        scene = OnePlay()
        accelerate(scene, preset="superfast")
        assert dict(scene.renderer.file_writer.video_encoder.options)["preset"] == "superfast"


boxes = st.tuples(st.integers(0, 210), st.integers(0, 40), st.integers(1, 90), st.integers(1, 9))


@settings(max_examples=40, deadline=None)
@given(changes=st.lists(st.lists(boxes, max_size=3), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_what_changed_is_converted_as_in_a_whole_frame(changes: list[Any], seed: int) -> None:
    random = np.random.default_rng(seed)
    pixels = random.integers(0, 256, (50, 214, 4), dtype=np.uint8)
    converter = Converter("yuv420p")
    converter.take(Change.whole(pixels))
    for change in changes:
        areas = [(x, y, min(x + width, 214), min(y + height, 50)) for x, y, width, height in change]
        for left, top, right, bottom in areas:
            pixels[top:bottom, left:right] = random.integers(0, 256, 4, dtype=np.uint8)
        frame = converter.take(Change.inside(pixels, areas))
        whole = av.VideoFrame.from_ndarray(pixels, format="rgba").reformat(format="yuv420p")
        assert np.array_equal(frame.to_ndarray(), whole.to_ndarray())


@pytest.mark.parametrize("kind", [mn.ThreeDScene, mn.ZoomedScene])
def test_scene_with_an_unknown_camera_keeps_manims_renderer(kind: type[mn.Scene]) -> None:
    with small():
        scene = kind()
        reason = accelerate(scene)
        assert type(scene.renderer) is mn.CairoRenderer
    assert reason is not None
    assert "camera is a" in reason


def test_untested_manim_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manim_internals, "TESTED", ("0.0.1",))
    with small():
        scene = mn.Scene()
        reason = accelerate(scene)
        assert type(scene.renderer) is mn.CairoRenderer
    assert reason is not None
    assert "not a version the fast renderer was tested with (0.0.1)" in reason


def test_camera_that_draws_its_own_way_is_left_to_manim() -> None:
    with small():
        scene = mn.Scene()
        scene.camera.apply_fill = lambda ctx, vmobject: None
        reason = accelerate(scene)
    assert reason == "its camera has its own apply_fill"
