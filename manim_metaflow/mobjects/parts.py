"""The groups that our mobjects are: one that takes colours as a drawing does, and one of a known kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from manim import VGroup, VMobject
from manim.utils.color import ParsableManimColor

from manim_metaflow.utils.versions import release

__all__ = ["Drawing", "Parts"]

Part = TypeVar("Part", bound=VMobject)


class Drawing(VGroup):
    """A group, as Manim's ``VGroup``, that stays legible in a colour of one's own."""

    def set_color(  # type: ignore[override] # as VMobject has it, which Mobject has not
        self, color: ParsableManimColor, family: bool = True
    ) -> Self:
        """Give lines and letters a colour, and tint the boxes they stand on."""
        # Manim's own paints fill and stroke of all parts alike: a text would vanish on its box.
        for part in self.submobjects if family else ():
            _color(part, color)
        return self

    def set_fill(
        self, color: ParsableManimColor | None = None, opacity: float | None = None, family: bool = True
    ) -> Self:
        """Give all parts an opacity, and a colour as :meth:`set_color` does: texts stay legible."""
        # A group of Manim that is coloured calls this for its parts, not their set_color. A drawing that
        # is just being built has no parts yet, and is filled with Manim's own colour.
        if color is not None and family and self.submobjects:
            self.set_color(color)
            color = None
        super().set_fill(color, opacity, family)
        return self

    if release(version("manim")) < (0, 21):
        # There a part without points, the mark of a step that has not ended, is measured as a point at the
        # origin: a step's width and height would grow with its distance from there.
        def reduce_across_dimension(
            self, reduce_func: Callable[[Iterable[float]], float], dim: int
        ) -> float | None:
            """Return the least or the greatest coordinate of what is drawn, as Manim does since 0.21."""
            drawn = [reduce_func(part.points[:, dim]) for part in self.family_members_with_points()]
            return reduce_func(drawn) if drawn else 0


def _color(part: Any, color: ParsableManimColor) -> None:
    if isinstance(part, VGroup) and not isinstance(part, Drawing):
        for each in part.submobjects:
            _color(each, color)
    else:
        part.set_color(color)


class Parts(Drawing, Generic[Part]):
    """A :class:`~manim.mobject.types.vectorized_mobject.VGroup` of mobjects of one kind."""

    def __init__(self, *parts: Part) -> None:
        super().__init__(*parts)

    if TYPE_CHECKING:

        def __iter__(self) -> Iterator[Part]: ...

        def __getitem__(self, key: Any) -> Part: ...
