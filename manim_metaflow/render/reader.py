"""From mobjects to what is drawn: read anew only where something of a mobject has changed."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor, hypot
from typing import Any

import cairo
import numpy as np
import numpy.typing as npt
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP, Camera
from manim.mobject.mobject import Mobject
from manim.mobject.types.vectorized_mobject import VMobject

from .dirty import Box
from .ops import Paint, Picture, Shape, Surface
from .paths import device_path
from .seams import drawn_by_manim

__all__ = ["Drawn", "Reader", "UnknownMobjectError", "flatten"]

Drawn = Shape | Picture

MARGIN = 2
"""Pixels round the computed edge of a shape that its antialiased edge may reach."""

MITER_LIMIT = 10.0
"""How many half widths a mitred corner may stand out at most: Cairo's default."""


ONE = 32
"""Bytes of a single colour: four numbers."""


class UnknownMobjectError(Exception):
    """A mobject that only Manim's own camera can draw."""


class _Seen:
    """A mobject as it was read last."""

    __slots__ = ("drawn", "hull", "kind", "mobject", "path", "state")

    def __init__(self, mobject: Mobject, kind: str) -> None:
        self.mobject = mobject
        self.kind = kind
        self.state: tuple[Any, ...] | None = None
        self.path: cairo.Path | None = None
        self.hull = (0.0, 0.0, 0.0, 0.0)
        self.drawn: Drawn | None = None


