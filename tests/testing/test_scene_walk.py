from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import Any

import manim as mn
import numpy as np
import pytest

from manim_metaflow.testing import beat_frames, render_frame, section_frames
from manim_metaflow.testing.frames import current_frame, still_config
from manim_metaflow.testing.lockstep import in_lockstep

SMALL = (320, 180)


def _last(scene_class: type[mn.Scene]) -> Any:
    return list(section_frames(scene_class, resolution=SMALL))[-1].frame


def _played_in_full(scene_class: type[mn.Scene]) -> Any:
    with still_config(SMALL), mn.tempconfig({"frame_rate": 10}):
        scene = scene_class()
        scene.render()
        return current_frame(scene)


class Successive(mn.Scene):
    def construct(self) -> None:
        dot = mn.Dot()
        self.play(
            mn.Succession(dot.animate.shift(mn.RIGHT), mn.FadeIn(mn.Square()), dot.animate.shift(mn.UP))
        )
        self.wait(0.5)
        self.play(mn.LaggedStart(mn.Create(mn.Circle()), mn.FadeOut(dot), lag_ratio=0.5))


class Redrawn(mn.Scene):
    def construct(self) -> None:
        place = mn.ValueTracker(0)
        self.add(mn.always_redraw(lambda: mn.Dot(place.get_value() * mn.RIGHT)))
        self.play(place.animate.set_value(3))


class RedrawnAfterRemoval(mn.Scene):
    def construct(self) -> None:
        self.add(square := mn.Square())
        self.add(mn.always_redraw(lambda: mn.Dot(mn.UP if square in self.mobjects else mn.DOWN)))
        self.play(mn.FadeOut(square))


class Drifting(mn.Scene):
    def construct(self) -> None:
        dot = mn.Dot()
        dot.add_updater(lambda m, dt: m.shift((0.2 + m.get_x()) * dt * mn.RIGHT))
        self.add(dot)
        self.wait(2)


class Stepping(mn.Scene):
    def construct(self) -> None:
        dot = mn.Dot()
        self.play(mn.UpdateFromFunc(dot, lambda m: m.shift(0.1 * mn.RIGHT)))


class WaitingFor(mn.Scene):
    def construct(self) -> None:
        dot = mn.Dot().add_updater(lambda m, dt: m.shift(dt * mn.RIGHT))
        self.add(dot)
        self.wait_until(lambda: dot.get_x() > 1)


class Zooming(mn.MovingCameraScene):
    def construct(self) -> None:
        self.add(mn.Square())
        self.play(self.camera.frame.animate.scale(0.5).shift(mn.RIGHT))


class Layered(mn.Scene):
    def construct(self) -> None:
        self.add(mn.Square(fill_opacity=1, color=mn.RED).set_z_index(2))
        self.play(mn.FadeIn(mn.Circle(fill_opacity=1)))
        self.add_foreground_mobject(mn.Dot())


@pytest.mark.parametrize(
    "scene_class",
    [Successive, Redrawn, RedrawnAfterRemoval, Drifting, Stepping, WaitingFor, Zooming, Layered],
)
def test_a_walk_ends_where_the_video_does(scene_class: type[mn.Scene]) -> None:
    full = _played_in_full(scene_class)
    with mn.tempconfig({"frame_rate": 10}):
        walked = _last(scene_class)
    assert (walked != full).sum() == 0
    assert walked.std() > 1


def test_a_frame_shows_what_the_camera_sees() -> None:
    class Away(mn.MovingCameraScene):
        def construct(self) -> None:
            self.add(mn.Square(fill_opacity=1))
            self.play(self.camera.frame.animate.shift(20 * mn.RIGHT))

    assert _last(Away)[..., :3].max() == 0


class Talk(mn.Scene):
    def construct(self) -> None:
        self.play(mn.FadeIn(mn.Dot()))
        self.next_section("act one")
        self.play(mn.FadeIn(mn.Square()), subcaption="first")
        self.wait()
        self.add_subcaption("second", duration=2)
        self.add_subcaption("and more", duration=2, offset=1)
        self.play(mn.FadeIn(mn.Circle()))
        self.next_section("act two")
        self.play(mn.FadeIn(mn.Triangle()))
        self.play(mn.FadeIn(mn.Star()), subcaption="third")


def test_a_beat_lasts_from_caption_to_caption() -> None:
    found = [
        (beat.section, beat.caption, [type(m).__name__ for m in beat.scene.mobjects if len(m.points)])
        for beat in beat_frames(Talk, resolution=SMALL)
    ]
    assert found == [
        ("autocreated", "", ["Dot"]),
        ("act one", "first", ["Dot", "Square"]),
        ("act one", "second and more", ["Dot", "Square", "Circle"]),
        ("act two", "", ["Dot", "Square", "Circle", "Triangle"]),
        ("act two", "third", ["Dot", "Square", "Circle", "Triangle", "Star"]),
    ]


