"""What is wrong with a record as a whole: names that name nothing, twins, numbers out of range.

That every value has the type of its field is checked as it is decoded: see :mod:`.codec`. Here is checked
what the rest of the library relies on, so that no drawing meets a task whose parent does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

__all__ = ["flow_faults", "run_faults", "storage_faults"]

_KEY = re.compile("[0-9a-f]{40}")
_PLACE = re.compile(r"(\[\d+\]|#\d+)\Z")
"""How :attr:`.TaskRecord.place` ends: "train[2]#1" is a task of "train"."""
_ORIGIN = re.compile(r"[^/]+/[^/]+/[^/]+")


def flow_faults(flow: Any, where: str) -> Iterator[str]:
    """Yield what is wrong with a flow, place first."""
    names = {step.name for step in flow.steps}
    yield from _bad_names([step.name for step in flow.steps], f"{where}.steps", "name")
    yield from (
        f"{where}.steps has the name {name!r}, which is that of a task"
        for name in names
        if _PLACE.search(name)
    )
    for end in ("start", "end") if flow.steps else ():
        yield from _unknown([getattr(flow, end)], names, f"{where}.{end}", "step")
    for index, step in enumerate(flow.steps):
        joins = [step.matching_join] if step.matching_join is not None else []
        named = [*step.targets, *step.split_parents, *joins, *(target for _, target in step.cases)]
        yield from _unknown(named, names, f"{where}.steps[{index}]", "step")
    for index, edge in enumerate(flow.edges):
        yield from _unknown([edge.source, edge.target], names, f"{where}.edges[{index}]", "step")


def run_faults(run: Any, where: str) -> Iterator[str]:
    """Yield what is wrong with a run, place first."""
    yield from flow_faults(run.flow, f"{where}.flow")
    steps, paths = {step.name for step in run.flow.steps}, {task.path for task in run.tasks}
    yield from _bad_names([task.task_id for task in run.tasks], f"{where}.tasks", "task_id", unique=False)
    yield from _twins([task.path for task in run.tasks], f"{where}.tasks")
    for index, task in enumerate(run.tasks):
        place = f"{where}.tasks[{index}]"
        yield from _unknown([task.step], steps, f"{place}.step", "step of the flow")
        yield from _unknown(task.parents, paths, f"{place}.parents", "task of the run")
        if task.origin is not None and not _ORIGIN.fullmatch(task.origin):
            yield f"{place}.origin is {task.origin!r}, should be run/step/task"
        for level in task.foreach:
            yield from _negative([level.index, level.count or 0], f"{place}.foreach")
        yield from _negative(task.iteration, f"{place}.iteration")
        yield from _twins([attempt.number for attempt in task.attempts], f"{place}.attempts")
        for attempt in task.attempts:
            yield from _negative([attempt.number], f"{place}.attempts")
            yield from _artifacts(attempt.artifacts, f"{place}.attempts[{attempt.number}]")
    if run.console_times and len(run.console_times) != len(run.console):
        yield f"{where}.console_times has {len(run.console_times)} times of {len(run.console)} lines"
    yield from _artifacts(run.parameters, f"{where}.parameters")
    yield from _blobs(run.blobs, f"{where}.blobs")
    yield from _no_keys(run.new_blobs or (), f"{where}.new_blobs")
    if run.storage is not None:
        yield from storage_faults(run.storage, f"{where}.storage")


def storage_faults(storage: Any, where: str) -> Iterator[str]:
    """Yield what is wrong with what a run left in storage, place first."""
    paths, keys = {task.path for task in storage.tasks}, {blob.sha for blob in storage.blobs}
    yield from _twins([task.path for task in storage.tasks], f"{where}.tasks")
    for index, task in enumerate(storage.tasks):
        place = f"{where}.tasks[{index}]"
        yield from _bad_names([task.step, task.task_id], place, "name", unique=False)
        yield from _unknown(task.parents, paths, f"{place}.parents", "task of the run")
        for attempt in task.attempts:
            entries = f"{place}.attempts[{attempt.number}]"
            yield from _artifacts(attempt.entries, entries)
            yield from _unknown((entry.sha for entry in attempt.entries), keys, entries, "blob")
    yield from _blobs(storage.blobs, f"{where}.blobs")


def _artifacts(artifacts: Collection[Any], where: str) -> Iterator[str]:
    """Check artifacts of a record, or entries of a key map.

    Their names may be anything that Python can set, and the task that one came from may be of another run: a
    task that ``spin`` ran takes its inputs from there.
    """
    yield from _twins([artifact.name for artifact in artifacts], where)
    yield from _no_keys((artifact.sha for artifact in artifacts), where)
    yield from _negative((artifact.size for artifact in artifacts), where)
    if any(not artifact.name for artifact in artifacts):
        yield f"{where} has an artifact without a name"


def _blobs(blobs: Collection[Any], where: str) -> Iterator[str]:
    yield from _twins([blob.sha for blob in blobs], where)
    yield from _no_keys((blob.sha for blob in blobs), where)
    yield from _negative((size for blob in blobs for size in (blob.size or 0, blob.raw_size)), where)


def _bad_names(names: Collection[str], where: str, field: str, *, unique: bool = True) -> Iterator[str]:
    """Check names that become part of the path of a task."""
    for name in names:
        if not name or "/" in name or "\0" in name:
            yield f"{where} has the {field} {name!r}, which can be none"
    if unique:
        yield from _twins(names, where)


def _twins(names: Collection[object], where: str) -> Iterator[str]:
    if len(set(names)) < len(names):
        seen: set[object] = set()
        twin = next(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        yield f"{where} has {twin!r} twice"


def _unknown(names: Iterable[str], known: Collection[str], where: str, what: str) -> Iterator[str]:
    yield from (f"{where} names {name!r}, which is no {what}" for name in names if name not in known)


def _no_keys(keys: Iterable[str], where: str) -> Iterator[str]:
    yield from (
        f"{where} has the key {key!r}, which is no hash of 40 hexadecimal digits"
        for key in keys
        if not _KEY.fullmatch(key)
    )


def _negative(numbers: Iterable[int], where: str) -> Iterator[str]:
    yield from (f"{where} has the number {number}, which is below 0" for number in numbers if number < 0)
