"""The members of mobjects' families, in the order Manim draws them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from manim.mobject.mobject import Mobject

from .seams import UnknownMobjectError, drawn_by_manim

__all__ = ["Family", "flatten"]


Entry = TypeVar("Entry")


class Place(NamedTuple):
    """A mobject, and what its family and its place in it depend on, as last read."""

    mobject: Mobject
    children: list[Mobject]
    z_index: float


class Member(NamedTuple, Generic[Entry]):
    """A mobject's place, and what is known of it."""

    place: Place
    entry: Entry


class Family(Generic[Entry]):
    """The members of some mobjects' families in drawing order, as long as nothing of it changes.

    Parameters
    ----------
    use_z_index
        Whether Manim's camera sorts by it.
    know
        Gives what is known of a mobject.
    """

    def __init__(self, use_z_index: bool, know: Callable[[Mobject], Entry]) -> None:
        self.use_z_index = use_z_index
        self._know = know
        self._tops: list[Mobject] = []
        self._places: list[Place] = []
        self._members: list[Entry] = []
        self._known: dict[Mobject, Member[Entry]] = {}

    def members(self, mobjects: Iterable[Mobject]) -> list[Entry]:
        """Return what is known of the members as Manim's camera sorts them, empty ones included."""
        tops = list(mobjects)
        if tops != self._tops or not _same(self._places):
            self._tops, self._known = tops, {}
            self._read()
        return self._members

    def members_of(
        self, mobjects: Iterable[Mobject], touched: Iterable[Mobject]
    ) -> tuple[list[Entry], list[Entry]]:
        """Return all members, and those of the families of ``touched``, where no others have changed."""
        if list(mobjects) != self._tops:
            return (members := self.members(mobjects)), members
        some = flatten(touched)
        if not _same(self._known[mobject].place for mobject in some if mobject in self._known):
            for mobject in some:
                self._known.pop(mobject, None)
            self._read()
        return self._members, [self._known[mobject].entry for mobject in some if mobject in self._known]

    def _read(self) -> None:
        """Read the order anew, and members that are not known."""
        known = self._known
        self._known = {
            mobject: known[mobject] if mobject in known else self._member(mobject)
            for mobject in flatten(self._tops)
        }
        members = list(self._known.values())
        if self.use_z_index:
            members.sort(key=lambda member: member.place.z_index)
        self._places = [member.place for member in members]
        self._members = [member.entry for member in members]

    def _member(self, mobject: Mobject) -> Member[Entry]:
        if drawn_by_manim(mobject) == "unknown":
            raise UnknownMobjectError("a mobject is drawn in a way of its own")
        return Member(Place(mobject, mobject.submobjects.copy(), mobject.z_index), self._know(mobject))


def _same(places: Iterable[Place]) -> bool:
    for mobject, children, z_index in places:
        if mobject.submobjects != children or mobject.z_index != z_index:
            return False
    return True


def flatten(mobjects: Iterable[Mobject]) -> list[Mobject]:
    """Return all members of some families, each where it stands last: Manim's order, without its copies."""
    seen: set[Mobject] = set()
    above: set[Mobject] = set()
    backwards: list[Mobject] = []

    def walk(children: list[Mobject]) -> None:
        for mobject in reversed(children):
            # Whoever is known has brought the whole family along.
            if mobject in seen:
                continue
            if mobject.submobjects:
                if mobject in above:
                    raise UnknownMobjectError("a mobject is part of itself")
                above.add(mobject)
                walk(mobject.submobjects)
            seen.add(mobject)
            backwards.append(mobject)

    walk(list(mobjects))
    return backwards[::-1]