def test_captions_do_not_cut_sections() -> None:
    found = list(section_frames(Talk, resolution=SMALL))
    assert [section.name for section in found] == ["autocreated", "act one", "act two"]
    assert [entry["kind"] for entry in found[1].structure] == ["Dot", "Square", "Circle"]


def test_the_same_caption_twice_is_two_beats() -> None:
    class Again(mn.Scene):
        def construct(self) -> None:
            self.play(mn.FadeIn(mn.Dot()), subcaption="again")
            self.play(mn.FadeIn(mn.Square()), subcaption="again")

    assert [beat.caption for beat in beat_frames(Again, resolution=SMALL)] == ["again", "again"]


def test_a_scene_without_a_play_has_one_frame() -> None:
    class Still(mn.Scene):
        def construct(self) -> None:
            self.add(mn.Square())

    assert len(list(section_frames(Still, resolution=SMALL))) == 1
    assert [beat.caption for beat in beat_frames(Still, resolution=SMALL)] == [""]


def test_a_scene_may_use_any_name_for_its_attributes() -> None:
    class Names(mn.Scene):
        def construct(self) -> None:
            self.walker = self._walker = self._section = self._caption = None
            self.play(mn.FadeIn(mn.Square()), subcaption="fine")

    assert [beat.caption for beat in beat_frames(Names, resolution=SMALL)] == ["fine"]


def test_an_error_in_the_scene_comes_out_with_its_place() -> None:
    class Broken(mn.Scene):
        def construct(self) -> None:
            self.play(mn.FadeIn(mn.Square()), subcaption="so far")
            raise ZeroDivisionError("mine")

    before = mn.config.copy()
    with pytest.raises(ZeroDivisionError, match="mine") as caught:
        list(beat_frames(Broken, resolution=SMALL))
    assert caught.traceback[-1].name == "construct"
    assert mn.config == before


def test_stopping_early_ends_the_scene_and_restores_the_configuration() -> None:
    before = mn.config.pixel_width
    ended = []

    class Long(mn.Scene):
        def construct(self) -> None:
            try:
                for number in range(5):
                    self.play(mn.FadeIn(mn.Square()), subcaption=str(number))
            finally:
                ended.append(True)

    beats = beat_frames(Long, resolution=SMALL)
    next(beats)
    assert mn.config.pixel_width == 320
    beats.close()  # type: ignore[attr-defined]
    assert ended == [True]
    assert mn.config.pixel_width == before


def test_the_walk_sees_the_context_of_its_caller() -> None:
    theme: ContextVar[str] = ContextVar("theme", default="dark")
    theme.set("light")
    assert list(in_lockstep(lambda emit: emit(theme.get()))) == ["light"]


def test_producer_and_consumer_take_turns() -> None:
    log: list[str] = []

    def produce(emit: Any) -> None:
        for number in range(3):
            log.append(f"made {number}")
            emit(number)

    log.extend(f"used {number}" for number in in_lockstep(produce))
    assert log == [f"{what} {number}" for number in range(3) for what in ("made", "used")]


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    class Written(mn.Scene):
        def construct(self) -> None:
            self.next_section("a")
            self.play(mn.FadeIn(mn.Text("word")), subcaption="caption")

    list(beat_frames(Written, resolution=SMALL))
    render_frame(mn.Square(), resolution=SMALL)
    assert list(tmp_path.rglob("*")) == []


def test_drawing_twice_gives_the_same_bytes() -> None:
    frames = [render_frame(mn.Star(fill_opacity=0.5), resolution=SMALL).tobytes() for _ in range(2)]
    assert frames[0] == frames[1]
    assert _last(Talk).tobytes() == _last(Talk).tobytes()


def test_a_mobject_stands_on_the_ground_of_its_theme_or_of_the_call() -> None:
    class Theme:
        background = "#FBFBFD"

    square = mn.Square()
    assert render_frame(square, resolution=SMALL)[0, 0].tolist() == [0, 0, 0, 255]
    square.theme = Theme()
    assert render_frame(square, resolution=SMALL)[0, 0].tolist() == [0xFB, 0xFB, 0xFD, 255]
    assert render_frame(square, resolution=SMALL, background="#102030")[0, 0].tolist() == [16, 32, 48, 255]


def test_drawing_changes_neither_configuration_nor_mobject() -> None:
    square = mn.Square()
    before, points = mn.config.copy(), square.points.copy()
    render_frame(square, resolution=SMALL)
    assert mn.config == before
    assert np.array_equal(square.points, points)


def test_a_frame_holds_nothing_of_the_one_before() -> None:
    class Replaced(mn.Scene):
        def construct(self) -> None:
            self.add(square := mn.Square())
            self.wait()
            self.next_section("next")
            self.remove(square)
            self.add(mn.Dot())
            self.wait()

    _, after = section_frames(Replaced, resolution=SMALL)
    assert (after.frame == render_frame(mn.Dot(), resolution=SMALL)).all()
