"""Artifacts in a replay: they appear beside the task that made them, and go into the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from manim import VGroup, VMobject

from manim_metaflow.animations.motion.clips import call, enter
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.runs.schedule import GraphSchedule, RunSchedule, ScreenTime
from manim_metaflow.animations.storage.faces import store_face
from manim_metaflow.facts.records import ArtifactRecord, TaskRecord
from manim_metaflow.mobjects.graph.chips import made_here
from manim_metaflow.mobjects.graph.stack import TaskStack
from manim_metaflow.mobjects.storage.chip import ArtifactChip
from manim_metaflow.mobjects.storage.content_store import ContentStore

__all__ = ["GROW", "artifact_clips", "show_chip", "store_chip", "unshown_clips"]

GROW, FLIGHT = 0.35, 0.8
"""Seconds a chip takes to appear, and its face to reach the store."""

LATER, PITCH = 0.1, 0.12
"""Seconds from the end of a task to its first chip, and from one chip to the next."""

FACES = 3
"""Artifacts that a row of a stack has room for."""

MOST_FLIGHTS, SMALL = 40, 0.28
"""How many faces of a step come from tasks that show none, and their size (units)."""


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


def unshown_clips(
    schedule: RunSchedule,
    screen: ScreenTime,
    store: ContentStore,
    overlay: VGroup,
    *,
    shown: bool,
) -> Iterator[Clip]:
    """Let into a store what has no chip beside a box: all that reached the real one.

    Parameters are there as the run begins. What comes from tasks that are only counted, from attempts that
    failed, and artifacts for which a small box has no room, flies from the box that stands for the task;
    where none does it is just there.

    Parameters
    ----------
    shown
        Whether tasks with a box of their own show theirs.
    """
    given = [sha for sha in _given(schedule) if sha not in store]
    if given:
        yield call(screen(schedule.history.begin), partial(store.fill, *given), store)
    flights: Counter[str] = Counter()
    seen = _with_a_chip(schedule) if shown and isinstance(schedule, GraphSchedule) else set()
    for moment, task, artifact in _stored(schedule):
        if artifact.sha in store or artifact.sha in seen:
            continue
        seen.add(artifact.sha)
        start = screen(moment) + LATER
        source = _box_of(schedule, task)
        flights[task.step] += 1
        # Beyond that no single face can be followed, and each is a copy that is moved in every frame.
        if source is None or flights[task.step] > MOST_FLIGHTS:
            yield call(start + FLIGHT, partial(store.fill, artifact.sha), store)
        else:
            chip = ArtifactChip(artifact.name, artifact.sha, size=SMALL, named=False).move_to(source)
            yield from store_chip(start, chip, store, overlay)


def _given(schedule: RunSchedule) -> Iterator[str]:
    """Yield the keys of parameters and constants, if this replay shows how the run begins."""
    run = schedule.history.record
    # A resumed run takes the keys over from its origin and stores nothing.
    if run.origin_run_id is None and (schedule.steps is None or run.flow.start in schedule.steps):
        yield from (given.sha for given in run.parameters)


def _with_a_chip(schedule: GraphSchedule) -> set[str]:
    dag = schedule.dag
    drawn = [task for task in schedule.tasks if task.step in dag.nodes and not task.cloned]
    return {chip.sha for task in drawn for chip in _chips(schedule, task)}


def _stored(schedule: RunSchedule) -> Iterator[tuple[float, TaskRecord, ArtifactRecord]]:
    """Yield what each attempt stored, by when it ended; its task's end stands for one that is not known."""
    found = []
    for task in schedule.tasks:
        ended = schedule.history.ended(task.path)
        for attempt in () if task.cloned else task.attempts:
            moment = ended if attempt is task.attempts[-1] or attempt.finished is None else attempt.finished
            if moment is not None:
                found += [(moment, task, artifact) for artifact in made_here(attempt.artifacts)]
    return iter(sorted(found, key=lambda each: (each[0], each[1].path)))


def _box_of(schedule: RunSchedule, task: TaskRecord) -> VMobject | None:
    if not isinstance(schedule, GraphSchedule) or task.step not in schedule.dag.nodes:
        return None
    node = schedule.dag.nodes[task.step]
    if not isinstance(node, TaskStack):
        return node.box
    cell = schedule.dag.task(task.place)
    return cell.box if cell is not None else node.more and node.more.box


def show_chip(start: float, end: float, chip: ArtifactChip, home: VGroup) -> Clip:
    """Let a chip grow out of the middle of its face, and become part of a group."""
    return enter(start, end, chip, home=home, scale=0.5, about=chip.mark.get_center())


def store_chip(start: float, chip: ArtifactChip, store: ContentStore, overlay: VGroup) -> Sequence[Clip]:
    """Let a chip's face go into a store, unless its key is there already."""
    return [] if chip.sha in store else store_face(start, start + FLIGHT, chip, store, overlay)
