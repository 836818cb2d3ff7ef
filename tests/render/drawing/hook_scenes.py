"""Scenes that put something of their own in the place of Manim's functions, each in another one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

import cairo
import manim as mn
import numpy as np

from manim_metaflow import StepNode
from manim_metaflow.animations import Timeline
from manim_metaflow.animations.graph.set_state import change_state
from manim_metaflow.animations.motion.clips import call


class Plays(mn.Scene):
    """A step becomes done while something else, which the animation does not name, may move."""

    timeline: type[Timeline] = Timeline
    options: ClassVar[dict[str, Any]] = {}

    def construct(self) -> None:
        self.node = StepNode("train")
        self.hud = mn.Square(0.6, color=mn.RED, fill_opacity=0.8).to_edge(mn.UP)
        self.add(self.node, self.hud)
        self.play(self.hud.animate.shift(mn.RIGHT), run_time=0.2)
        self.prepare()
        self.play(self.timeline([self.node], self.clips(), run_time=0.7, **self.options))
        self.wait(0.2)
        self.play(mn.FadeOut(self.hud), run_time=0.2)

    def prepare(self) -> None:
        """Do something between two plays."""

    def clips(self) -> list[Any]:
        return [change_state(0, 1, self.node, "pending", "done")]

    def move(self) -> None:
        self.hud.shift(0.15 * mn.RIGHT)


SCENES: dict[str, type[mn.Scene]] = {}
"""Whose frames are Manim's because everything is looked at."""

GIVEN_UP: dict[str, type[mn.Scene]] = {}
"""Whose frames are Manim's because Manim draws them."""


def _add(to: dict[str, type[mn.Scene]], name: str, **members: Any) -> None:
    to[name] = type(f"Plays_{len(to)}", (members.pop("base", Plays),), members)


def _moving(name: str) -> Callable[..., Any]:
    def override(self: Any, *args: Any, **kwargs: Any) -> Any:
        if hasattr(self, "hud"):
            self.move()
        return getattr(mn.Scene, name)(self, *args, **kwargs)

    return override


for _name in ("update_mobjects", "update_to_time", "update_meshes", "update_self", "play_internal"):
    _add(SCENES, f"scene overrides {_name}", **{_name: _moving(_name)})


def _patch_scene(self: Any) -> None:
    self.update_self = lambda dt: self.move()


def _frames(self: Any, *args: Any, **kwargs: Any) -> Any:
    class Moving(list[float]):
        def __iter__(times) -> Any:
            for time in list.__iter__(times):
                self.move()
                yield time

        def close(times) -> None:
            pass

    return Moving(mn.Scene.get_time_progression(self, *args, **kwargs))


_add(SCENES, "update_self is patched on the scene", prepare=_patch_scene)
_add(SCENES, "scene moves something between frames", get_time_progression=_frames)


class Overriding(Timeline):
    def update_mobjects(self, dt: float) -> None:
        super().update_mobjects(dt)
        self.hud.shift(dt * mn.RIGHT)


class Stepping(Timeline):
    def interpolate(self, alpha: float) -> None:
        super().interpolate(alpha)
        self.hud.shift(0.1 * mn.RIGHT)


def _with_hud(kind: type[Timeline]) -> Callable[[Any], None]:
    def prepare(self: Any) -> None:
        kind.hud = self.hud  # type: ignore[attr-defined]

    return prepare


for _kind in (Overriding, Stepping):
    _add(SCENES, f"{_kind.__name__} animation", prepare=_with_hud(_kind), timeline=_kind)


def _rate(action: Callable[[Any, float], None]) -> Callable[[Any], None]:
    def prepare(self: Any) -> None:
        def rate(t: float) -> float:
            action(self, t)
            return t

        self.options = {"rate_func": rate}

    return prepare


def _add_updater(self: Any, t: float) -> None:
    if t > 0.4 and not self.hud.updaters:
        self.hud.add_updater(lambda hud, dt: hud.shift(dt * mn.DOWN))


def _recolour(hud: Any) -> None:
    hud.get_fill_rgbas = lambda: np.array([[0.0, 1.0, 0.0, 1.0]])


class Blue(mn.Square):
    def get_fill_rgbas(self) -> Any:
        return np.array([[0.0, 0.0, 1.0, 1.0]])


_add(SCENES, "rate function moves another mobject", prepare=_rate(lambda self, t: self.move()))
_add(SCENES, "rate function adds an updater", prepare=_rate(_add_updater))
_add(
    SCENES,
    "clip calls a function that adds an updater",
    clips=lambda self: [*Plays.clips(self), call(0.4, lambda: _add_updater(self, 1), self.node)],
)


def _foreground(self: Any) -> None:
    self.add_foreground_mobject(self.hud)
    _rate(lambda self, t: self.move())(self)


class Drifting(mn.Square):
    def update(self, dt: float = 0, recursive: bool = True) -> Any:
        self.shift(dt * mn.LEFT)
        return super().update(dt, recursive)


_add(SCENES, "foreground mobject is moved in a play", prepare=_foreground)
_add(SCENES, "mobject overrides update", prepare=lambda self: self.add(Drifting()))


def _patch_mobject(self: Any) -> None:
    self.hud.update = lambda dt=0, recursive=True: self.move()


def _paint_background(self: Any) -> None:
    def paint(mobject: Any, dt: float) -> None:
        self.camera.background[: int(30 * (1 + self.time)), :, 1] = 200

    self.node.add_updater(paint)


