"""What the comparison of two runs says, beside a comparison of hashes made by hand."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from manim_metaflow.errors import UsageError
from manim_metaflow.facts import RunRecord, compare_runs, load_run, record_resume, record_run
from manim_metaflow.facts.run.compare import RunComparison
from manim_metaflow.facts.store.datastore import beginning
from manim_metaflow.facts.store.roots import local_datastore

FLOW = """
import weights
from metaflow import FlowSpec, Parameter, step

class Pairs(FlowSpec):
    n = Parameter("n", default=2)
    limit = 3

    @step
    def start(self):
        self.raw = list(range(self.n))
        self.kept = "kept"
        self.next(self.fan)

    @step
    def fan(self):
        self.items = ["a", "b"]
        self.next(self.each, foreach="items")

    @step
    def each(self):
        self.out = doubled(self.input)
        self.next(self.join)

    @step
    def join(self, inputs):
        self.all = [one.out for one in inputs]
        self.next(self.end)

    @step
    def end(self):
        self.version = weights.VERSION

def doubled(text):
    return shout(2 * text)

def shout(text):
    return text.upper()

if __name__ == "__main__":
    Pairs()
"""
STEPS = ["start", "fan", "each", "join", "end"]
EDITS = {
    "a step": ('self.kept = "kept"', 'self.kept = "held"'),
    "a step that makes the same": ('["a", "b"]', '["a"] + ["b"]'),
    "a helper of a helper": ("return text.upper()", "return text.title()"),
    "a constant": ("limit = 3", "limit = 4"),
    "a step added": (
        "        self.next(self.fan)\n",
        "        self.next(self.more)\n\n    @step\n    def more(self):\n"
        "        self.more_made = 1\n        self.next(self.fan)\n",
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make two versions of a package, and a place where the runs of this file are kept."""
    folder = tmp_path_factory.mktemp("pairs")
    for version in ("1.0", "2.0"):
        about = folder / version / f"weights-{version}.dist-info"
        about.mkdir(parents=True)
        (folder / version / "weights.py").write_text(f"VERSION = {version!r}\n")
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: weights\nVersion: {version}\n")
        (about / "top_level.txt").write_text("weights\n")
    return folder


@pytest.fixture
def record(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunRecord]:
    """Record a version of the flow above, with a package of a given version, after another run."""
    monkeypatch.syspath_prepend(folder / "1.0")

    def record(
        *arguments: str, edit: str | None = None, package: str = "1.0", after: RunRecord | None = None
    ) -> RunRecord:
        file = folder / f"{edit}.py".replace(" ", "_")
        file.write_text(FLOW.replace(*EDITS[edit]) if edit else FLOW)
        env = {"PYTHONPATH": str(folder / package)}
        return record_run(file, *arguments, recordings=folder / "kept", env=env, after=after)

    return record


def by_hand(run: RunRecord, step: str) -> tuple[str, list[tuple[str, ...]], tuple[object, ...]]:
    """Read from the datastore itself what a step's code, inputs and environment were."""
    store = local_datastore(run.recording.with_suffix(".store") / ".metaflow", run.flow.name)
    tasks = {task.path: task for task in store.tasks(run.run_id, beginning)}
    given = tasks["_parameters/0"].keys
    held = []
    for task in run.tasks_of(step):
        keys = {(task.place.replace(step, ""), "given", name): sha for name, sha in given.items()}
        for path in task.parents:
            place = run[path].place if len(task.parents) > 1 else ""
            objects = tasks[path].keys
            keys |= {(task.place.replace(step, ""), place, name): sha for name, sha in objects.items()}
        held += [(*name, sha) for name, sha in keys.items() if name[2][0] != "_" and name[2] != "name"]
    source = hashlib.sha1(run.flow[step].source.encode()).hexdigest()
    return source, sorted(held), (run.python_version, run.metaflow_version, run.packages)


def agreed(before: RunRecord, after: RunRecord) -> RunComparison:
    """Compare two runs, and check each verdict by hand."""
    comparison = compare_runs(before, after)
    for name in [step.name for step in after.flow.steps if step.name in before.flow]:
        found = comparison[name]
        aspects = zip(
            (found.code, found.inputs, found.environment),
            by_hand(before, name),
            by_hand(after, name),
            strict=True,
        )
        for aspect, one, other in aspects:
            same = one == other
            assert (aspect.verdict == "same") is same, (name, aspect)
            assert (aspect.before == aspect.after) is same
        if name not in ("each", "end"):  # those use a function and an import of the file
            assert found.code.after == by_hand(after, name)[0]
    assert RunComparison.from_json(comparison.to_json()) == comparison
    return comparison


def test_nothing_changed_everything_could_be_reused_and_everything_ran(record):
    first = record()
    found = agreed(first, record(after=first))
    assert found.versions[2:] == ("weights 1.0",)
    assert found.reusable == tuple(STEPS)
    assert [step.executed for step in found.steps] == [1, 1, 2, 1, 1]
    assert [step.written for step in found.steps] == [0, 0, 0, 0, 0]
    assert [step.keys for step in found.steps] == [2, 1, 2, 1, 1]


def test_a_step_changed_and_the_keys_it_makes(record):
    first = record()
    found = agreed(first, record(edit="a step", after=first))
    assert {step.name: step.reason for step in found.steps} == {
        "start": "code changed",
        "fan": "inputs changed",
        "each": "inputs changed",
        "join": "inputs changed",
        "end": "nothing changed",
    }
    assert (found["fan"].inputs.changes, found["start"].code.changes) == (("kept",), ("start",))
    assert [step.written for step in found.steps] == [1, 0, 0, 0, 0]


