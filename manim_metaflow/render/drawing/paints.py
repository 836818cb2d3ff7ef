"""The paints of a mobject, and the state that shows whether they have to be read again."""

from __future__ import annotations

from typing import Any

import cairo
import numpy as np
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP, Camera
from manim.mobject.types.vectorized_mobject import VMobject

from manim_metaflow.render.drawing.ops import Paint
from manim_metaflow.render.drawing.seams import UnknownDrawingError

__all__ = ["paints", "state"]


def paints(camera: Camera, vmobject: VMobject, gradient: Any) -> list[Paint]:
    """Return the strokes and fills of a mobject in the order Manim's camera lays them on."""
    found = [
        _stroke(camera, vmobject, True, gradient),
        _fill(vmobject, gradient),
        _stroke(camera, vmobject, False, gradient),
    ]
    return [paint for paint in found if paint is not None]


def _fill(vmobject: VMobject, gradient: Any) -> Paint | None:
    source = _source(vmobject.get_fill_rgbas(), gradient)
    return None if source is None else Paint(source)


def _stroke(camera: Camera, vmobject: VMobject, background: bool, gradient: Any) -> Paint | None:
    width = vmobject.get_stroke_width(background)
    if width == 0:
        return None
    source = _source(vmobject.get_stroke_rgbas(background), gradient)
    if source is None:
        return None
    width = width * camera.cairo_line_width_multiple
    return Paint(source, width, LINE_JOIN_MAP[vmobject.joint_type], CAP_STYLE_MAP[vmobject.cap_style])


def state(vmobject: VMobject) -> tuple[Any, ...]:
    """Return everything the drawing of a mobject depends on, but for its gradient's direction."""
    # This is asked for every mobject that may have changed in every frame: the attributes are read without
    # Manim's methods, which make new arrays.
    own = vmobject.__dict__
    try:
        return (
            own["points"].tobytes(),
            own["fill_rgbas"].tobytes(),
            own["stroke_rgbas"].tobytes(),
            own["background_stroke_rgbas"].tobytes(),
            own["tolerance_for_point_equality"],
            own["stroke_width"],
            own["background_stroke_width"],
            own["joint_type"],
            own["cap_style"],
            own["background_image"],
        )
    except KeyError:  # set on the class, or not at all
        return (
            vmobject.points.tobytes(),
            vmobject.get_fill_rgbas().tobytes(),
            vmobject.get_stroke_rgbas().tobytes(),
            vmobject.get_stroke_rgbas(True).tobytes(),
            vmobject.tolerance_for_point_equality,
            vmobject.stroke_width,
            vmobject.background_stroke_width,
            vmobject.joint_type,
            vmobject.cap_style,
            vmobject.background_image,
        )


def _source(rgbas: Any, gradient: Any) -> tuple[float, float, float, float] | cairo.Pattern | None:
    """Return what Manim's camera would paint with; ``None`` if that leaves no trace."""
    if len(rgbas) == 1:
        red, green, blue, alpha = rgbas[0].tolist()
        # Cairo's pixels are BGRA and Manim's are RGBA: red and blue change places, as in Manim's camera.
        return (blue, green, red, alpha) if alpha > 0 else None
    if gradient is None:
        raise UnknownDrawingError("a mobject's colours are not kept as 64-bit numbers")
    start, end = gradient
    pattern = cairo.LinearGradient(*start[:2], *end[:2])
    for rgba, offset in zip(rgbas, np.linspace(0, 1, len(rgbas)), strict=True):
        red, green, blue, alpha = rgba
        pattern.add_color_stop_rgba(offset, blue, green, red, alpha)
    return pattern
