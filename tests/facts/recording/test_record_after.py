"""Runs recorded one after the other in one datastore, and what each says of its surroundings."""

import pytest
from fact_runs import FLOWS

from manim_metaflow.errors import RunError
from manim_metaflow.facts import load_recording, record_run
from manim_metaflow.facts.recording.packages import imported_modules

FIRST = """
import json
import numpy
from click import echo
from metaflow import FlowSpec, Parameter, step

class Uses(FlowSpec):
    n = Parameter("n", default=1)
    limit = 9

    @step
    def start(self):
        import rich.table
        self.a = self.n + self.limit
        self.next(self.end)

    @step
    def end(self):
        pass

if __name__ == "__main__":
    Uses()
"""


def test_a_run_after_another_finds_its_store_and_writes_only_what_is_new(tmp_path, monkeypatch):
    flow = FLOWS / "linear.py"
    first = record_run(flow, recordings=tmp_path)
    same = record_run(flow, recordings=tmp_path, after=first)
    other = record_run(flow, "--alpha", "4", recordings=tmp_path, after=same)
    assert first.new_blobs
    assert [len(run.executed) for run in (first, same, other)] == [4, 4, 4]
    assert same.new_blobs == ()
    assert other.new_blobs
    assert set(other.new_blobs) == {blob.sha for blob in other.blobs} - {blob.sha for blob in same.blobs}
    assert (first.after_run_id, same.after_run_id, other.after_run_id) == (None, first.run_id, same.run_id)
    assert len({first.key, same.key, other.key}) == 3
    assert load_recording(same.recording) == same

    monkeypatch.setattr("subprocess.Popen", _forbidden)
    assert record_run(flow, after=first) == same  # kept beside the earlier one, and found there
    assert record_run(flow, recordings=tmp_path) == first


def test_a_run_after_one_that_was_recorded_anew_is_recorded_anew(tmp_path):
    flow = FLOWS / "one_step.py"
    first = record_run(flow, recordings=tmp_path)
    stale = record_run(flow, recordings=tmp_path, after=first)
    again = record_run(flow, recordings=tmp_path, fresh=True)
    second = record_run(flow, recordings=tmp_path, after=again)
    assert second.key == stale.key
    assert second.run_id != stale.run_id
    assert second.after_run_id == again.run_id


def test_without_the_earlier_store_nothing_can_come_after_it(tmp_path):
    flow = FLOWS / "one_step.py"
    first = record_run(flow, recordings=tmp_path)
    first.recording.with_suffix(".store").rename(tmp_path / "away")
    with pytest.raises(RunError, match="its datastore is gone"):
        record_run(flow, recordings=tmp_path, after=first)


def test_a_run_notes_its_parameters_and_the_packages_its_file_imports(write, tmp_path):
    path = write(FIRST)
    record, other = record_run(path, recordings=tmp_path), record_run(path, "--n", "2", recordings=tmp_path)
    assert [given.name for given in record.parameters] == ["limit", "n"]
    changed = [a.name for a, b in zip(record.parameters, other.parameters, strict=True) if a.sha != b.sha]
    assert changed == ["n"]
    import numpy

    versions = {package.name: package.version for package in record.packages}
    assert list(versions) == ["click", "numpy", "rich"]
    assert versions["numpy"] == numpy.__version__


def test_packages_are_those_the_run_found_not_ours(write, tmp_path, monkeypatch):
    for version in ("1.5", "2.0"):
        site = tmp_path / version
        (site / f"weights-{version}.dist-info").mkdir(parents=True)
        (site / "weights.py").write_text(f"VERSION = {version!r}\n")
        about = site / f"weights-{version}.dist-info"
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: weights\nVersion: {version}\n")
        (about / "top_level.txt").write_text("weights\n")
    monkeypatch.syspath_prepend(tmp_path / "1.5")
    path = write(FIRST.replace("import numpy\n", "import weights\n"))
    record = record_run(path, recordings=tmp_path, env={"PYTHONPATH": str(tmp_path / "2.0")})
    assert record.status == "successful"
    assert [f"{p.name} {p.version}" for p in record.packages][-1] == "weights 2.0"


def test_imports_are_found_wherever_they_stand():
    assert imported_modules(FIRST) == {"json", "numpy", "click", "metaflow", "rich"}
    assert imported_modules("from . import near\nfrom .a import b\n") == set()


def _forbidden(*_, **__):
    raise AssertionError("a process was started")
