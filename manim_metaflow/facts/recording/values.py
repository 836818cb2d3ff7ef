"""Short texts of the values that a recorded run stored, and how they come into its record."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from manim_metaflow.facts.recording.in_task import value_text
from manim_metaflow.facts.records import ArtifactRecord, RunRecord

__all__ = ["VALUES", "read_values", "value_variables", "with_values"]

VALUES = "values"
"""The folder, beside the datastore, in which the tasks of a run note the values they store."""

_LARGEST = 2 * 1024 * 1024
"""Bytes of a file that is read: the most that a task notes is less."""

_START = Path(value_text.__file__).parent


def value_variables(store: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that let every process of a run note the values it stores.

    Parameters
    ----------
    store
        The folder of the run's datastore.
    environment
        The environment of the run, whose ``PYTHONPATH`` stays in force.
    """
    path = os.pathsep.join(filter(None, [str(_START), environment.get("PYTHONPATH")]))
    return {"PYTHONPATH": path, "MANIM_METAFLOW_VALUES": str(store / VALUES)}


def read_values(store: Path) -> dict[str, str]:
    """Read what the tasks of a run noted, by key, and those of the run that it was recorded after."""
    texts: dict[str, str] = {}
    for file in sorted((store / VALUES).glob("*.json")):
        # The flow could have written anything there: what is not a short text by a key is not read.
        with suppress(OSError, ValueError, RecursionError):
            kind = file.lstat()
            if not stat.S_ISREG(kind.st_mode) or kind.st_size > _LARGEST:
                continue
            noted = json.loads(file.read_bytes())
            if isinstance(noted, dict):
                texts |= {key: text for key, text in noted.items() if _is_text(text)}
    return texts


def _is_text(text: object) -> bool:
    return isinstance(text, str) and 0 < len(text) <= value_text.MOST_LETTERS and text.isprintable()


def with_values(record: RunRecord, store: Path) -> RunRecord:
    """Add the values that were noted to the artifacts of a record, and to the blobs of its storage."""
    texts = read_values(store)
    # Tasks of a long foreach share most of their artifacts: each is made anew once.
    made: dict[ArtifactRecord, ArtifactRecord] = {}

    def valued(artifacts: Iterable[ArtifactRecord]) -> tuple[ArtifactRecord, ...]:
        return tuple(
            made.setdefault(each, replace(each, value=texts.get(each.sha, ""))) for each in artifacts
        )

    tasks = tuple(
        replace(
            task,
            attempts=tuple(
                replace(attempt, artifacts=valued(attempt.artifacts)) for attempt in task.attempts
            ),
        )
        for task in record.tasks
    )
    storage = record.storage
    if storage is not None:
        blobs = tuple(replace(blob, value=texts.get(blob.sha, blob.value)) for blob in storage.blobs)
        storage = replace(storage, blobs=blobs)
    return replace(record, tasks=tasks, parameters=valued(record.parameters), storage=storage)