class Reader:
    """Reads mobjects for one camera.

    Parameters
    ----------
    camera
        The camera, for where things are on the screen.
    """

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.size = camera.pixel_height, camera.pixel_width
        # Outlines are laid here, where nothing is ever drawn.
        self._ctx = Surface(1, 1).ctx
        self._seen: dict[int, _Seen] = {}
        self._families: dict[str, _Family] = {}
        self._view_key: tuple[Any, ...] = ()
        self._view = cairo.Matrix()
        self._scale = 1.0

    def look(self) -> None:
        """Find out where the camera looks; forget what was read if that has changed."""
        camera = self.camera
        view = camera.get_cairo_context(camera.pixel_array).get_matrix()
        frame = camera.frame_height, camera.frame_width, *np.asarray(camera.frame_center, float).tolist()
        matrix = view.xx, view.yx, view.xy, view.yy, view.x0, view.y0
        key = *matrix, *frame, camera.cairo_line_width_multiple
        if key != self._view_key:
            self._view_key, self._view = key, view
            self._scale = max(hypot(view.xx, view.yx), hypot(view.xy, view.yy))
            self._seen.clear()
            self._families.clear()

    def read(self, mobjects: Iterable[Mobject], role: str) -> list[Drawn]:
        """Return what is drawn for mobjects and their families, in Manim's order.

        Parameters
        ----------
        mobjects
            What Manim's camera would be given.
        role
            Families are remembered from call to call of the same role.

        Raises
        ------
        UnknownMobjectError
            If only Manim's own camera can draw one of them.
        """
        family = self._families.get(role)
        if family is None:
            family = self._families[role] = _Family(self.camera.use_z_index)
        order = family.members(mobjects)
        if family.seen is None:
            family.seen = [self._entry(mobject) for mobject in order]
        drawn = []
        for known in family.seen:
            if known.kind == "vector":
                self._read_vector(known)
            else:
                self._read_other(known)
            if known.drawn is not None:
                drawn.append(known.drawn)
        return drawn

    def _entry(self, mobject: Mobject) -> _Seen:
        known = self._seen.get(id(mobject))
        if known is None:
            known = self._seen[id(mobject)] = _Seen(mobject, drawn_by_manim(mobject))
        return known

    def forget(self, kept: Iterable[Mobject]) -> None:
        """Forget all mobjects but these and their families."""
        keep = {id(member) for member in flatten(kept)}
        self._seen = {key: seen for key, seen in self._seen.items() if key in keep}
        self._families.clear()

    def _read_vector(self, seen: _Seen) -> None:
        vmobject: Any = seen.mobject
        state = _state(vmobject)
        gradient = None
        if len(state[1]) != ONE or len(state[2]) != ONE or len(state[3]) != ONE:
            gradient = np.array(vmobject.get_gradient_start_and_end_points())
            # It depends on the mobject's children, too.
            state = (*state, gradient.tobytes())
        if state == seen.state:
            return
        if vmobject.background_image:
            raise UnknownMobjectError("a mobject is coloured by an image")
        before, seen.state = seen.state, state
        if before is None or state[0] != before[0] or state[4] != before[4]:
            seen.path = None
        seen.drawn = self._shape(vmobject, seen, gradient)

    def _shape(self, vmobject: VMobject, seen: _Seen, gradient: Any) -> Shape | None:
        paints = self._paints(vmobject, gradient)
        if not paints:
            return None
        if seen.path is None:
            seen.path = device_path(self._ctx, vmobject, self._view)
            # The control points' hull: a curve does not leave it.
            seen.hull = self._ctx_hull(vmobject)
        box = self._box(seen.hull, paints)
        if box[0] >= box[2] or box[1] >= box[3]:
            return None
        return Shape(seen.path, self._view, paints, box)

    def _ctx_hull(self, vmobject: VMobject) -> tuple[float, float, float, float]:
        points = vmobject.points
        if not np.isfinite(points).all():
            return 0.0, 0.0, 0.0, 0.0
        view = self._view
        x = points[:, 0] * view.xx + view.x0
        y = points[:, 1] * view.yy + view.y0
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def _box(self, hull: tuple[float, float, float, float], paints: list[Paint]) -> Box:
        reach = 0.0
        for paint in paints:
            if paint.width is not None:
                factor = MITER_LIMIT if paint.join == cairo.LineJoin.MITER else 1.5
                reach = max(reach, paint.width / 2 * self._scale * factor)
        height, width = self.size
        left, top, right, bottom = hull
        edge = reach + MARGIN
        return (
            max(0, floor(_sane(left - edge))),
            max(0, floor(_sane(top - edge))),
            min(width, ceil(_sane(right + edge))),
            min(height, ceil(_sane(bottom + edge))),
        )

    def _paints(self, vmobject: VMobject, gradient: Any) -> list[Paint]:
        paints = [
            self._stroke(vmobject, True, gradient),
            self._fill(vmobject, gradient),
            self._stroke(vmobject, False, gradient),
        ]
        return [paint for paint in paints if paint is not None]

    def _fill(self, vmobject: VMobject, gradient: Any) -> Paint | None:
        source = _source(vmobject.get_fill_rgbas(), gradient)
        return None if source is None else Paint(source)

    def _stroke(self, vmobject: VMobject, background: bool, gradient: Any) -> Paint | None:
        width = vmobject.get_stroke_width(background)
        if width == 0:
            return None
        source = _source(vmobject.get_stroke_rgbas(background), gradient)
        if source is None:
            return None
        camera = self.camera
        width = width * camera.cairo_line_width_multiple * (camera.frame_width / camera.frame_width)
        return Paint(source, width, LINE_JOIN_MAP[vmobject.joint_type], CAP_STYLE_MAP[vmobject.cap_style])

    def _read_other(self, seen: _Seen) -> None:
        if seen.kind == "nothing":
            return
        mobject = seen.mobject
        state: tuple[Any, ...]
        if seen.kind == "image":
            image: Any = mobject
            state = (image.points.tobytes(), image.pixel_array.shape, image.pixel_array.tobytes())
            state = (*state, image.resampling_algorithm)
        elif seen.kind == "points":
            cloud: Any = mobject
            state = (cloud.points.tobytes(), cloud.rgbas.tobytes(), cloud.stroke_width)
        else:
            raise UnknownMobjectError(f"{type(mobject).__name__} draws itself in a way of its own")
        if state != seen.state:
            seen.state = state
            seen.drawn = self._image(mobject) if seen.kind == "image" else self._cloud(mobject)

    def _image(self, image: Any) -> Picture | None:
        over = np.zeros((*self.size, 4), dtype=np.uint8)
        self.camera.display_image_mobject(image, over)
        box = _extent(over[..., 3] != 0)
        return box and Picture(_cut(over, box), box)

    def _cloud(self, cloud: Any) -> Picture | None:
        # What is written is the same on either ground.
        dark = np.zeros((*self.size, 4), dtype=np.uint8)
        light = np.full((*self.size, 4), 255, dtype=np.uint8)
        for ground in (dark, light):
            self.camera.display_multiple_point_cloud_mobjects([cloud], ground)
        written = (dark == light).all(axis=2)
        box = _extent(written)
        return box and Picture(_cut(dark, box), box, _cut(written, box))


