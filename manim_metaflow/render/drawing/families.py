"""The members of mobjects' families, in the order Manim draws them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from manim.mobject.mobject import Mobject

from manim_metaflow.render.drawing.seams import UnknownDrawingError

__all__ = ["Family", "flatten"]


Entry = TypeVar("Entry")


class OrderKey(NamedTuple):
    """A mobject, and what the order of its family depends on, as last read."""

    mobject: Mobject
    children: list[Mobject]
    z_index: float


class Member(NamedTuple, Generic[Entry]):
    """What the position of a mobject depends on, and the entry that the caller keeps for it."""

    key: OrderKey
    entry: Entry


class Family(Generic[Entry]):
    """The members of some mobjects' families in drawing order, as long as nothing of it changes.

    Parameters
    ----------
    use_z_index
        Whether Manim's camera sorts by it.
    know
        Makes the entry of a mobject.
    """

    def __init__(self, use_z_index: bool, know: Callable[[Mobject], Entry]) -> None:
        self.use_z_index = use_z_index
        self._know = know
        self._tops: list[Mobject] = []
        # The last mobject's family is kept apart: it has the mobjects that exist only while something moves.
        self._first, self._last = _Part[Entry](), _Part[Entry]()
        self._members: list[Entry] = []

    def members(self, mobjects: Iterable[Mobject]) -> list[Entry]:
        """Return the entries of all members in the order of Manim's camera, empty members included."""
        tops = list(mobjects)
        if tops != self._tops or not (_same(self._first.keys) and _same(self._last.keys)):
            self._tops = tops
            self._first, self._last = _Part(), _Part()
            self._read()
        return self._members

    def members_of(
        self, mobjects: Iterable[Mobject], touched: Iterable[Mobject]
    ) -> tuple[list[Entry], list[Entry]]:
        """Return all members, and those of the families of ``touched``, where no others have changed."""
        # Mobjects were added or removed: what the animations report says nothing of that.
        if list(mobjects) != self._tops:
            return (members := self.members(mobjects)), members
        some = flatten(touched)
        first = [mobject for mobject in some if mobject in self._first.known]
        if not _same(self._first.known[mobject].key for mobject in first):
            # A child may have moved from one part to the other: what was touched is read anew in both.
            self._first.forget(first)
            self._last.forget(some)
            self._read()
        elif not _same(self._last.known[mobject].key for mobject in some if mobject in self._last.known):
            self._last.forget(some)
            self._read_last()
        known = (self._first.known.get(each) or self._last.known.get(each) for each in some)
        return self._members, [member.entry for member in known if member is not None]

    def _read(self) -> None:
        """Read the order again, and members that are new."""
        self._first = self._part(flatten(self._tops[:-1]), self._first)
        self._read_last()

    def _read_last(self) -> None:
        last = flatten(self._tops[-1:])
        if self._first.known.keys().isdisjoint(last):
            self._last = self._part(last, self._last)
        else:  # a mobject in two families is drawn once, at its last occurrence
            self._first, self._last = self._part(flatten(self._tops), self._first), _Part()
        self._members = self._first.entries + self._last.entries
        if self.use_z_index and len(self._first.levels | self._last.levels) > 1:
            members = [*self._first.known.values(), *self._last.known.values()]
            # Stable, as the camera's own sort: members of one z-index keep their order.
            members.sort(key=lambda member: member.key.z_index)
            self._members = [member.entry for member in members]

    def _part(self, mobjects: Iterable[Mobject], before: _Part[Entry]) -> _Part[Entry]:
        return _Part({each: before.known.get(each) or self._member(each) for each in mobjects})

    def _member(self, mobject: Mobject) -> Member[Entry]:
        # A copy of the list: compared with itself, one that is changed in place would always be the same.
        return Member(OrderKey(mobject, mobject.submobjects.copy(), mobject.z_index), self._know(mobject))


class _Part(Generic[Entry]):
    """Some of the members, in order."""

    def __init__(self, known: dict[Mobject, Member[Entry]] | None = None) -> None:
        self.known = known or {}
        self.keys = [member.key for member in self.known.values()]
        self.entries = [member.entry for member in self.known.values()]
        self.levels = {key.z_index for key in self.keys}

    def forget(self, mobjects: Iterable[Mobject]) -> None:
        """Have these read again."""
        for mobject in mobjects:
            self.known.pop(mobject, None)


def _same(keys: Iterable[OrderKey]) -> bool:
    for mobject, children, z_index in keys:
        if mobject.submobjects != children or mobject.z_index != z_index:
            return False
    return True


def flatten(mobjects: Iterable[Mobject]) -> list[Mobject]:
    """Return all members of some families, each at its last occurrence: Manim's order, without its copies."""
    seen: set[Mobject] = set()
    above: set[Mobject] = set()
    backwards: list[Mobject] = []

    # Backwards, so that the last occurrence is the first that is met.
    def walk(children: list[Mobject]) -> None:
        for mobject in reversed(children):
            # A mobject that was seen has brought its whole family along.
            if mobject in seen:
                continue
            if mobject.submobjects:
                # Manim's camera would follow the circle until Python's stack ends.
                if mobject in above:
                    raise UnknownDrawingError("a mobject is part of itself")
                above.add(mobject)
                walk(mobject.submobjects)
            seen.add(mobject)
            backwards.append(mobject)

    walk(list(mobjects))
    return backwards[::-1]