def _toggle(self: Any) -> None:
    self.hud.move_to(self.node)
    self.node.set_z_index(3)
    _rate(lambda self, t: setattr(self.camera, "use_z_index", t < 0.5))(self)


_add(SCENES, "update is patched on a mobject", prepare=_patch_mobject)
_add(SCENES, "background is edited in a play", prepare=_paint_background)
_add(SCENES, "use_z_index is toggled in a play", prepare=_toggle)


def _context(change: Callable[[cairo.Context[Any]], None]) -> Callable[[Any], None]:
    return lambda self: change(self.camera.get_cairo_context(self.camera.pixel_array))


CONTEXT: dict[str, Callable[[cairo.Context[Any]], None]] = {
    "antialias": lambda context: context.set_antialias(cairo.Antialias.NONE),
    "operator": lambda context: context.set_operator(cairo.Operator.XOR),
    "fill rule": lambda context: context.set_fill_rule(cairo.FillRule.EVEN_ODD),
    "tolerance": lambda context: context.set_tolerance(9),
    "miter limit": lambda context: context.set_miter_limit(1),
    "dash": lambda context: context.set_dash([0.1]),
    "clip": lambda context: (context.new_path(), context.rectangle(-1, -1, 2, 3), context.clip()),
}
for _name, _change in CONTEXT.items():
    _add(GIVEN_UP, f"Cairo context has another {_name}", prepare=_context(_change))


def _patched(owner: str, name: str, effect: Callable[[Any], None]) -> Callable[[Any], None]:
    """Patch a method of a scene's renderer or camera, so that it looks like Manim's."""

    def prepare(self: Any) -> None:
        target = self.renderer if owner == "renderer" else self.camera
        before = getattr(target, name)

        @wraps(before)
        def patched(*args: Any, **kwargs: Any) -> Any:
            found = before(*args, **kwargs)
            effect(self)
            return found

        setattr(target, name, patched)

    return prepare


def _scribble(self: Any) -> None:
    self.camera.pixel_array[5:9, 20:60] = 222


PATCHED = {
    "renderer": ("add_frame", "update_frame", "get_frame", "render", "save_static_frame_data"),
    "camera": ("reset", "set_frame_to_background", "capture_mobjects", "display_vectorized", "apply_fill"),
}
for _owner, _names in PATCHED.items():
    for _name in _names:
        _add(GIVEN_UP, f"{_name} is patched on the {_owner}", prepare=_patched(_owner, _name, _scribble))


def _new_camera(self: Any) -> None:
    self.renderer.camera = mn.Camera(background_color=mn.BLUE_E)


def _new_pixels(self: Any) -> None:
    self.camera.pixel_array = self.camera.pixel_array.copy()


_add(GIVEN_UP, "camera is another one", prepare=_new_camera)
_add(GIVEN_UP, "camera has other pixels", prepare=_new_pixels)


def _inverted(self: Any) -> None:
    before = self.renderer.get_frame
    self.renderer.get_frame = lambda: 255 - before()


_add(GIVEN_UP, "get_frame gives other pixels", prepare=_inverted)
_add(GIVEN_UP, "get_fill_rgbas is replaced in a play", prepare=_rate(lambda self, t: _recolour(self.hud)))


def _other_class(self: Any, t: float) -> None:
    if t > 0.4:
        self.hud.__class__ = Blue


_add(GIVEN_UP, "class is replaced in a play", prepare=_rate(_other_class))


class Green(mn.Square):
    pass


def _patch_class(self: Any, t: float) -> None:
    if t > 0.4:
        Green.get_fill_rgbas = Blue.get_fill_rgbas  # type: ignore[method-assign]


def _green(self: Any) -> None:
    if "get_fill_rgbas" in vars(Green):
        del Green.get_fill_rgbas
    self.add(Green(fill_opacity=1).shift(mn.DOWN))
    _rate(_patch_class)(self)


_add(GIVEN_UP, "class is patched in a play", prepare=_green)


def _made(self: Any) -> None:
    mn.Scene.__init__(self)
    before = self.renderer.update_frame
    self.kept = self.renderer

    def update_frame(*args: Any, **kwargs: Any) -> None:
        before(*args, **kwargs)
        _scribble(self)

    self.renderer.update_frame = update_frame


class KeepsRenderer(Plays):
    """Uses the renderer that it had when it was made."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: Any = self.renderer

    def prepare(self) -> None:
        self.kept.update_frame(self)
        self.hud.set_fill(opacity=float(self.kept.get_frame()[..., 0].mean() % 1))


class LooksAfterSkipping(mn.Scene):
    """What is drawn hangs on the pixels of a play that is skipped."""

    def construct(self) -> None:
        self.next_section("skipped", skip_animations=True)
        still, disc = mn.Square(2, fill_opacity=1), mn.Circle(fill_opacity=1, color=mn.BLUE)
        self.add(still)
        self.play(mn.FadeIn(disc.shift(mn.LEFT)), run_time=0.4)
        self.next_section("seen")
        red, blue = (self.camera.pixel_array[..., channel].mean() / 255 for channel in (0, 2))
        self.play(disc.animate.move_to([4 * red, 4 * blue, 0]), run_time=0.4)


SCENES |= {"scene keeps its renderer": KeepsRenderer, "pixels of a skipped play are read": LooksAfterSkipping}
PATCHED_WHEN_MADE = type("PatchedWhenMade", (Plays,), {"__init__": _made})
