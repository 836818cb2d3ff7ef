"""The artifacts of a task: beside its box with their names, or in a small box as faces alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from manim_metaflow.facts.records import ArtifactRecord
from manim_metaflow.mobjects.graph.node import StepNode
from manim_metaflow.mobjects.graph.style import GraphStyle
from manim_metaflow.mobjects.storage.chip import ArtifactChip

__all__ = ["CHIP_GAP", "CHIP_LEFT", "CHIP_ROOM", "made_here", "put_inside", "put_outside", "task_chips"]

NAME_LETTERS = 18
"""A longer name of an artifact is cut: beside a box it must not set how far apart the steps are."""

LEAST_VALUE = 6
"""Letters that a value has beside a long name; beside a short one it has what the name leaves."""

CHIP_ROOM, CHIP_SIZE, CHIP_GAP, CHIP_LEFT = 0.36, 0.3, 0.12, 0.04
"""Height a named artifact takes, that of its face, and its distance from a box it stands beside, and from
the left edge of one it stands below."""

FACE_SIZE, FACE_PITCH = 0.28, 0.32
"""Size of a face in a task's own small box, and the distance of two."""


def made_here(artifacts: tuple[ArtifactRecord, ...]) -> tuple[ArtifactRecord, ...]:
    """Return what a task made itself: artifacts it did not merely inherit."""
    return tuple(artifact for artifact in artifacts if artifact.provenance != "inherited")


def task_chips(
    artifacts: Sequence[ArtifactRecord], style: GraphStyle, *, named: bool = True
) -> list[ArtifactChip]:
    """Draw the chips of a task, not yet in their places."""
    size = CHIP_SIZE if named else FACE_SIZE
    options: dict[str, Any] = {"size": size, "named": named, "font_size": style.small, "most": NAME_LETTERS}
    return [
        ArtifactChip(
            each.name,
            each.sha,
            value=each.value,
            # A small box has no room for a value, and of a run that was not recorded there is none.
            show="value" if style.values and named and each.value else "face",
            value_most=max(LEAST_VALUE, NAME_LETTERS - len(each.name)),
            **options,
        )
        for each in artifacts
    ]


def put_inside(node: StepNode, chips: Sequence[ArtifactChip], zoom: float) -> None:
    """Put faces at the right end of a task's box."""
    _, bottom, right, top = node.node_box
    for index, chip in enumerate(chips):
        x = right - (0.25 + FACE_PITCH * (len(chips) - 1 - index)) * zoom
        chip.put_face(x, (top + bottom) / 2)


def put_outside(node: StepNode, chips: Sequence[ArtifactChip], zoom: float, style: GraphStyle) -> None:
    """Put chips where the graph's arrows leave room: left of the box, or below or above it."""
    left, bottom, _, top = node.node_box
    if style.direction == "down":
        wide = max((float(chip.width) for chip in chips), default=0.0)
        x = left - CHIP_GAP * zoom - wide + 0.15 * zoom
        first = (bottom + top) / 2 + (len(chips) - 1) / 2 * CHIP_ROOM * zoom
        for index, chip in enumerate(chips):
            chip.put_face(x, first - index * CHIP_ROOM * zoom)
        return
    below = style.side == "below"
    for index, chip in enumerate(chips):
        row = index if below else len(chips) - 1 - index
        gap = (0.28 + CHIP_ROOM * row) * zoom
        chip.put_face(left + (CHIP_LEFT + CHIP_SIZE / 2) * zoom, bottom - gap if below else top + gap)
