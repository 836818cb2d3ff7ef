"""Two runs of one flow side by side: what changed for each step, and what Metaflow did with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.flow.used_code import used_code
from manim_metaflow.facts.records import RunRecord, TaskRecord
from manim_metaflow.facts.records.codec import JsonRecord
from manim_metaflow.facts.records.states import FAILED, SUCCEEDED
from manim_metaflow.facts.run.load import load_run

__all__ = ["AspectComparison", "RunComparison", "StepComparison", "compare_runs"]

Verdict = Literal["same", "changed", "unknown"]
Presence = Literal["both", "added", "removed"]


@dataclass(frozen=True)
class AspectComparison:
    """One of the three things a step depends on, in both runs.

    ``before`` and ``after`` are SHA-1 hashes, ``None`` where there is nothing to hash or it is not known:
    of a single part its own (a step's source that uses nothing else, the key of a single input), of several
    that of the lines ``name hash``, sorted.
    ``changes`` names what differs, or what is not known.
    """

    verdict: Verdict
    before: str | None
    after: str | None
    changes: tuple[str, ...]


@dataclass(frozen=True)
class StepComparison:
    """One step in two runs.

    ``code`` is the step's source with what it uses of its file, ``inputs`` the keys its tasks started
    with, ``environment`` the versions of Python, Metaflow and the packages the file imports.
    ``reusable`` is whether all three are unchanged and the earlier run has a result, ``None`` where that
    is not known; ``reason`` has the reason in words. ``executed``, ``cloned`` and ``failed`` count the later
    run's tasks. Of the ``keys`` its tasks made, ``written`` were new to the store (``None``: not observed).
    """

    name: str
    presence: Presence
    code: AspectComparison
    inputs: AspectComparison
    environment: AspectComparison
    reusable: bool | None
    reason: str
    executed: int
    cloned: int
    failed: int
    keys: int
    written: int | None


@dataclass(frozen=True)
class RunComparison(JsonRecord):
    """Two runs of one flow, step by step in the order of the later one's source."""

    flow: str
    before: str
    """The earlier run's id."""
    after: str
    """The later run's id."""
    command: tuple[str, ...]
    """What was typed for the later run."""
    versions: tuple[str, ...]
    """The later run's environment in words: ``"Python 3.11.2"``, ``"Metaflow 2.19.39"``, its packages."""
    steps: tuple[StepComparison, ...]

    def __getitem__(self, name: str) -> StepComparison:
        return next(step for step in self.steps if step.name == name)

    def __contains__(self, name: object) -> bool:
        return any(step.name == name for step in self.steps)

    @property
    def reusable(self) -> tuple[str, ...]:
        """Steps with unchanged code, inputs and environment: what a cache could have reused."""
        return tuple(step.name for step in self.steps if step.reusable)

    @property
    def executed(self) -> int:
        """How many tasks the later run executed."""
        return sum(step.executed for step in self.steps)

    @property
    def cloned(self) -> int:
        """How many tasks the later run took over by ``resume``."""
        return sum(step.cloned for step in self.steps)


def compare_runs(before: Any, after: Any) -> RunComparison:
    """Compare two runs of one flow, step by step: code, inputs and environment.

    Metaflow compares none of these: a plain ``run`` executes every step, ``resume`` clones by step name
    and foreach index. The comparison has what a mechanism that did compare them could have reused,
    and what Metaflow did.

    Parameters
    ----------
    before
        The earlier run: a record, or anything else that :func:`load_run` takes.
    after
        The later run.

    Raises
    ------
    UsageError
        The runs are of different flows, or one is a spin.

    Notes
    -----
    The code of a step is its source and, transitively, what it uses of the same file: functions, classes,
    constants, methods and decorators of the flow. Code in other local modules is not seen. Its inputs are the
    keys its tasks start from: those of their parents, and the run's parameters, task by task. A run that
    was read from a datastore has code to compare if it has a code package, and the versions of its packages
    are not known.

    Examples
    --------
    >>> import tempfile
    >>> from manim_metaflow.facts import compare_runs, record_run
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = record_run("tests/flows/linear.py", recordings=folder)
    ...     second = record_run("tests/flows/linear.py", recordings=folder, after=first)
    >>> comparison = compare_runs(first, second)
    >>> comparison.reusable, comparison.executed
    (('start', 'process', 'use', 'end'), 4)
    """
    before, after = load_run(before), load_run(after)
    if before.flow.name != after.flow.name:
        raise UsageError(
            f"{before.flow.name}/{before.run_id} and {after.flow.name}/{after.run_id} are runs of "
            "different flows. Give two runs of one flow."
        )
    for run in (before, after):
        if run.command[:1] == ("spin",):
            raise UsageError(f"{run.flow.name}/{run.run_id} is a spin: one task, not a run to compare.")
    # The later run's order, with what is gone at the end: whoever reads the table has the later source
    # open.
    names = [step.name for step in after.flow.steps]
    gone = [step.name for step in before.flow.steps if step.name not in after.flow]
    environment = _environment(before, after)
    return RunComparison(
        flow=after.flow.name,
        before=before.run_id,
        after=after.run_id,
        command=after.command,
        versions=tuple(f"{name} {version}" for name, version in _versions(after).items()),
        steps=tuple(_step(name, before, after, environment) for name in [*names, *gone]),
    )


def _step(name: str, before: RunRecord, after: RunRecord, environment: AspectComparison) -> StepComparison:
    presence: Presence = (
        "added" if name not in before.flow else "removed" if name not in after.flow else "both"
    )
    code, inputs = _code(name, before, after), _inputs(name, before, after)
    reusable, reason = _judge(name, presence, (code, inputs, environment), before, after)
    tasks = _tasks(name, after)
    made = {
        artifact.sha
        for task in tasks
        if not task.cloned
        for artifact in task.artifacts
        if artifact.provenance != "inherited"
    }
    return StepComparison(
        name=name,
        presence=presence,
        code=code,
        inputs=inputs,
        environment=environment,
        reusable=reusable,
        reason=reason,
        executed=sum(1 for task in tasks if task.attempts and not task.cloned),
        cloned=sum(1 for task in tasks if task.cloned),
        failed=sum(1 for task in tasks if task.state in FAILED),
        keys=len(made),
        written=None if after.new_blobs is None else len(made & set(after.new_blobs)),
    )


def _judge(
    name: str,
    presence: Presence,
    aspects: tuple[AspectComparison, AspectComparison, AspectComparison],
    before: RunRecord,
    after: RunRecord,
) -> tuple[bool | None, str]:
    """Return whether the earlier result could have been reused, and why."""
    if presence != "both":
        return False, f"{presence} step"
    named = dict(zip(("code", "inputs", "environment"), aspects, strict=True))
    changed = [what for what, aspect in named.items() if aspect.verdict == "changed"]
    if changed:
        return False, f"{' and '.join(changed)} changed"
    succeeded = {task.place for task in _tasks(name, before) if task.state in SUCCEEDED}
    wanted = {task.place for task in _tasks(name, after)}
    if not wanted:
        return None, "not reached"
    if not wanted <= succeeded:
        return False, "no result before"
    unknown = [what for what, aspect in named.items() if aspect.verdict == "unknown"]
    if unknown:
        return None, f"{' and '.join(unknown)} not known"
    return True, "nothing changed"


def _code(name: str, before: RunRecord, after: RunRecord) -> AspectComparison:
    sides = [_code_of(name, run) for run in (before, after)]
    return _aspect(*[{part: _sha1(text) for part, text in side.items()} if side else None for side in sides])


def _code_of(name: str, run: RunRecord) -> dict[str, str] | None:
    # Without source nothing is known, which is not the same as an empty source.
    if name not in run.flow or not run.flow[name].source:
        return None
    return {name: run.flow[name].source, **used_code(run.flow, name)}


def _tasks(name: str, run: RunRecord) -> tuple[TaskRecord, ...]:
    """Return the tasks of a step; none where only the other run's flow has it."""
    return run.tasks_of(name) if name in run.flow else ()


def _inputs(name: str, before: RunRecord, after: RunRecord) -> AspectComparison:
    return _aspect(*[_inputs_of(name, run) for run in (before, after)])


def _inputs_of(name: str, run: RunRecord) -> dict[str, str] | None:
    """Return keys by their names in the step's tasks; ``None`` where there is no task."""
    tasks = _tasks(name, run)
    # A flow with parameters whose values were not recorded: inputs without them would pass for equal.
    if not tasks or (run.flow.parameters and not run.parameters):
        return None
    keys = {parameter.name: parameter.sha for parameter in run.parameters}
    for task in tasks:
        keys.update(_inputs_of_task(task, run))
    return keys


def _inputs_of_task(task: TaskRecord, run: RunRecord) -> Iterable[tuple[str, str]]:
    """Name what a task started from; in a join by parent, as ``inputs.a`` and ``inputs.b`` do."""
    several = len(task.parents) > 1
    siblings = bool(task.foreach or task.iteration)
    for path in task.parents:
        parent = run[path]
        for artifact in parent.artifacts:
            name = f"{parent.place}.{artifact.name}" if several else artifact.name
            yield f"{task.place.removeprefix(task.step)}:{name}" if siblings else name, artifact.sha
    if siblings:
        # The task itself counts as an input: a foreach with one item more has changed, although each task
        # of before starts from the same keys.
        yield f"{task.place.removeprefix(task.step)}:", _sha1("task")


def _environment(before: RunRecord, after: RunRecord) -> AspectComparison:
    # Python and Metaflow are not all: a package whose version was not recorded may have changed.
    found = _aspect(*[_environment_of(run) for run in (before, after)])
    if found.verdict == "same" and (before.packages is None or after.packages is None):
        return AspectComparison("unknown", found.before, found.after, ("packages",))
    return found


def _environment_of(run: RunRecord) -> dict[str, str] | None:
    if not run.python_version or not run.metaflow_version:
        return None
    return {name: _sha1(f"{name} {version}") for name, version in _versions(run).items()}


def _versions(run: RunRecord) -> dict[str, str]:
    packages = {package.name: package.version for package in run.packages or ()}
    return {"Python": run.python_version, "Metaflow": run.metaflow_version, **packages}


def _aspect(before: Mapping[str, str] | None, after: Mapping[str, str] | None) -> AspectComparison:
    one, other = _sha1_of(before), _sha1_of(after)
    if before is None or after is None:
        return AspectComparison("unknown", one, other, ())
    differing = (name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    # An artifact that differs in a hundred tasks of a foreach is one change.
    changes = sorted({name.rpartition(":")[2] or "tasks" for name in differing})
    return AspectComparison("changed" if changes else "same", one, other, tuple(changes))


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


def _sha1_of(side: Mapping[str, str] | None) -> str | None:
    if not side:
        return None
    # The hash of a single part is the one that a reader finds elsewhere: a key in the store.
    if len(side) == 1:
        return next(iter(side.values()))
    return _sha1("".join(f"{name} {value}\n" for name, value in sorted(side.items())))
