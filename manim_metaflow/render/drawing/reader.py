"""Turn mobjects into shapes to draw; a mobject is read again only when it has changed."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor, hypot
from typing import Any

import cairo
import numpy as np
import numpy.typing as npt
from manim.camera.camera import Camera
from manim.mobject.mobject import Mobject
from manim.mobject.types.vectorized_mobject import VMobject

from manim_metaflow.render.drawing.dirty import Box
from manim_metaflow.render.drawing.families import Family, flatten
from manim_metaflow.render.drawing.ops import Paint, Picture, Shape, Surface
from manim_metaflow.render.drawing.paints import paints as paints_of, state as state_of
from manim_metaflow.render.drawing.paths import device_path
from manim_metaflow.render.drawing.seams import UnknownDrawingError, check_context, drawn_by_manim

__all__ = ["Drawn", "Reader"]

Drawn = Shape | Picture

MARGIN = 2
"""Pixels round the computed edge of a shape that its antialiased edge may reach."""

MITER_LIMIT = 10.0
"""How many half widths a mitred corner may reach out at most: Cairo's default."""


ONE = 32
"""Bytes of a single colour: four numbers."""


class _Seen:
    """A mobject as it was read last."""

    __slots__ = ("attributes", "cls", "drawn", "hull", "kind", "mobject", "path", "plain", "state")

    def __init__(self, mobject: Mobject) -> None:
        self.mobject = mobject
        self.identify()
        self.state: tuple[Any, ...] | None = None
        self.plain: tuple[Any, ...] | None = None  # the state, if there is no gradient in it
        self.path: cairo.Path | None = None
        self.hull = (0.0, 0.0, 0.0, 0.0)
        self.drawn: Drawn | None = None

    def identify(self) -> None:
        """Find out how the mobject is drawn, by its class and by what it alone has."""
        self.kind = drawn_by_manim(self.mobject)
        if self.kind == "unknown":
            raise UnknownDrawingError(f"{type(self.mobject).__name__} has its own way of being drawn")
        self.cls, self.attributes = type(self.mobject), len(vars(self.mobject))

    def forget(self) -> None:
        """Have nothing to draw."""
        self.drawn = self.state = self.plain = None


