"""The members of mobjects' families, in the order Manim draws them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from manim.mobject.mobject import Mobject

from .seams import UnknownMobjectError, drawn_by_manim

__all__ = ["Family", "flatten"]


Entry = TypeVar("Entry")


class Family(Generic[Entry]):
    """The members of some mobjects' families in drawing order, as long as nothing of it changes."""

    def __init__(self, use_z_index: bool) -> None:
        self.use_z_index = use_z_index
        self.tops: list[Mobject] = []
        self.everyone: list[tuple[Mobject, list[Mobject], float, bool]] = []
        self.order: list[Mobject] | None = None
        self.seen: list[Entry] | None = None

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
