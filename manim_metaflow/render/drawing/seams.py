"""Which of Manim's drawing methods the fast engine replaces, and whether they are Manim's own in a scene.

A scene, camera or mobject that overrides one of them has to be drawn by Manim itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
from manim_metaflow.render.drawing.strips import Change, Converter

__all__ = ["FilmEncoder", "UnknownMobjectError", "drawn_by_manim", "why_not"]

_CAMERA = (
    "adjust_out_of_range_points",
    "apply_fill",
    "apply_stroke",
    "capture_mobjects",
    "display_image_mobject",
    "display_multiple_image_mobjects",
    "display_multiple_non_background_colored_vmobjects",
    "display_multiple_point_cloud_mobjects",
    "display_multiple_vectorized_mobjects",
    "display_point_cloud",
    "display_vectorized",
    "get_cairo_context",
    "get_fill_rgbas",
    "get_mobjects_to_display",
    "get_stroke_rgbas",
    "overlay_PIL_image",
    "points_to_subpixel_coords",
    "set_cairo_context_color",
    "set_cairo_context_path",
    "transform_points_pre_display",
    "type_or_raise",
)
_EVERY = ("family_members_with_points", "get_family", "get_num_points")
_VECTOR = (
    "consider_points_equals_2d",
    "get_background_image",
    "get_fill_rgbas",
    "get_stroke_rgbas",
    "get_stroke_width",
    "get_subpath_split_indices_from_points",
)

Pixels = npt.NDArray[Any]


class UnknownMobjectError(Exception):
    """A mobject that only Manim's own camera can draw."""


def why_not(scene: Scene) -> str | None:
    """Return why a scene has to be drawn by Manim itself; ``None`` if it need not."""
    if reason := untested():
        return reason
    if type(scene.renderer) is not CairoRenderer:
        return f"it is drawn by {type(scene.renderer).__name__}"
    if scene.manager is not None:
        return "its render has started already"
    return _why_not_camera(scene.renderer.camera)


def _why_not_camera(camera: Camera) -> str | None:
    if type(camera) not in (Camera, MovingCamera):
        return f"its camera is a {type(camera).__name__}"
    replaced = [name for name in _CAMERA if name in vars(camera) or not _is_manims(type(camera), name)]
    if replaced:
        return f"its camera has its own {replaced[0]}"
    if camera.n_channels != 4 or camera.pixel_array.dtype != np.uint8:
        return "its camera does not draw 8-bit RGBA"
    return None


def _is_manims(kind: type, name: str) -> bool:
    module = getattr(getattr(kind, name), "__module__", "")
    return isinstance(module, str) and module.startswith("manim.")


_kinds: dict[type, str] = {}


def drawn_by_manim(mobject: Mobject) -> str:
    """Tell how a mobject is drawn: ``vector``, ``image``, ``points``, ``nothing`` or ``unknown``.

    It is unknown where a class replaces what Manim's camera would call, so that it has to be called.
    """
    kind = type(mobject)
    if kind not in _kinds:
        _kinds[kind] = _kind(kind)
    if _kinds[kind] == "vector" and not mobject.__dict__.keys().isdisjoint(_BY_VALUE):
        return "unknown"
    return _kinds[kind]


_BY_VALUE = frozenset((*_EVERY, *_VECTOR, "get_gradient_start_and_end_points"))


def _kind(kind: type) -> str:
    if not issubclass(kind, Mobject) or not _same(kind, Mobject, _EVERY):
        return "unknown"
    if issubclass(kind, VMobject):
        return "vector" if _same(kind, VMobject, _VECTOR) else "unknown"
    if issubclass(kind, PMobject):
        return "points"
    if issubclass(kind, ImageMobject):
        return "image" if _same(kind, ImageMobject, ("get_pixel_array",)) else "unknown"
    abstract = ImageMobject.__mro__[1]
    return "unknown" if issubclass(kind, abstract) else "nothing"


def _same(kind: type, base: type, names: tuple[str, ...]) -> bool:
    return all(getattr(kind, name) is getattr(base, name) for name in names)


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
