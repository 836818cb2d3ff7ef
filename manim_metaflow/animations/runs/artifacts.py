"""Artifacts in a replay: they appear beside the task that made them, and go into the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from manim import VGroup

from manim_metaflow.animations.motion.clips import enter
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.runs.schedule import GraphSchedule, ScreenTime
from manim_metaflow.animations.storage.faces import store_face
from manim_metaflow.facts.records import TaskRecord
from manim_metaflow.mobjects.graph.chips import made_here
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.mobjects.storage.content_store import ContentStore

__all__ = ["GROW", "artifact_clips", "show_chip", "store_chip"]

GROW, FLIGHT = 0.35, 0.8
"""Seconds a chip takes to appear, and its face to reach the store."""

LATER, PITCH = 0.1, 0.12
"""Seconds from the end of a task to its first chip, and from one chip to the next."""

FACES = 3
"""Artifacts that a row of a stack has room for."""


def artifact_clips(
    schedule: GraphSchedule, screen: ScreenTime, store: ContentStore | None, overlay: VGroup
) -> Iterator[Clip]:
    """Let what each task made appear as the task ends: Metaflow stores nothing before."""
    dag = schedule.dag
    for task in schedule.tasks:
        ended = schedule.history.ended(task.path)
        if ended is None or task.step not in dag.nodes:
            continue
        for index, chip in enumerate(_chips(schedule, task)):
            start = screen(ended) + LATER + PITCH * index
            yield show_chip(start, start + GROW, chip, dag.artifacts)
            if store is not None and not task.cloned:
                yield from store_chip(start + GROW, chip, store, overlay)


def _chips(schedule: GraphSchedule, task: TaskRecord) -> Sequence[ArtifactChip]:
    made = made_here(task.artifacts)
    if isinstance(schedule.dag.nodes[task.step], TaskStack):
        made = made[:FACES]
    return list(schedule.dag.chips(task.place, made))


def show_chip(start: float, end: float, chip: ArtifactChip, home: VGroup) -> Clip:
    """Let a chip grow out of the middle of its face, and become part of a group."""
    return enter(start, end, chip, home=home, scale=0.5, about=chip.face.get_center())


def store_chip(start: float, chip: ArtifactChip, store: ContentStore, overlay: VGroup) -> Sequence[Clip]:
    """Let a chip's face go into a store, unless its key is there already."""
    return [] if chip.sha in store else store_face(start, start + FLIGHT, chip, store, overlay)
