"""The sections of a scene while it is rendered, and which of them are wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Section", "Sections"]

_FIRST = "autocreated"
"""What Manim calls the section before the first ``next_section``."""


@dataclass
class Section:
    """A section that has begun.

    Parameters
    ----------
    number
        As in the name of its file: from 0, sections without a play not counted.
    name
        As the scene gave it; several may have the same.
    start
        Where it begins in the film, in seconds.
    plays
        How many plays it has so far.
    """

    number: int
    name: str
    start: float
    plays: int = 0


class Sections:
    """All sections that have begun, in order, and whether they are wanted.

    Parameters
    ----------
    wanted
        A name, a number, or the name of a section's file, whole or in part; ``None`` for all sections.
    path
        Names the file of a section, from its number and name.

    Examples
    --------
    >>> sections = Sections("the fix", lambda number, name: Path(f"Film_{number:04}_{name}.mp4"))
    >>> for name in ("why", "the fix", "again", "the fix"):
    ...     sections.begin(name, 0.0)
    ...     sections.current.plays += 1
    >>> [section.number for section in sections.chosen()]
    [1, 3]
    """

    def __init__(self, wanted: str | None, path: Callable[[int, str], Path]) -> None:
        self.wanted = wanted
        self._path = path
        self._begun = [Section(0, _FIRST, 0.0)]

    @property
    def current(self) -> Section:
        """The section that was begun last."""
        return self._begun[-1]

    @property
    def played(self) -> list[Section]:
        """The sections that have a play; Manim drops all others."""
        return [section for section in self._begun if section.plays]

    def begin(self, name: str, now: float) -> None:
        """Begin a section at a time of the film. It takes the number of one that has no play."""
        self._begun = self.played
        self._begun.append(Section(len(self._begun), name, now))

    def wants_current(self) -> bool:
        """Return whether the current section may be wanted: what comes later can fit better."""
        return self.wanted is None or self._misfit(self.current) is not None

    def chosen(self) -> list[Section]:
        """Return the played sections that are wanted: all of a name; without one, by number or file."""
        fits = [(self._misfit(section), section) for section in self.played]
        best = min((misfit for misfit, _ in fits if misfit is not None), default=None)
        return [section for misfit, section in fits if misfit is not None and misfit == best]

    def missing(self, scene: str) -> str:
        """Say that no section is the one that is wanted, and which there are."""
        if any(self._misfit(section) is not None for section in self._begun):
            return f"The section {self.wanted!r} of {scene} plays nothing: there is no film of it."
        there = ", ".join(f"{section.number} {section.name!r}" for section in self.played) or "none"
        return f"{scene} has no section {self.wanted!r}. Its sections are: {there}."

    def _misfit(self, section: Section) -> int | None:
        """Return how far a section is from what is wanted: 0 is its name, ``None`` is another section."""
        assert self.wanted is not None
        if section.name == self.wanted:
            return 0
        file = self._path(section.number, section.name)
        is_number = self.wanted.isdecimal() and int(self.wanted) == section.number
        if is_number or self.wanted in (file.name, file.stem):
            return 1
        # File names have dashes for what is no letter or digit: a name may be given as it is seen there.
        return 2 if self._path(section.number, self.wanted) == file else None
