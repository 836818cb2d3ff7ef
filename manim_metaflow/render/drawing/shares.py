"""Draw a scene in shares: each process steps through every frame, and draws only the plays of its share.

What is not drawn is stepped through frame by frame, with all that animations and updaters do, so that a
scene is in the same state wherever it is drawn. That it is, is not believed: at every border of two shares
each process says what it sees, and all must say the same.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from manim.mobject.types.vectorized_mobject import VMobject
from manim.scene.scene import Scene

from manim_metaflow.render.drawing.families import flatten
from manim_metaflow.render.drawing.paints import state
from manim_metaflow.render.jobs.places import REPORT, SEGMENTS, part_folder, read_report

__all__ = ["CannotShareError", "Share"]

SPAN = 4.0
"""Seconds of film that one process draws at a time: each span has an encoder, and so a key frame."""

_WAIT = 0.02


class CannotShareError(Exception):
    """A scene that has to be drawn whole."""


@dataclass
class Share:
    """Every so-manieth span of a scene.

    Parameters
    ----------
    number, of
        Which share of how many.
    folder
        Where it is drawn; the others' are inside the one of the share that leads.
    apart
        None leads: all are put together elsewhere.
    """

    number: int
    of: int
    folder: Path
    apart: bool = False
    marks: list[str] = field(default_factory=list)
    span: int = -1

    def begins_span(self, scene: Scene, now: float) -> bool:
        """Note where a play begins; tell whether a new span begins with it."""
        span = int(now / SPAN + 1e-6)
        if span == self.span:
            return False
        self.span = span
        self.marks.append(_mark(scene, now))
        return True

    @property
    def drawn(self) -> bool:
        """Whether the span belongs to this share."""
        return self.span % self.of == self.number

    @property
    def leads(self) -> bool:
        """Whether the film is put together here."""
        return self.number == 0 and not self.apart

    def collect(self, segments: Iterable[str | None]) -> None:
        """Say that this share is drawn; where the film is put together, take in the others' segments.

        Raises
        ------
        CannotShareError
            The processes have not seen the same scene.
        """
        if not self.leads:
            draft = self.folder / "report.tmp"
            names = [Path(segment).name for segment in segments if segment]
            draft.write_text(json.dumps({"marks": self.marks, "segments": names}))
            draft.replace(self.folder / REPORT)
            return
        places = [part_folder(self.folder, number) for number in range(1, self.of)]
        for place in places:
            while not (place / REPORT).exists():
                time.sleep(_WAIT)
            if read_report(place)["marks"] != self.marks:
                raise CannotShareError("two processes saw two scenes: it hangs on the clock, or on chance")
        for target in [Path(segment) for segment in segments if segment]:
            sources = [path for place in places if (path := place / SEGMENTS / target.name).exists()]
            if sources and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                sources[0].replace(target)


def _mark(scene: Scene, now: float) -> str:
    """Hash what can be seen of a scene, and where its random numbers are."""
    seen = hashlib.sha256(f"{now!r} {random.getstate()}".encode())
    seen.update(repr(np.random.get_state()).encode())  # noqa: NPY002 - what Manim seeds
    for mobject in flatten([*scene.mobjects, *scene.foreground_mobjects]):
        known = state(mobject)[:8] if isinstance(mobject, VMobject) else mobject.points.tobytes()
        seen.update(f"{type(mobject).__name__} {mobject.z_index} {known!r}".encode())
    return seen.hexdigest()
