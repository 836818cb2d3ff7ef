"""Where the fast engine stands in for Manim, and whether what it stands in for is Manim's own.

A renderer, camera or mobject that has another function in the place of one of :data:`.HOOKS` has to be drawn
by Manim itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cairo
import numpy as np
import numpy.typing as npt
from manim.camera.camera import Camera
from manim.camera.moving_camera import MovingCamera
from manim.mobject.mobject import Mobject
from manim.mobject.types.image_mobject import ImageMobject
from manim.mobject.types.point_cloud_mobject import PMobject
from manim.mobject.types.vectorized_mobject import VMobject
from manim.renderer.cairo_renderer import CairoRenderer
from manim.scene.scene import Scene

from manim_metaflow.manim_internals import SegmentEncoder, VideoEncoderSpec, untested
from manim_metaflow.render.drawing.hooks import HOOKS, replaced, replaced_in_module
from manim_metaflow.render.drawing.strips import Change, Converter

__all__ = [
    "FilmEncoder",
    "UnknownDrawingError",
    "check_context",
    "check_kinds",
    "drawn_by_manim",
    "why_not",
    "why_not_hooks",
]

Pixels = npt.NDArray[Any]

READ = (
    "points",
    "submobjects",
    "z_index",
    "fill_rgbas",
    "stroke_rgbas",
    "background_stroke_rgbas",
    "tolerance_for_point_equality",
    "stroke_width",
    "background_stroke_width",
    "joint_type",
    "cap_style",
    "background_image",
)
"""The attributes of a mobject that its drawing depends on."""


class UnknownDrawingError(Exception):
    """Something that only Manim's own code can draw, or may: the message says what."""


def why_not(scene: Scene) -> str | None:
    """Return why a scene has to be drawn by Manim itself; ``None`` if it need not."""
    if reason := untested():
        return reason
    if type(scene.renderer) is not CairoRenderer:
        return f"it is drawn by {type(scene.renderer).__name__}"
    if scene.manager is not None:
        return "its render has started already"
    return why_not_hooks(scene.renderer)


def why_not_hooks(renderer: CairoRenderer) -> str | None:
    """Return what of a renderer and its camera is not Manim's own any more; ``None`` if all is.

    It is asked before every play, and before every frame in which the user's code may have run.
    """
    camera = renderer.camera
    if type(camera) not in (Camera, MovingCamera):
        return f"its camera is a {type(camera).__name__}"
    hook = replaced(camera, type(camera))
    if hook is not None:
        return f"its camera has its own {hook}"
    # The fast renderer has methods of its own, which stand for those of Manim's class.
    hook = replaced(renderer, CairoRenderer, CairoRenderer)
    if hook is not None:
        return f"its renderer has its own {hook}"
    name = replaced_in_module()
    if name is not None:
        return f"{name} is not Manim's own"
    if camera.n_channels != 4 or camera.pixel_array.dtype != np.uint8:
        return "its camera does not draw 8-bit RGBA"
    return None


def check_context(context: cairo.Context[Any]) -> None:
    """Check that a camera's Cairo context draws as a new one does: a scene may have changed it.

    Raises
    ------
    UnknownDrawingError
        It does not.
    """
    found = (
        context.get_antialias(),
        context.get_operator(),
        context.get_fill_rule(),
        context.get_tolerance(),
        context.get_miter_limit(),
        context.get_dash_count(),
    )
    if found != _CONTEXT or not _is_unclipped(context):
        raise UnknownDrawingError("its camera's Cairo context has other settings than a new one")


_CONTEXT = (cairo.Antialias.DEFAULT, cairo.Operator.OVER, cairo.FillRule.WINDING, 0.1, 10.0, 0)
"""Of a new context: antialiasing, operator, fill rule, tolerance, miter limit, dashes."""


def _is_unclipped(context: cairo.Context[Any]) -> bool:
    target: Any = context.get_target()
    left, top, right, bottom = context.clip_extents()
    x0, y0 = context.user_to_device(left, top)
    x1, y1 = context.user_to_device(right, bottom)
    width, height = abs(x1 - x0), abs(y1 - y0)
    # From pixels to units and back again, the width of an unclipped surface is not exact.
    return bool(abs(width - target.get_width()) < 1 and abs(height - target.get_height()) < 1)


_kinds: dict[type, str] = {}


def drawn_by_manim(mobject: Mobject) -> str:
    """Tell how a mobject is drawn: ``vector``, ``image``, ``points``, ``nothing`` or ``unknown``.

    It is unknown where a class replaces what Manim's camera would call, so that it has to be called.
    """
    kind = type(mobject)
    if kind not in _kinds:
        _kinds[kind] = _kind(kind)
    if _kinds[kind] == "vector" and not vars(mobject).keys().isdisjoint(HOOKS[VMobject]):
        return "unknown"
    return _kinds[kind]


def check_kinds() -> None:
    """Check that no class of mobjects has been patched since :func:`drawn_by_manim` looked at it.

    Raises
    ------
    UnknownDrawingError
        One has.
    """
    changed = [kind for kind, known in _kinds.items() if _kind(kind) != known]
    for kind in changed:
        del _kinds[kind]
    if changed:
        raise UnknownDrawingError(f"{changed[0].__name__} is drawn in another way than before")


def _kind(kind: type) -> str:
    if not issubclass(kind, Mobject) or not _is_manims(kind, Mobject):
        return "unknown"
    if issubclass(kind, VMobject):
        return "vector" if _is_manims(kind, VMobject) and not _has_property(kind) else "unknown"
    if issubclass(kind, PMobject):
        return "points"
    if issubclass(kind, ImageMobject):
        return "image" if _is_manims(kind, ImageMobject) else "unknown"
    # `AbstractImageMobject`: images that compute their pixels, such as what another camera sees.
    abstract = ImageMobject.__mro__[1]
    return "unknown" if issubclass(kind, abstract) else "nothing"


def _is_manims(kind: type, base: type) -> bool:
    return all(getattr(kind, name, None) is hook for name, hook in HOOKS[base].items())


def _has_property(kind: type) -> bool:
    """Return whether a class computes what others keep in their ``__dict__``, where it is read."""
    return any(hasattr(getattr(kind, name, None), "__get__") for name in READ)


class FilmEncoder(SegmentEncoder):
    """An encoder that keeps the last frame, and is given what differs from it."""

    _pixels: Pixels | None = None

    def __init__(self, *, target: Path, spec: VideoEncoderSpec) -> None:
        super().__init__(target=target, spec=spec)
        self._converter = Converter(spec.pixel_format)

    def write_frame(self, pixels: Pixels | Change, *, repeat: int = 1) -> None:
        """Encode a frame, or the last one with a change in it."""
        if not isinstance(pixels, Change):
            super().write_frame(pixels, repeat=repeat)
            return
        # Encoders other than x264 may keep a reference to the frame, which is changed in place here.
        in_place = self.spec.codec == "libx264" and self.spec.pixel_format == "yuv420p"
        if not in_place or pixels.height % 2:
            super().write_frame(self._whole(pixels), repeat=repeat)
            return
        self.encode(self._converter.take(pixels), repeat)

    def _whole(self, change: Change) -> Pixels:
        if change.is_whole():
            self._pixels = change.strips[0].pixels
        assert self._pixels is not None
        change.put_into(self._pixels)
        return self._pixels
