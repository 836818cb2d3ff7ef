"""What the motions of storage share: how things appear, where faces are, and how one comes into a store."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from manim import VGroup, VMobject

from manim_metaflow.animations.motion.clips import call, enter, leave, swell, travel
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.mobjects.storage.blob import BlobCell
from manim_metaflow.mobjects.storage.chip import BLANK_SHARE, ArtifactChip
from manim_metaflow.mobjects.storage.content_store import ContentStore

__all__ = ["appear", "face_center", "reveal_face", "slot_of", "store_face"]


def appear(
    start: float,
    end: float,
    mobject: VMobject,
    *,
    origin: npt.ArrayLike | None = None,
    scale: float = 1.0,
) -> Clip:
    """Let something come from a point, or fade in where it is."""
    # What comes meets the copy that travelled to its place: it is opaque half-way, before that copy is gone.
    return enter(start, end, mobject, origin=origin, scale=scale, haste=2)


def store_face(
    start: float,
    end: float,
    source: Any,
    place: ContentStore | BlobCell,
    overlay: VGroup,
    *,
    exists: bool = False,
) -> list[Clip]:
    """Let a copy of a mobject's face travel to the place of its key, which is filled as it arrives.

    Where the key ``exists`` nothing is written: the copy fades on its way, and what is there swells.
    """
    sha: str = source.sha
    cell: Any = slot_of(place, sha)
    face = source.placed_face if isinstance(source, ArtifactChip) else source.face
    goal, scale = cell.face.get_center(), float(cell.face.height / face.height)
    flight = travel(start, end, face, goal, overlay, scale=scale, opacity=0.0 if exists else 1.0)
    if exists:
        return [flight, swell(end - 0.2, end + 0.5, cell)]
    if isinstance(place, ContentStore):
        return [flight, call(end, lambda: place.fill(sha), place)]
    return [flight, appear(end - 0.1, end + 0.3, place, scale=0.9)]


def reveal_face(start: float, end: float, chip: ArtifactChip) -> list[Clip]:
    """Let a chip's empty tile become the face of its bytes."""
    # The face was not part of the chip: it has not moved or grown with it.
    chip.face.match_height(chip.blank).scale(1 / BLANK_SHARE).move_to(chip.blank)
    return [
        enter(start, end, chip.face, home=chip, scale=0.7),
        leave(start, end, chip.blank, home=chip),
    ]


def slot_of(place: VMobject, sha: str) -> VMobject:
    """Return what shows the blob: a store's slot, or the cell itself."""
    return place.slot(sha) if isinstance(place, ContentStore) else place


def face_center(mobject: Any) -> Any:
    """Return where a mobject's face is, or will be."""
    if isinstance(mobject, ArtifactChip):
        return mobject.mark.get_center()
    return getattr(mobject, "face", mobject).get_center()
