"""Draw a scene in shares: each process steps through every frame, and draws only the plays of its share.

Plays of other shares are stepped through frame by frame, with all that animations and updaters do, so that
a scene is in the same state in every process. This is checked: at every border of two shares each process
hashes what can be seen, and all hashes must be equal.
"""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from manim.mobject.types.vectorized_mobject import VMobject
from manim.scene.scene import Scene

from manim_metaflow.render.drawing.families import flatten
from manim_metaflow.render.drawing.paints import state
from manim_metaflow.render.drawing.part_files import REPORT, SEGMENTS, part_folder, read_report
from manim_metaflow.utils.files import write_text

__all__ = ["CannotShareError", "Share"]

SPAN = 4.0
"""Seconds of film that one process draws at a time: each span has an encoder, and so a key frame."""

_WAIT = 0.02


class CannotShareError(Exception):
    """A scene that has to be drawn whole."""


@dataclass
class Share:
    """Every n-th span of a scene.

    Parameters
    ----------
    number, of
        The number of this share, and how many there are.
    folder
        The folder of this process. Those of the others are inside the one of the leading share.
    remote
        The shares are drawn on several machines, and none of them puts the film together.
    """

    number: int
    of: int
    folder: Path
    remote: bool = False
    marks: list[str] = field(default_factory=list)
    span: int = -1

    def begins_span(self, scene: Scene, now: float) -> bool:
        """Record where a play begins; return whether a new span begins with it."""
        # Times are sums of frames: at the border of two spans they may be short of it by their rounding.
        span = int(now / SPAN + 1e-6)
        if span == self.span:
            return False
        self.span = span
        self.mark(scene, now)
        return True

    def mark(self, scene: Scene, now: float) -> None:
        """Record what can be seen of a scene: it must be the same in all processes."""
        self.marks.append(_mark(scene, now))

    @property
    def drawn(self) -> bool:
        """Whether the span belongs to this share."""
        return self.span % self.of == self.number

    @property
    def leads(self) -> bool:
        """Whether the film is put together here."""
        return self.number == 0 and not self.remote

    def collect(self, segments: Iterable[str | None]) -> None:
        """Report that this share is drawn; in the leading one, collect the segments of the others.

        Raises
        ------
        CannotShareError
            The scene was not the same in all processes.
        """
        if not self.leads:
            names = [Path(segment).name for segment in segments if segment]
            # The leading process waits for this file: it must never see a part of it.
            write_text(self.folder / REPORT, json.dumps({"marks": self.marks, "segments": names}))
            return
        parts = [part_folder(self.folder, number) for number in range(1, self.of)]
        for part in parts:
            # Without a limit: the pool ends this process if one of the others fails.
            while not (part / REPORT).exists():
                time.sleep(_WAIT)
            if read_report(part)["marks"] != self.marks:
                raise CannotShareError("two processes saw two scenes: it depends on the clock, or on chance")
        for target in [Path(segment) for segment in segments if segment]:
            sources = [path for part in parts if (path := part / SEGMENTS / target.name).exists()]
            if sources and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                sources[0].replace(target)


def _mark(scene: Scene, now: float) -> str:
    """Hash what can be seen of a scene, and the state of its random numbers."""
    seen = hashlib.sha256(f"{now!r} {random.getstate()}".encode())
    seen.update(repr(np.random.get_state()).encode())  # noqa: NPY002 - what Manim seeds
    camera: Any = scene.camera
    view = camera.frame_height, camera.frame_width, *camera.frame_center, camera.use_z_index
    seen.update(f"{view!r}".encode())
    seen.update(np.ascontiguousarray(camera.background).data)
    for mobject in flatten([*scene.mobjects, *scene.foreground_mobjects]):
        paint = state(mobject)[:8] if isinstance(mobject, VMobject) else mobject.points.tobytes()
        seen.update(f"{type(mobject).__name__} {mobject.z_index} {paint!r}".encode())
    return seen.hexdigest()