class Reader:
    """Reads mobjects for one camera.

    Parameters
    ----------
    camera
        The camera, which maps units to pixels.
    """

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.size = camera.pixel_height, camera.pixel_width
        # Outlines are laid here, where nothing is ever drawn.
        self._ctx = Surface(1, 1).ctx
        # By `id`: what is kept holds its mobject, so that no other one can get the same id.
        self._seen: dict[int, _Seen] = {}
        self._families: dict[str, Family[_Seen]] = {}
        self._view_key: tuple[Any, ...] = ()
        self._view = cairo.Matrix()
        self._scale = 1.0

    def look(self) -> None:
        """Find out where the camera looks; forget what was read if that has changed."""
        camera = self.camera
        context = camera.get_cairo_context(camera.pixel_array)
        check_context(context)
        view = context.get_matrix()
        frame = camera.frame_height, camera.frame_width, *np.asarray(camera.frame_center, float).tolist()
        matrix = view.xx, view.yx, view.xy, view.yy, view.x0, view.y0
        key = *matrix, *frame, camera.cairo_line_width_multiple, camera.use_z_index
        if key != self._view_key:
            self._view_key, self._view = key, view
            # How many pixels a unit is at most: a stroke may reach out that far.
            self._scale = max(hypot(view.xx, view.yx), hypot(view.xy, view.yy))
            self._seen.clear()
            self._families.clear()

    def read(
        self, mobjects: Iterable[Mobject], role: str, touched: Iterable[Mobject] | None = None
    ) -> list[Drawn]:
        """Return what is drawn for mobjects and their families, in Manim's order.

        Parameters
        ----------
        mobjects
            What Manim's camera would be given.
        role
            Families are remembered from call to call of the same role.
        touched
            All that has changed since the same mobjects were last read in this role; anything by default.

        Raises
        ------
        UnknownDrawingError
            If only Manim's own camera can draw one of them.
        """
        family = self._families.get(role)
        if family is None:
            family = self._families[role] = Family(self.camera.use_z_index, self._entry)
            touched = None
        if touched is None:
            members = changed = family.members(mobjects)
        else:
            members, changed = family.members_of(mobjects, touched)
        self._look_at(changed)
        return [seen.drawn for seen in members if seen.drawn is not None]

    def _look_at(self, members: list[_Seen]) -> None:
        """Read the members that have changed: in most frames most of them have not."""
        for seen in members:
            own = seen.mobject.__dict__
            known = seen.plain
            # A method that is patched on the mobject is one attribute more: to look for it by name would
            # take longer than all that is compared here.
            if len(own) != seen.attributes or type(seen.mobject) is not seen.cls:
                seen.identify()
                known = seen.plain = seen.state = None
            try:
                points = seen.mobject.points
                if not len(points):
                    seen.forget()
                    continue
                if (
                    known is not None
                    and points.tobytes() == known[0]
                    and own["fill_rgbas"].tobytes() == known[1]
                    and own["stroke_rgbas"].tobytes() == known[2]
                    and own["background_stroke_rgbas"].tobytes() == known[3]
                    and own["tolerance_for_point_equality"] == known[4]
                    and own["stroke_width"] == known[5]
                    and own["background_stroke_width"] == known[6]
                    and own["joint_type"] == known[7]
                    and own["cap_style"] == known[8]
                    and own["background_image"] == known[9]
                ):
                    continue
            except KeyError:  # it is set on the class, or not at all
                pass
            if seen.kind == "vector":
                self._read_vector(seen)
            else:
                self._read_other(seen)

    def _entry(self, mobject: Mobject) -> _Seen:
        known = self._seen.get(id(mobject))
        if known is None:
            known = self._seen[id(mobject)] = _Seen(mobject)
        return known

    def forget(self, kept: Iterable[Mobject]) -> None:
        """Forget all mobjects but these and their families."""
        keep = {id(member) for member in flatten(kept)}
        if not keep.issuperset(self._seen):
            self._seen = {key: seen for key, seen in self._seen.items() if key in keep}
            self._families.clear()

    def _read_vector(self, seen: _Seen) -> None:
        vmobject: Any = seen.mobject
        state = state_of(vmobject)
        gradient = None
        if len(state[1]) != ONE or len(state[2]) != ONE or len(state[3]) != ONE:
            gradient = np.array(vmobject.get_gradient_start_and_end_points())
            # It depends on the mobject's children, too.
            state = (*state, gradient.tobytes())
        if state == seen.state:
            return
        seen.plain = state if gradient is None else None
        if vmobject.background_image:
            raise UnknownDrawingError("a mobject is coloured by an image")
        before, seen.state = seen.state, state
        # The outline depends on the points and the tolerance alone; a new colour needs no new path.
        if before is None or state[0] != before[0] or state[4] != before[4]:
            seen.path = None
        seen.drawn = self._shape(vmobject, seen, gradient)

    def _shape(self, vmobject: VMobject, seen: _Seen, gradient: Any) -> Shape | None:
        paints = paints_of(self.camera, vmobject, gradient)
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
        # Manim's view never turns or skews: x depends on x alone, and y on y.
        x = points[:, 0] * view.xx + view.x0
        y = points[:, 1] * view.yy + view.y0
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def _box(self, hull: tuple[float, float, float, float], paints: list[Paint]) -> Box:
        reach = 0.0
        for paint in paints:
            if paint.width is not None:
                # The corner of a square cap is the square root of two of half a width away from the line's
                # end.
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

    def _read_other(self, seen: _Seen) -> None:
        # A plain group, or a value tracker, has points that are never drawn.
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
            raise UnknownDrawingError(f"{type(mobject).__name__} has its own way of being drawn")
        if state != seen.state:
            seen.state = state
            seen.drawn = self._image(mobject) if seen.kind == "image" else self._cloud(mobject)

    def _image(self, image: Any) -> Picture | None:
        over = np.zeros((*self.size, 4), dtype=np.uint8)
        self.camera.display_image_mobject(image, over)
        box = _extent(over[..., 3] != 0)
        return box and Picture(_cut(over, box), box)

    def _cloud(self, cloud: Any) -> Picture | None:
        # What is written is the same on either background.
        dark = np.zeros((*self.size, 4), dtype=np.uint8)
        light = np.full((*self.size, 4), 255, dtype=np.uint8)
        for background in (dark, light):
            self.camera.display_multiple_point_cloud_mobjects([cloud], background)
        written = (dark == light).all(axis=2)
        box = _extent(written)
        return box and Picture(_cut(dark, box), box, _cut(written, box))


def _extent(mask: npt.NDArray[np.bool_]) -> Box | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _cut(array: Any, box: Box) -> Any:
    left, top, right, bottom = box
    return np.ascontiguousarray(array[top:bottom, left:right])


def _sane(value: float) -> float:
    # Far outside of any frame; infinity has no whole number.
    return min(max(value, -1e6), 1e6)
