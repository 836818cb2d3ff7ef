"""One flow in one datastore, wherever that is: its files, and the metadata of its runs. Read only.

This is the only reader of datastores: run records and storage records are both made from it. What a task
left is read as it is there, without interpretation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from manim_metaflow.errors import RunError, RunNotFoundError
from manim_metaflow.facts.store.attempts import (
    BEGUN,
    KEY_MAP,
    RUNTIME,
    STDERR,
    STDOUT,
    StoredAttempt,
    StoredTask,
    attempt_files,
)
from manim_metaflow.facts.store.checked import is_key
from manim_metaflow.facts.store.files import StoreFiles
from manim_metaflow.facts.store.folders import (
    data_folder,
    list_flows,
    list_runs,
    list_tasks,
    newest_first,
)
from manim_metaflow.facts.store.metadata import Metadata, RunMetadata

__all__ = ["Datastore", "beginning", "outcome"]

_PARAMETERS = "_parameters"
_NAMED = 5
"""How many runs a message names."""

Choice = Callable[[StoredTask, StoredAttempt], Sequence[str]]
"""Chooses which of an attempt's files are read beside its key map."""


def beginning(task: StoredTask, attempt: StoredAttempt) -> Sequence[str]:
    """Choose the file that names the code package of an attempt; the pseudo-step has none."""
    # `_parameters` is stored by the process that schedules the run, and not by a task with code of its own.
    return (BEGUN,) if task.step != _PARAMETERS and BEGUN in attempt.files else ()


def outcome(task: StoredTask, attempt: StoredAttempt) -> Sequence[str]:
    """Choose what an attempt printed and, of one that stored nothing, how its process ended."""
    if task.step == _PARAMETERS:
        return ()
    stored = attempt.done and not attempt.damage
    return [kind for kind in ((STDOUT,) if stored else (STDOUT, RUNTIME, STDERR)) if kind in attempt.files]


