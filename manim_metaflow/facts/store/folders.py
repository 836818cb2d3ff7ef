"""Metaflow's folders below a root: ``<flow>/<run>/<step>/<task>``, and ``<flow>/data`` for the blobs."""

from __future__ import annotations

from collections.abc import Iterable

from manim_metaflow.facts.store.checked import whole_number
from manim_metaflow.facts.store.files import StoreFiles

__all__ = ["data_folder", "list_flows", "list_runs", "list_tasks", "newest_first"]

_METADATA = "_meta"
"""Where the local metadata provider keeps its records, in every folder."""
_DATA = "data"


def data_folder(flow_name: str) -> str:
    """Return the folder of a flow's blobs."""
    return f"{flow_name}/{_DATA}"


def list_flows(files: StoreFiles) -> list[str]:
    """List the flows with metadata in a root, by name."""
    # A flow is told by its metadata folder: other folders of a root are none of Metaflow's.
    [(names, _)] = files.folders([""])
    return [
        name
        for name, (inside, _) in zip(sorted(names), files.folders(sorted(names)), strict=True)
        if _METADATA in inside
    ]


def list_runs(files: StoreFiles, flow_name: str) -> tuple[list[str], str]:
    """List the ids of a flow's runs, in no order; beside them why they cannot be listed, if so."""
    [(names, problem)] = files.folders([flow_name])
    return [name for name in names if name not in (_DATA, _METADATA)], problem


def list_tasks(files: StoreFiles, flow_name: str, run_id: str) -> tuple[list[tuple[str, str]], list[str]]:
    """List step and id of every task of a run; beside them the folders that cannot be listed, and why."""
    run = f"{flow_name}/{run_id}"
    problems = []
    [(names, problem)] = files.folders([run])
    if problem:
        problems.append(f"{run}: cannot be listed ({problem})")
    steps = sorted(name for name in names if name != _METADATA)
    tasks = []
    found = files.folders([f"{run}/{step}" for step in steps])
    for step, (ids, problem) in zip(steps, found, strict=True):
        if problem:
            problems.append(f"{run}/{step}: cannot be listed ({problem})")
        tasks += [(step, task_id) for task_id in sorted(ids) if task_id != _METADATA]
    return tasks, problems


def newest_first(run_ids: Iterable[str]) -> list[str]:
    """Sort runs by their ids.

    Metaflow's ids count up: without a service they are the microseconds since the epoch at which the run
    began. An id that somebody chose (``resume --run-id``) has no time in it and comes last.

    >>> newest_first(["9", "mine", "10"])
    ['10', '9', 'mine']
    """
    return sorted(run_ids, key=_age, reverse=True)


def _age(run_id: str) -> tuple[int, str]:
    number = whole_number(run_id)
    return -1 if number is None else number, run_id