def test_a_step_that_makes_the_same_as_before_leaves_the_rest_unchanged(record):
    first = record()
    found = agreed(first, record(edit="a step that makes the same", after=first))
    assert found.reusable == ("start", "each", "join", "end")


def test_a_run_of_other_parameters_changes_the_inputs_of_every_step(record):
    first = record()
    found = agreed(first, record("--n", "4", after=first))
    assert found.reusable == ()
    assert {step.reason for step in found.steps} == {"inputs changed"}
    assert [step.inputs.changes for step in found.steps[:3]] == [("n",), ("n", "raw"), ("n", "raw")]


def test_a_class_constant_is_an_input_of_every_step(record):
    first = record()
    found = agreed(first, record(edit="a constant", after=first))
    assert {step.inputs.changes for step in found.steps} == {("limit",)}
    assert {step.code.verdict for step in found.steps} == {"same"}


def test_another_version_of_a_package_changes_the_environment_of_every_step(record):
    first = record()
    found = agreed(first, record(package="2.0", after=first))
    assert {step.reason for step in found.steps} == {"environment changed"}
    assert {step.environment.changes for step in found.steps} == {("weights",)}
    assert found["end"].written == 1


def test_an_added_step_has_nothing_to_be_compared_with(record):
    first = record()
    second = record(edit="a step added", after=first)
    found = agreed(first, second)
    assert [step.name for step in found.steps] == ["start", "more", "fan", "each", "join", "end"]
    assert (found["more"].presence, found["more"].reusable) == ("added", False)
    assert found["start"].code.changes == ("start",)
    assert found["fan"].inputs.changes == ("more_made",)
    back = compare_runs(second, first)
    assert (back["more"].presence, back["more"].executed, back["more"].reusable) == ("removed", 0, False)


def test_a_step_whose_helper_changed_is_not_the_same_code(record):
    first = record()
    found = compare_runs(first, record(edit="a helper of a helper", after=first))
    assert {step.name: step.reason for step in found.steps} == {
        "start": "nothing changed",
        "fan": "nothing changed",
        "each": "code changed",
        "join": "inputs changed",
        "end": "inputs changed",
    }
    assert found["each"].code.changes == ("shout",)


def test_resume_clones_what_succeeded_whatever_the_comparison_says(record, folder):
    first = record()
    now = folder / "now.py"
    now.write_text(FLOW.replace(*EDITS["a step"]))
    found = compare_runs(first, record_resume(first, now, env={"PYTHONPATH": str(folder / "1.0")}))
    assert found["start"].reason == "code changed"
    assert [(step.cloned, step.executed) for step in found.steps] == [(1, 0), (1, 0), (2, 0), (1, 0), (1, 0)]


def test_what_failed_before_cannot_be_reused_and_what_was_not_reached_is_not_known(runs):
    failed, resumed = runs["failed chain"], runs["resumed chain"]
    found = compare_runs(failed, resumed)
    assert [(step.name, step.reusable, step.reason) for step in found.steps] == [
        ("start", True, "nothing changed"),
        ("middle", True, "nothing changed"),
        ("risky", False, "no result before"),
        ("end", False, "no result before"),
    ]
    back = compare_runs(resumed, failed)["end"]
    assert (back.reusable, back.reason, back.executed) == (None, "not reached", 0)


def test_a_run_from_a_datastore_says_what_it_does_not_know(record):
    first = record()
    stored = load_run("Pairs", first.run_id, root=first.recording.with_suffix(".store"))
    found = compare_runs(stored, stored)
    assert {step.code.verdict for step in found.steps} == {"unknown"}
    assert {step.inputs.verdict for step in found.steps} == {"same"}
    assert {step.environment.changes for step in found.steps} == {("packages",)}
    assert {(step.reusable, step.reason) for step in found.steps} == {
        (None, "code and environment not known")
    }
    assert {step.written for step in found.steps} == {None}


def test_a_run_with_a_code_package_has_code_to_compare(folder, tmp_path):
    env = {"PYTHONPATH": str(folder / "1.0"), "METAFLOW_FEAT_ALWAYS_UPLOAD_CODE_PACKAGE": "1"}
    made, after = [], None
    for name in (None, "a helper of a helper"):
        file = tmp_path / ("pairs.py" if name is None else "edited.py")
        file.write_text(FLOW.replace(*EDITS[name]) if name else FLOW)
        after = record_run(file, recordings=tmp_path / "kept", env=env, after=after)
        made.append(after)
    root = after.recording.with_suffix(".store")
    stored = [load_run("Pairs", run.run_id, root=root) for run in made]
    for run, told in zip(made, stored, strict=True):
        assert told.flow.source == run.flow.source
        assert [s.source for s in told.flow.steps] == [s.source for s in run.flow.steps]
        assert [(s.first_line, s.last_line, s.file) for s in told.flow.steps] == [
            (s.first_line, s.last_line, s.file) for s in run.flow.steps
        ]
    known, seen = compare_runs(*stored), compare_runs(*made)
    assert [step.code for step in known.steps] == [step.code for step in seen.steps]
    assert [step.inputs for step in known.steps] == [step.inputs for step in seen.steps]
    assert known["each"].code.changes == ("shout",)
    assert {step.environment.changes for step in known.steps} == {("packages",)}
    assert known["start"].reason == "environment not known"


def test_a_spin_is_not_compared(record):
    first = record()
    spun = replace(first, command=("spin", f"Pairs/{first.run_id}/end/6"))
    with pytest.raises(UsageError, match="is a spin"):
        compare_runs(first, spun)


def test_runs_of_two_flows_are_not_compared(runs):
    with pytest.raises(UsageError, match="different flows"):
        compare_runs(runs["linear"], runs["failed chain"])
