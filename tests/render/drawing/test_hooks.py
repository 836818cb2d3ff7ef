"""Whatever a scene puts in the place of Manim's functions, its frames are Manim's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import manim as mn
import manim.camera.camera as camera_module
import pytest
from hook_scenes import GIVEN_UP, PATCHED_WHEN_MADE, SCENES, Plays
from manim.camera.camera import Camera
from manim.renderer.cairo_renderer import CairoRenderer
from source_frames import differences, small

from manim_metaflow.render.drawing.accelerate import accelerate
from manim_metaflow.render.drawing.hooks import HOOKS
from manim_metaflow.render.drawing.seams import why_not_hooks


def reason(kind: type[mn.Scene]) -> str | None:
    """Draw a scene fast, and return why that was given up."""
    scene = kind()
    said: list[str] = []
    assert accelerate(scene, say=said.append) is None
    scene.render()
    given_up: str | None = scene.renderer.given_up  # type: ignore[union-attr]
    assert [line.partition(": ")[2] for line in said] == ([given_up] if given_up else [])
    return given_up


def test_scene_without_hooks_is_drawn_fast() -> None:
    with small():
        assert differences(Plays) == []
        assert reason(Plays) is None


@pytest.mark.parametrize("name", SCENES)
def test_frames_are_manims_and_drawn_fast_where(name: str) -> None:
    with small():
        assert differences(SCENES[name]) == []
        assert reason(SCENES[name]) is None


@pytest.mark.parametrize("name", GIVEN_UP)
def test_frames_are_manims_and_drawn_by_it_where(name: str) -> None:
    with small():
        assert differences(GIVEN_UP[name]) == []
        assert reason(GIVEN_UP[name]) is not None


def test_renderer_that_is_patched_when_the_scene_is_made_stays_manims() -> None:
    with small():
        assert accelerate(PATCHED_WHEN_MADE()) == "its renderer has its own update_frame"


@pytest.mark.parametrize(
    ("owner", "name"),
    [("camera", name) for name in HOOKS[Camera]] + [("renderer", name) for name in HOOKS[CairoRenderer]],
)
def test_every_hook_is_seen_on_an_object_and_on_its_class(
    owner: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small():
        renderer: Any = mn.Scene().renderer
        target = renderer.camera if owner == "camera" else renderer
        assert why_not_hooks(renderer) is None
        if not isinstance(HOOKS[type(target)][name], property):
            vars(target)[name] = lambda *args: None
            assert why_not_hooks(renderer) == f"its {owner} has its own {name}"
            del vars(target)[name]
        monkeypatch.setattr(type(target), name, lambda *args: None)
        assert why_not_hooks(renderer) == f"its {owner} has its own {name}"


MODULE_FUNCTIONS = [
    "manim.camera.camera.extract_mobject_family_members",
    "manim.camera.camera.color_to_int_rgba",
    "manim.renderer.cairo_renderer.list_update",
    "manim.scene.scene.restructure_list_to_exclude_certain_family_members",
    "manim.utils.family.remove_list_redundancies",
    "manim.utils.iterables.list_difference_update",
]


@pytest.mark.parametrize("name", MODULE_FUNCTIONS)
def test_every_function_that_hooks_call_by_name_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with small():
        renderer: Any = mn.Scene().renderer
        monkeypatch.setattr(name, lambda *args, **kwargs: [])
        assert why_not_hooks(renderer) == f"{name} is not Manim's own"


def test_frames_are_manims_where_a_function_of_a_module_is_replaced() -> None:
    patches = pytest.MonkeyPatch()
    order = camera_module.extract_mobject_family_members

    class Reversed(Plays):
        def __init__(self) -> None:
            patches.undo()  # what the scene has left, when it was drawn before
            super().__init__()

        def construct(self) -> None:
            self.add(mn.Square(4, fill_opacity=1, color=mn.BLUE), mn.Square(3, fill_opacity=1, color=mn.RED))
            super().construct()

        def prepare(self) -> None:
            def reverse(*args: Any, **kwargs: Any) -> Any:
                return order(*args, **kwargs)[::-1]

            patches.setattr(camera_module, "extract_mobject_family_members", reverse)

    with small():
        assert differences(Reversed) == []
        assert reason(Reversed) == "manim.camera.camera.extract_mobject_family_members is not Manim's own"
    patches.undo()


class HandsOver(mn.Scene):
    """Frames are added by hand between two plays, and what writes them is patched."""

    def construct(self) -> None:
        writer: Any = self.renderer.file_writer
        before, self.sizes = writer.write_frame, []

        def write(pixels: Any, *, repeat: int = 1) -> None:
            self.sizes.append(pixels.shape)
            before(pixels // 2, repeat=repeat)

        writer.write_frame = write
        square = mn.Square(fill_opacity=1)
        self.play(mn.FadeIn(square), run_time=0.5)
        frame = self.renderer.get_frame()
        self.renderer.add_frame(frame, num_frames=5)
        self.play(square.animate.shift(mn.RIGHT), run_time=0.5)
        self.wait(0.5)


def test_frames_added_between_plays_and_a_patched_writer_are_as_in_manims_film(tmp_path: Path) -> None:
    films = []
    for fast in (False, True):
        with small(dry_run=False, media_dir=str(tmp_path / str(fast))):
            scene = HandsOver()
            if fast:
                assert accelerate(scene, one_encoder=True) is None
            scene.render()
            assert set(scene.sizes) == {(108, 192, 4)}
            with av.open(str(scene.output_plan.primary_artifact)) as container:
                films.append([frame.to_ndarray()[:108].mean() for frame in container.decode(video=0)])
    plain, ours = films
    assert len(plain) == len(ours) == 9
    assert ours == pytest.approx(plain, abs=0.5)


class Wrong(mn.Scene):
    def construct(self) -> None:
        dot = mn.Dot(radius=1)
        self.play(dot.animate.shift(mn.RIGHT), run_time=1)
        self.play(dot.animate.shift(mn.LEFT), run_time=1)


def test_verifying_leaves_the_rest_to_manim_once_a_frame_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    with small():
        said: list[str] = []
        scene = Wrong()
        accelerate(scene, say=said.append, verify=4)
        canvas = scene.renderer._canvas  # type: ignore[union-attr]
        show = canvas.show

        def show_wrong(*args: Any) -> Any:
            boxes = show(*args)
            if scene.renderer.num_plays:
                canvas.pixels[:5] = 77
            return boxes

        monkeypatch.setattr(canvas, "show", show_wrong)
        scene.render()
    assert said == ["drawn by Manim itself from 1.17 s on: the frame at 1.17 s differs from Manim's"]