class Datastore:
    """One flow in one datastore.

    Parameters
    ----------
    files
        The files below the datastore's root.
    metadata
        What Metaflow registered beside them: when tasks were queued, began and ended.
    flow_name
        The flow.

    Attributes
    ----------
    root
        Where it is.
    kind
        Metaflow's name for this kind of datastore.
    problems
        What could not be read of the run whose tasks were read last, in words.
    """

    def __init__(self, files: StoreFiles, metadata: Metadata, flow_name: str) -> None:
        self.root, self.kind, self.flow_name = files.root, files.kind, flow_name
        self.problems: list[str] = []
        self._files, self._metadata = files, metadata

    def run_ids(self) -> list[str]:
        """List the runs, newest first."""
        # Metadata first: it knows a run's age, and runs that have not stored anything yet.
        run_ids = self._metadata.run_ids()
        if run_ids:
            return run_ids
        listed, problem = list_runs(self._files, self.flow_name)
        if problem:
            raise RunError(f"{self.root}: cannot be read ({problem}).")
        return newest_first(listed)

    def need_run(self, run_id: str | None) -> str:
        """Choose the newest run, or check that the one asked for is there.

        Raises
        ------
        RunNotFoundError
            If there is none; the message lists what there is.
        """
        known = self.run_ids()
        if not known:
            raise RunNotFoundError(
                f"{self.root}: no run of {self.flow_name} here. {self._other_flows()}".strip()
            )
        if run_id is None or run_id in known:
            return run_id or known[0]
        newest = ", ".join(f"{self.flow_name}/{each}" for each in known[:_NAMED])
        more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
        verb = "is" if len(known) == 1 else "are"
        raise RunNotFoundError(
            f"{self.flow_name}/{run_id}: no such run in {self.root}. The newest {verb} {newest}{more}."
        )

    def run(self, run_id: str) -> RunMetadata:
        """Read when a run was created, and with which versions."""
        return self._metadata.run(run_id)

    def tasks(self, run_id: str, also: Choice) -> Iterator[StoredTask]:
        """Read the attempts of every task of a run, the pseudo-step ``_parameters`` included.

        The tasks are those that the metadata names, since a queued one has left no file; where there is no
        metadata, those that left a folder.

        Parameters
        ----------
        run_id
            The run.
        also
            Which files are read of each attempt beside its key map: :func:`beginning` or :func:`outcome`.
        """
        named, problems = self._metadata.tasks(run_id)
        if not named:
            named, problems = list_tasks(self._files, self.flow_name, run_id)
        self.problems = problems
        run = f"{self.flow_name}/{run_id}"
        # All folders are listed at once and all files read at once: of a remote store each request takes as
        # long as a thousand. What was read comes in the order in which it was asked for.
        listed = self._files.names([f"{run}/{step}/{task_id}" for step, task_id in named])
        tasks = [
            StoredTask(step, task_id, _attempts(names, problem))
            for (step, task_id), (names, problem) in zip(named, listed, strict=True)
        ]
        wanted = [[(attempt, _kinds(task, attempt, also)) for attempt in task.attempts] for task in tasks]
        texts = self._files.read(
            f"{run}/{task.path}/{attempt.number}.{kind}"
            for task, attempts in zip(tasks, wanted, strict=True)
            for attempt, kinds in attempts
            for kind in kinds
        )
        for task, attempts in zip(tasks, wanted, strict=True):
            for attempt, kinds in attempts:
                for kind in kinds:
                    attempt.read_file(kind, *next(texts))
                if attempt.damage:
                    self._note_damage(run, task, attempt, also)
            yield task

    def _note_damage(self, run: str, task: StoredTask, attempt: StoredAttempt, also: Choice) -> None:
        """Note what is wrong with a key map, and read what there is of an attempt without one."""
        self.problems.append(f"{task.path}, attempt {attempt.number}: {attempt.damage}")
        kinds = also(task, attempt)
        texts = self._files.read(f"{run}/{task.path}/{attempt.number}.{kind}" for kind in kinds)
        for kind, (text, problem) in zip(kinds, texts, strict=True):
            attempt.read_file(kind, text, problem)

    def add_metadata(self, run_id: str, tasks: Iterable[StoredTask]) -> None:
        """Read each task's metadata, and from it when its attempts began and ended."""
        for task in tasks:
            task.metadata = self._metadata.task(run_id, task.step, task.task_id)
            task.set_times()
            for attempt in task.attempts:
                # A killed task registered no end, but the scheduler wrote a file when it saw that.
                if attempt.finished is None and attempt.exit:
                    path = f"{self.flow_name}/{run_id}/{task.path}/{attempt.number}.{RUNTIME}"
                    written = self._files.written(path)
                    attempt.finished = round(written, 3) if written is not None else None

    def blobs(self, keys: Iterable[str], most: int) -> Iterator[tuple[str, bytes | None]]:
        """Read blobs, decompressed; ``None`` for one that is missing, damaged or has over ``most`` bytes.

        A few bytes can be decompressed to any number of them, so a caller says how many it has use for.
        """
        keys = list(keys)
        return zip(keys, self._files.blobs(self.blob_paths(keys), most), strict=True)

    def blob(self, key: str, most: int) -> bytes | None:
        """Read one blob, decompressed; ``None`` if it is missing, damaged or has over ``most`` bytes."""
        [(_, blob)] = self.blobs((key,), most)
        return blob

    def blob_paths(self, keys: Iterable[str]) -> list[str]:
        """Return where below the root each blob is kept: in folders named after the first letters of keys."""
        data = data_folder(self.flow_name)
        return [f"{data}/{key[:2]}/{key}" for key in keys]

    def sizes(self, paths: Sequence[str]) -> Iterator[int | None]:
        """Return the size of each file; ``None`` where there is none."""
        return self._files.sizes(paths)

    def keys(self) -> set[str]:
        """List the key of every blob of the flow, whichever run stored it."""
        data = data_folder(self.flow_name)
        [(prefixes, _)] = self._files.folders([data])
        listed = self._files.names([f"{data}/{prefix}" for prefix in prefixes])
        return {name for names, _ in listed for name in names if is_key(name)}

    def _other_flows(self) -> str:
        """Name the flows there are; listing all of a remote root would take too long for a message."""
        if self.kind != "local":
            return ""
        flows = list_flows(self._files)
        return f"It holds {', '.join(flows)}." if flows else "It is empty."


def _attempts(names: Iterable[str], problem: str) -> list[StoredAttempt]:
    """Return a task's attempts; of one whose folder cannot be read, one that has stored nothing."""
    if problem:
        return [StoredAttempt(0, damage=f"its folder cannot be read ({problem})")]
    return [StoredAttempt(number, files) for number, files in attempt_files(names).items()]


def _kinds(task: StoredTask, attempt: StoredAttempt, also: Choice) -> list[str]:
    # Metaflow writes the key map before its mark: without the mark it may be of an attempt that is still
    # storing.
    return [*((KEY_MAP,) if attempt.done else ()), *also(task, attempt)]
