"""Random scenes: what Manim draws and what is drawn fast are the same, whatever comes after what."""

from __future__ import annotations

import os
from typing import Any

import manim as mn
import numpy as np
from hypothesis import HealthCheck, given, note, settings, strategies as st
from source_frames import differences, scene_of, small

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))

places = st.tuples(st.floats(-5, 5), st.floats(-3, 3)).map(lambda at: np.array([*at, 0]))
colours = st.sampled_from([mn.RED, mn.GREEN, mn.BLUE, mn.YELLOW, mn.WHITE, mn.BLACK])
gradients = st.lists(colours, min_size=2, max_size=3)
opacities = st.sampled_from([0, 0.3, 0.7, 1])
widths = st.sampled_from([0, 0.5, 4, 15])
which = st.integers(0, 50)

shapes = st.builds(
    lambda kind, at, fill, stroke, opacity, width, z: (
        kind().set_fill(fill, opacity).set_stroke(stroke, width).move_to(at).set_z_index(z)
    ),
    st.sampled_from([mn.Square, mn.Circle, mn.Star, mn.Triangle, lambda: mn.Line(mn.UL, mn.DR)]),
    places,
    st.one_of(colours, gradients),
    st.one_of(colours, gradients),
    opacities,
    widths,
    st.sampled_from([0, 0, 0, 1, -1]),
)
texts = st.builds(lambda text, at: mn.Text(text).move_to(at), st.sampled_from(["ab", "flow"]), places)
images = st.builds(lambda at: mn.ImageMobject(np.uint8([[9, 250], [90, 160]])).scale(40).move_to(at), places)
clouds = st.builds(lambda at: mn.PointCloudDot(at, radius=0.5, density=4), places)
simple = st.one_of(shapes, shapes, shapes, texts, images, clouds)
things = st.one_of(simple, st.lists(simple, min_size=1, max_size=3).map(lambda parts: mn.Group(*parts)))
redrawn = st.builds(lambda thing: mn.always_redraw(lambda: mn.SurroundingRectangle(thing)), shapes)


class Steps:
    """The steps a random scene is made of; each takes the scene, what it knows of, and two draws."""

    def add(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.add(thing)

    def remove(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.remove(thing)

    def remove_part(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.remove(thing.get_family()[-1])

    def to_front(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.bring_to_front(thing)

    def to_back(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.bring_to_back(thing)

    def foreground(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.add_foreground_mobject(thing)

    def raise_it(self, scene: Any, thing: Any, extra: Any) -> None:
        thing.set_z_index(extra % 4 - 1)

    def regroup(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.add(mn.Group(thing, mn.Dot()))

    def wait(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.wait(0.4)

    def pan(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.play(scene.camera.frame.animate.move_to(thing).scale(0.8 + extra % 3 / 5), run_time=0.4)

    def jump(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.camera.frame.shift(0.3 * mn.RIGHT)

    def move(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.play(thing.animate.shift((extra % 5 - 2) * mn.RIGHT), run_time=0.4)

    def turn(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.play(mn.Rotate(thing, extra), run_time=0.4)

    def fade_in(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.play(mn.FadeIn(thing), run_time=0.4)

    def fade_out(self, scene: Any, thing: Any, extra: Any) -> None:
        scene.play(mn.FadeOut(thing), run_time=0.4)

    def behind_its_back(self, scene: Any, thing: Any, extra: Any) -> None:
        dot = mn.Dot()
        scene.play(mn.UpdateFromFunc(dot, lambda m: (m.shift(0.1 * mn.UP), thing.shift(0.1))), run_time=0.4)

    def in_place(self, scene: Any, thing: Any, extra: Any) -> None:
        for member in thing.get_family():
            member.points *= 0.9


steps = st.tuples(st.sampled_from([name for name in vars(Steps) if name[0] != "_"]), which, which)


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=EXAMPLES < 100
)
@given(data=st.data(), camera=st.sampled_from([mn.Scene, mn.MovingCameraScene]))
def test_every_frame_of_a_random_scene_equals_manims(data: st.DataObject, camera: type[mn.Scene]) -> None:
    with small(width=144, height=82, fps=5):
        made = data.draw(st.lists(things, min_size=2, max_size=6))
        if data.draw(st.booleans()):
            made.append(data.draw(redrawn))
        plan = data.draw(st.lists(steps, min_size=2, max_size=8))
        note(f"{plan}")

        def build(scene: Any) -> None:
            cast = [thing.copy() for thing in made]
            scene.add(*cast[: len(cast) // 2])
            for name, index, extra in [*plan, ("wait", 0, 0)]:
                if name not in ("pan", "jump") or camera is mn.MovingCameraScene:
                    getattr(Steps(), name)(scene, cast[index % len(cast)], extra)

        assert differences(scene_of(build, camera)) == []
