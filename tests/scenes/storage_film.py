"""What the films about storage have in common: texts that their records explain, and keys that are true."""

from __future__ import annotations

import gzip
import hashlib
import io
import pickle
import re
from collections.abc import Iterable, Mapping
from itertools import permutations
from pathlib import Path
from typing import Any, ClassVar

from film import Walk

from manim_metaflow.facts import RunRecord
from manim_metaflow.utils.units import readable_size


def explained(records: Iterable[RunRecord]) -> set[str]:
    """Texts that stand in the records: ids, keys, sizes, values, paths, bytes."""
    found: set[str] = set()
    for run in records:
        found.add(run.run_id)
        for task in run.storage.tasks:
            found |= {task.path, f"memory of task {task.path}"}
            for attempt in task.attempts:
                found |= {f"{task.path}/{attempt.number}.{file}" for file in ("data.json", "DONE.lock")}
                path = f"{run.flow.name}/{run.run_id}/{task.path}"
                for name in (entry.name for entry in attempt.artifacts):
                    found |= {f"{path}/{name}", f"{task.path}  {name}", f'Task("{path}")["{name}"].data'}
        for blob in run.storage.blobs:
            raw = readable_size(blob.raw_size)
            found |= {raw, f"pickle, {raw}", f"{raw}, {readable_size(blob.size or 0)} on disk"}
            found |= {blob.value, f"= {blob.value}"}
            found |= {f"{blob.sha[:length]}{end}" for length in range(6, 41) for end in ("", "…")}
            found |= {f"{blob.sha[:2]}/{blob.sha[:10]}…"}
            found |= {blob.head[at : at + 2] for at in range(0, len(blob.head), 2)}
    return found


def root(run: RunRecord) -> Path:
    """The folder of a run's flow in the datastore it was made in."""
    return run.recording.with_suffix(".store") / ".metaflow" / run.flow.name


def blob_of(run: RunRecord, sha: str) -> Path:
    return root(run) / "data" / sha[:2] / sha


def pickled(value: object) -> bytes:
    return pickle.dumps(value, protocol=4)


class _Ordered(tuple):
    """The items of a set, in an order."""


class _SetPickler(pickle._Pickler):
    dispatch: ClassVar[Any] = {**pickle._Pickler.dispatch, _Ordered: pickle._Pickler.save_set}


def pickles_of_set(items: Iterable[str]) -> list[bytes]:
    """Every pickle a set can have: one for each order in which a process may hold its items."""
    found = []
    for order in permutations(items):
        file = io.BytesIO()
        _SetPickler(file, protocol=4).dump(_Ordered(order))
        found.append(file.getvalue())
    return found


def check_keys(walked: Walk, runs: Iterable[RunRecord], values: Mapping[str, list[bytes]]) -> None:
    """Derive every key on screen from its value, and find it as the name of a blob with those bytes.

    ``values`` has, for each artifact, the pickles of the values its flow gives it.
    """
    runs = list(runs)
    derived = {hashlib.sha1(data).hexdigest(): (name, data) for name, all_ in values.items() for data in all_}
    packages = {package.sha: run for run in runs for package in run.storage.packages}
    assert walked.odd_faces == set()
    texts = [text for moment in walked.moments for text in moment.texts]
    words = {word for text in texts for word in re.findall(r"(?<![\w])[0-9a-f]{8,}(?=…|$)", text)}
    letters = {word for word in words if not word.isdigit()}
    assert [word for word in letters if not any(sha.startswith(word) for sha in walked.keys)] == []
    used = set()
    for sha in sorted(walked.keys):
        if sha in packages:  # not a pickle: the archive itself is hashed, and kept as it is
            assert hashlib.sha1(blob_of(packages[sha], sha).read_bytes()).hexdigest() == sha
            continue
        name, data = derived[sha]
        used.add(name)
        files = [blob_of(run, sha) for run in runs if blob_of(run, sha).is_file()]
        assert files, f"{name}: no blob is named {sha}"
        assert all(gzip.decompress(file.read_bytes()) == data for file in files)
    assert used == set(values)


def story_of(run: RunRecord) -> object:
    """What a run says, but for ids, times and keys that are another one in each process."""
    return [
        (
            task.path,
            task.parents,
            [
                (attempt.stored, [(e.name, e.size, e.type_name) for e in attempt.artifacts])
                for attempt in task.attempts
            ],
        )
        for task in run.storage.tasks
    ]


def fixed_keys(run: RunRecord, *drifting: str) -> list[tuple[str, str, str]]:
    """Keys that are the same on every machine."""
    return [
        (task.path, entry.name, entry.sha)
        for task in run.storage.tasks
        for entry in task.last.artifacts
        if entry.name not in drifting
    ]