class _Family:
    """The members of some mobjects' families in drawing order, as long as nothing of it changes."""

    def __init__(self, use_z_index: bool) -> None:
        self.use_z_index = use_z_index
        self.tops: list[Mobject] = []
        self.everyone: list[tuple[Mobject, list[Mobject], float, bool]] = []
        self.order: list[Mobject] | None = None
        self.seen: list[_Seen] | None = None

    def members(self, mobjects: Iterable[Mobject]) -> list[Mobject]:
        """Return the members that have points, as Manim's camera sorts them."""
        tops = list(mobjects)
        if self.order is None or tops != self.tops or not self._same():
            self.tops, self.seen = tops, None
            everyone = flatten(tops)
            if any(drawn_by_manim(each) == "unknown" for each in everyone):
                raise UnknownMobjectError("a mobject is drawn in a way of its own")
            self.everyone = [(m, list(m.submobjects), m.z_index, len(m.points) > 0) for m in everyone]
            self.order = [mobject for mobject, _, _, filled in self.everyone if filled]
            if self.use_z_index:
                self.order.sort(key=lambda mobject: mobject.z_index)
        return self.order

    def _same(self) -> bool:
        for member, submobjects, z_index, filled in self.everyone:
            if (
                member.submobjects != submobjects
                or member.z_index != z_index
                or (len(member.points) > 0) != filled
            ):
                return False
        return True


def flatten(mobjects: Iterable[Mobject]) -> list[Mobject]:
    """Return all members of some families, each where it stands last: Manim's order, without its copies."""
    seen: set[Mobject] = set()
    above: set[Mobject] = set()
    backwards: list[Mobject] = []

    def walk(mobject: Mobject) -> None:
        # Whoever is known has brought the whole family along.
        if mobject in seen:
            return
        if mobject in above:
            raise UnknownMobjectError("a mobject is part of itself")
        above.add(mobject)
        for child in reversed(mobject.submobjects):
            walk(child)
        seen.add(mobject)
        backwards.append(mobject)

    for mobject in reversed(list(mobjects)):
        walk(mobject)
    return backwards[::-1]


def _state(vmobject: VMobject) -> tuple[Any, ...]:
    """Return everything the drawing of a mobject depends on, but for its gradient's direction."""
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
        return (blue, green, red, alpha) if alpha > 0 else None
    if gradient is None:
        raise UnknownMobjectError("a mobject's colours are not kept as 64-bit numbers")
    start, end = gradient
    pattern = cairo.LinearGradient(*start[:2], *end[:2])
    for rgba, offset in zip(rgbas, np.linspace(0, 1, len(rgbas)), strict=True):
        red, green, blue, alpha = rgba
        pattern.add_color_stop_rgba(offset, blue, green, red, alpha)
    return pattern


def _extent(mask: npt.NDArray[np.bool_]) -> Box | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _cut(array: Any, box: Box) -> Any:
    left, top, right, bottom = box
    return np.ascontiguousarray(array[top:bottom, left:right])


def _sane(value: float) -> float:
    return min(max(value, -1e6), 1e6)
