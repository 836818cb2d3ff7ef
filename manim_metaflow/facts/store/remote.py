"""Read runs through Metaflow's own storage code, from S3 for instance; the metadata may be elsewhere.

A request to a remote store takes long, so what is wanted is asked for together: each folder's level in
one listing, all key maps in one load, the blobs that carry lineage in another.
"""

from __future__ import annotations

from collections.abc import Iterator

from manim_metaflow.errors import RunError
from manim_metaflow.facts.store.files import open_files
from manim_metaflow.facts.store.internals import INTERNAL
from manim_metaflow.facts.store.metadata import Metadata
from manim_metaflow.facts.store.stored import (
    ATTEMPT_FILE,
    StoredAttempt,
    StoredRun,
    StoredTask,
    last_words,
    log_lines,
    parsed,
    queued_at,
    set_times,
    take_keys,
)

__all__ = ["RemoteStore"]

_Kinds = dict[tuple[str, str], dict[int, set[str]]]
"""Step and task id to attempts to the kinds of files there are of each."""


class RemoteStore:
    """One flow in any datastore that Metaflow can read, with metadata from anywhere, read only.

    Parameters
    ----------
    root
        The ``.metaflow`` folder, or an ``s3://`` address, where the tasks stored what they made.
    flow_name
        The flow.
    metadata
        Where it is told when they did.
    """

    def __init__(self, root: str, flow_name: str, metadata: Metadata) -> None:
        self.name, self._flow, self._metadata = root, flow_name, metadata
        self._files = open_files(root, flow_name)
        self._blobs: dict[str, bytes | None] = {}

    def run_ids(self) -> list[str]:
        """List the runs that exist, newest first."""
        return self._metadata.run_ids() or sorted(self._stored_runs(), key=_age, reverse=True)

    def run(self, run_id: str) -> StoredRun:
        """Read when a run was created, and with which versions."""
        return self._metadata.run(run_id)

    def tasks(self, run_id: str) -> Iterator[StoredTask]:
        """Read every task of a run, the pseudo-step ``_parameters`` included."""
        kinds = self._kinds(run_id, self._metadata.tasks(run_id) or self._listed(run_id))
        files = self._read(run_id, kinds)
        made = [self._task(run_id, task, attempts, files) for task, attempts in sorted(kinds.items())]
        self._fetch_internals(made)
        yield from made

    def blob(self, sha: str) -> bytes | None:
        """Read one blob, decompressed; ``None`` where the store does not have it."""
        if sha not in self._blobs:
            self._fetch([sha])
        return self._blobs[sha]

    def blob_sizes(self, keys: list[str]) -> dict[str, int | None]:
        """Tell the size of each blob's file; ``None`` where there is none."""
        return dict(zip(keys, self._files.sizes(self._paths_of(keys)), strict=True)) if keys else {}

    def _stored_runs(self) -> list[str]:
        [(names, problem)] = self._files.folders([self._flow])
        if problem:
            raise RunError(f"{self.name}: cannot be read ({problem}).")
        return [name for name in names if name not in ("data", "_meta")]

    def _listed(self, run_id: str) -> list[tuple[str, str]]:
        """List step and id of every task that left a folder, where no metadata names them."""
        root = f"{self._flow}/{run_id}"
        [(names, _)] = self._files.folders([root])
        steps = [name for name in names if name != "_meta"]
        tasks = self._files.folders([f"{root}/{step}" for step in steps])
        return [
            (step, task)
            for step, (ids, _) in zip(steps, tasks, strict=True)
            for task in ids
            if task != "_meta"
        ]

    def _kinds(self, run_id: str, tasks: list[tuple[str, str]]) -> _Kinds:
        """List the files of all tasks."""
        found: _Kinds = {}
        listed = self._files.files([f"{self._flow}/{run_id}/{step}/{task_id}" for step, task_id in tasks])
        for task, names in zip(tasks, listed, strict=True):
            kinds = found[task] = {}
            for name in names:
                match = ATTEMPT_FILE.match(name)
                if match:
                    kinds.setdefault(int(match[1]), set()).add(match[2])
        return found

    def _read(self, run_id: str, kinds: _Kinds) -> dict[str, bytes]:
        root = f"{self._flow}/{run_id}"
        paths = []
        for (step, task_id), attempts in kinds.items():
            for number, held in attempts.items():
                stem = f"{root}/{step}/{task_id}/{number}."
                if step != "_parameters":
                    paths.append(f"{stem}runtime_stdout.log")
                if {"data.json", "DONE.lock"} <= held:
                    paths.append(f"{stem}data.json")
                elif "runtime" in held:
                    paths += [f"{stem}runtime", f"{stem}runtime_stderr.log"]
        read = zip(paths, self._files.read(paths), strict=True)
        return {path: text for path, (text, _) in read if text is not None}

    def _task(
        self, run_id: str, task: tuple[str, str], kinds: dict[int, set[str]], files: dict[str, bytes]
    ) -> StoredTask:
        step, task_id = task
        metadata = self._metadata.notes(run_id, step, task_id)
        notes: list[str] = []
        attempts = []
        for number, held in sorted(kinds.items()):
            stem = f"{self._flow}/{run_id}/{step}/{task_id}/{number}."
            attempt = StoredAttempt(number)
            if {"data.json", "DONE.lock"} <= held:
                take_keys(attempt, parsed(files.get(f"{stem}data.json", b"")), notes)
            attempt.stdout = log_lines(files.get(f"{stem}runtime_stdout.log", b""))
            if attempt.objects is None and "runtime" in held:
                attempt.exit = parsed(files.get(f"{stem}runtime", b""))
                attempt.last_words = last_words(log_lines(files.get(f"{stem}runtime_stderr.log", b"")))
            attempts.append(attempt)
        set_times(attempts, metadata)
        return StoredTask(step, task_id, queued_at(metadata), attempts, metadata, notes)

    def _fetch_internals(self, tasks: list[StoredTask]) -> None:
        keys = {
            sha
            for task in tasks
            for attempt in task.attempts
            for name, sha in (attempt.objects or {}).items()
            if name in INTERNAL
        }
        self._fetch(sorted(keys))

    def _fetch(self, keys: list[str]) -> None:
        self._blobs.update(zip(keys, self._files.blobs(self._paths_of(keys)), strict=True))

    def _paths_of(self, keys: list[str]) -> list[str]:
        return [f"{self._flow}/data/{key[:2]}/{key}" for key in keys]


def _age(run_id: str) -> tuple[int, str]:
    """Order runs by their ids, as far as those tell."""
    return int(run_id) if run_id.isdigit() else -1, run_id
