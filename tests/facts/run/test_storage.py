"""Key maps and blobs by what real runs left, against pickle, hashlib and the files themselves."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from manim_metaflow.errors import RunError
from manim_metaflow.facts import (
    RunRecord,
    StorageRecord,
    load_flow_storage,
    load_storage,
    record_run,
    storage_totals,
)
from manim_metaflow.facts.store.files import LocalFiles
from manim_metaflow.facts.store.inert import bounded_text, decode, same_value

FLOWS = Path(__file__).parents[2] / "flows"
FILMS = Path(__file__).parents[3] / "scenes" / "flows"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storage")


@pytest.fixture(scope="module")
def linear(folder: Path) -> RunRecord:
    return record_run(FLOWS / "linear.py", recordings=folder, storage=True)


@pytest.fixture(scope="module")
def drift(folder: Path) -> RunRecord:
    return record_run(FILMS / "drift.py", recordings=folder, storage=True)


@pytest.fixture(scope="module")
def retried(folder: Path) -> RunRecord:
    return record_run(FLOWS / "retry_flow.py", recordings=folder, storage=True)


def root(record: RunRecord) -> Path:
    return record.recording.with_suffix(".store") / ".metaflow"


def named(record: RunRecord | StorageRecord, step: str) -> dict[str, str]:
    held = record if isinstance(record, StorageRecord) else record.storage
    [task] = held.tasks_of(step)
    return {entry.name: entry.sha for entry in task.last.artifacts}


# ------------------------------------------------------------------------------------- keys and blobs


def test_every_key_is_the_sha1_of_the_pickle(linear: RunRecord) -> None:
    values = {"raw": [1, 2, 3], "untouched": "same everywhere", "doubled": [3, 6, 9], "total": 18, "alpha": 3}
    seen = named(linear, "process") | named(linear, "end") | {"raw": named(linear, "start")["raw"]}
    for name, value in values.items():
        data = pickle.dumps(value, protocol=4)
        sha = hashlib.sha1(data).hexdigest()
        assert seen[name] == sha
        file = root(linear) / "LinearFlow" / "data" / sha[:2] / sha
        assert gzip.decompress(file.read_bytes()) == data
        blob = linear.storage.blob(sha)
        assert (blob.path, blob.size) == (f"LinearFlow/data/{sha[:2]}/{sha}", file.stat().st_size)
        assert (blob.raw_size, bytes.fromhex(blob.head)) == (len(data), data[:64])
        assert blob.value == repr(value)


def test_each_key_tells_how_it_came_there(linear: RunRecord) -> None:
    use = linear.storage["use/3"].last
    how = {entry.name: (entry.change, entry.source) for entry in use.artifacts}
    assert how == {
        "CONST": ("inherited", "process/2"),
        "alpha": ("inherited", "process/2"),
        "doubled": ("inherited", "process/2"),
        "raw": ("changed", "process/2"),
        "total": ("created", None),
        "untouched": ("inherited", "process/2"),
    }
    assert use["raw"].before == named(linear, "process")["raw"]
    assert linear.storage.made_by("end/4", "raw") == "use/3"
    assert linear.storage.made_by("end/4", "untouched") == "start/1"
    assert linear.storage.made_by("end/4", "alpha") == "_parameters/0"


def test_equal_value_with_other_bytes_is_rekeyed(drift: RunRecord) -> None:
    changes = [drift.storage[path].last["tags"].change for path in ("start/1", "look/2", "end/3")]
    keys = [named(drift, step)["tags"] for step in ("start", "look", "end")]
    assert changes == ["created", *["inherited" if a == b else "re-keyed" for a, b in pairwise(keys)]]
    assert drift.storage["look/2"].last["dose"].change == "changed"


def test_attempts_have_maps_of_their_own(retried: RunRecord) -> None:
    [task] = retried.storage.tasks_of("start")
    values = [retried.storage.blob(attempt["only_this"].sha).value for attempt in task.attempts]
    assert values == ["'attempt 0'", "'attempt 1'", "'attempt 2'"]
    assert task.last is task.attempts[2]


def test_totals_are_sums_over_the_store(linear: RunRecord) -> None:
    entries = [e for task in linear.storage.tasks for e in task.last.artifacts]
    totals = linear.storage.totals()
    assert (totals.entries, totals.written) == (len(entries), sum(e.size for e in entries))
    shas = {e.sha for e in entries}
    files = [root(linear) / "LinearFlow" / "data" / sha[:2] / sha for sha in shas]
    assert (totals.blobs, totals.stored) == (len(shas), sum(file.stat().st_size for file in files))
    assert totals.unique == sum(len(gzip.decompress(file.read_bytes())) for file in files)
    assert totals.saved == totals.written - totals.unique
    everything = linear.storage.totals(internal=True)
    kept = [f for f in (root(linear) / "LinearFlow" / "data").glob("*/*") if not f.name.endswith("_meta")]
    assert everything.blobs == len(kept)
    assert everything.stored == sum(file.stat().st_size for file in kept)


def test_runs_of_a_flow_share_a_shelf(folder: Path, linear: RunRecord) -> None:
    again = record_run(FLOWS / "linear.py", recordings=folder, storage=True, after=linear)
    other = record_run(FLOWS / "linear.py", "--alpha", "4", recordings=folder, storage=True, after=again)
    assert again.new_blobs == ()
    runs = load_flow_storage("LinearFlow", root=root(other))
    assert [run.run_id for run in runs] == [linear.run_id, again.run_id, other.run_id]
    totals = storage_totals(runs)
    assert totals.entries == 3 * linear.storage.totals().entries
    shas = {sha for run in (linear, other) for blob in run.storage.tasks for sha in keys_of(run)}
    assert totals.blobs == len(shas)


def keys_of(run: RunRecord) -> set[str]:
    return {entry.sha for task in run.storage.tasks for entry in task.last.artifacts}


def test_code_package_is_found_where_there_is_one(folder: Path, linear: RunRecord) -> None:
    assert linear.storage.packages == ()
    env = {"METAFLOW_FEAT_ALWAYS_UPLOAD_CODE_PACKAGE": "1"}
    packed = record_run(FLOWS / "linear.py", recordings=folder, storage=True, env=env)
    [package] = packed.storage.packages
    file = root(packed) / package.path
    assert hashlib.sha1(file.read_bytes()).hexdigest() == package.sha  # kept as it is, not compressed
    assert (package.size, package.raw_size) == (file.stat().st_size,) * 2
    assert packed.storage.tasks_of("end")[0].last.package == package.sha


def test_a_recording_keeps_its_storage(linear: RunRecord) -> None:
    assert RunRecord.from_json(linear.to_json()) == linear
    assert StorageRecord.from_json(linear.storage.to_json()) == linear.storage


def test_stages_are_in_order_in_the_record(linear: RunRecord) -> None:
    for task in linear.storage.tasks[1:]:
        moments = dict(task.last.moments)
        made = [linear.storage.blob(e.sha).written for e in task.last.artifacts]
        assert max(made) <= moments["key map"] <= moments["done mark"] <= moments["metadata"]


def test_reading_writes_nothing(linear: RunRecord) -> None:
    def listing() -> dict[str, tuple[int, int]]:
        files = sorted(root(linear).rglob("*"))
        return {str(file): (file.stat().st_mtime_ns, file.stat().st_size) for file in files}

    before = listing()
    load_storage("LinearFlow", root=root(linear), values=True, head=100)
    load_flow_storage("LinearFlow", root=root(linear))
    assert listing() == before


def test_unknown_run_is_named(linear: RunRecord) -> None:
    with pytest.raises(RunError, match=r"LinearFlow/12: no such run.*The newest is"):
        load_storage("LinearFlow/12", root=root(linear))
    with pytest.raises(RunError, match="no run of OtherFlow here"):
        load_storage("OtherFlow", root=root(linear))


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 16_385, 1_100_000])
def test_files_of_any_size_are_read_whole(tmp_path: Path, size: int) -> None:
    (tmp_path / "file").write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    [(held, problem)] = LocalFiles(str(tmp_path)).read(["file"])
    assert (held, problem) == ((tmp_path / "file").read_bytes(), "")


def test_a_blob_in_another_format_is_left_to_metaflow(linear: RunRecord, tmp_path: Path) -> None:
    """One that is kept raw, as Metaflow's own note beside it says."""
    store, data = tmp_path / ".metaflow", pickle.dumps("raw", protocol=4)
    shutil.copytree(root(linear), store)
    sha = plant(store, linear.run_id, "odd", data)
    file = store / "LinearFlow" / "data" / sha[:2] / sha
    file.write_bytes(data)
    file.with_name(f"{sha}_meta").write_text('{"cas_raw": true, "cas_version": 1}')
    held = load_storage("LinearFlow", root=store, values=True)
    assert held.blob(sha).value == "'raw'"
    assert held.notes == ()


# ------------------------------------------------------------------------------------------- values


def test_values_come_only_when_asked(linear: RunRecord) -> None:
    bare = load_storage("LinearFlow", root=root(linear))
    assert {blob.value for blob in bare.blobs} == {blob.head for blob in bare.blobs} == {""}


class Far:
    """Its repr is never asked for."""

    def __init__(self) -> None:
        self.a = "hello"

    def __repr__(self) -> str:
        raise AssertionError


@pytest.mark.parametrize(
    "value", [list(range(10**6)), dict.fromkeys(range(999), "x" * 100), "x" * 10**6, [[[[[1]]]]] * 50]
)
def test_text_of_a_value_is_bounded(value: object) -> None:
    assert len(bounded_text(decode(pickle.dumps(value)))) <= 60


def test_objects_are_shown_without_their_class() -> None:
    assert bounded_text(decode(pickle.dumps(Far()))) == f"{__name__}.Far(a='hello')"


def test_same_value_is_strict() -> None:
    def pickled(value: object) -> bytes:
        return pickle.dumps(value, protocol=4)

    assert same_value(pickled({"x": 1, "y": 2}), pickled({"y": 2, "x": 1}))
    assert not same_value(pickled([1]), pickled([True]))
    assert not same_value(pickled([1, 2]), pickled((1, 2)))
    assert not same_value(pickled(Far()), pickled("hello"))
    assert not same_value(b"", pickled(1))
    nested: list[object] = []
    for _ in range(60):
        nested = [nested, nested]  # 2**60 parts: given up, not compared
    assert not same_value(pickled(nested), pickled([nested, nested][0]))


# ------------------------------------------------------------------------------------------- damage


@pytest.fixture
def store(linear: RunRecord, tmp_path: Path) -> Iterator[Path]:
    """A copy to damage."""
    copy = tmp_path / ".metaflow"
    shutil.copytree(root(linear), copy)
    before = sorted(copy.rglob("*"))
    yield copy
    assert set(copy.rglob("*")) <= set(before), "something was written"


def test_missing_blob_is_marked(store: Path, linear: RunRecord) -> None:
    sha = named(linear, "end")["raw"]
    (store / "LinearFlow" / "data" / sha[:2] / sha).unlink()
    held = load_storage("LinearFlow", root=store, values=True)
    assert held.blob(sha).size is None
    assert held["end/4"].last["raw"].damage == "its blob is missing from the store"
    assert held.notes == (f"{sha}: its blob is missing from the store",)


def test_key_map_cut_short_is_marked(store: Path, linear: RunRecord) -> None:
    file = store / "LinearFlow" / linear.run_id / "use" / "3" / "0.data.json"
    file.write_text(file.read_text()[:100])
    held = load_storage("LinearFlow", root=store)
    assert held["use/3"].last.entries == ()
    assert held["use/3"].last.damage == "0.data.json is cut short or no JSON"
    assert "use/3, attempt 0: 0.data.json is cut short or no JSON" in held.notes
    assert named(held, "end") == named(linear, "end")


def test_blob_cut_short_is_marked(store: Path, linear: RunRecord) -> None:
    sha = named(linear, "end")["raw"]
    file = store / "LinearFlow" / "data" / sha[:2] / sha
    file.write_bytes(file.read_bytes()[:12])
    held = load_storage("LinearFlow", root=store, values=True)
    assert held["end/4"].last["raw"].damage == "its blob cannot be unpacked"


def test_unknown_serializer_is_marked(linear: RunRecord, tmp_path: Path) -> None:
    store = tmp_path / ".metaflow"
    shutil.copytree(root(linear), store)
    plant(store, linear.run_id, "odd", b"not a pickle", encoding="odd-v1")
    held = load_storage("LinearFlow", root=store, values=True)
    assert held["end/4"].last["odd"].damage == "written by a serializer that is not known here (odd-v1)"
    assert held.blob(held["end/4"].last["odd"].sha).value == ""


def test_unreadable_folders_are_marked(linear: RunRecord, tmp_path: Path) -> None:
    store = tmp_path / ".metaflow"
    shutil.copytree(root(linear), store)
    run = store / "LinearFlow" / linear.run_id
    for folder in (run / "use" / "3", run / "process"):
        shutil.rmtree(folder)
        folder.symlink_to(folder)  # a loop: no way in, even for root
    held = load_storage("LinearFlow", root=store)
    assert named(held, "end") == named(linear, "end")
    [task] = held.tasks_of("use")
    assert task.last.damage.startswith("its folder cannot be read (")
    assert any("process: cannot be listed (" in note for note in held.notes)


class Malicious:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, (f"touch {self.target}",)


def plant(store: Path, run_id: str, name: str, blob: bytes, encoding: str = "pickle-v4") -> str:
    """Put a blob under a name of the last task, as Metaflow would."""
    sha = hashlib.sha1(blob).hexdigest()
    folder = store / "LinearFlow" / "data" / sha[:2]
    folder.mkdir(exist_ok=True)
    (folder / sha).write_bytes(gzip.compress(blob))
    (folder / f"{sha}_meta").write_text('{"cas_raw": false, "cas_version": 1}')
    file = store / "LinearFlow" / run_id / "end" / "4" / "0.data.json"
    data = json.loads(file.read_text())
    data["objects"][name] = sha
    data["info"][name] = {"size": len(blob), "type": "<class 'dict'>", "encoding": encoding}
    file.write_text(json.dumps(data))
    return sha


@pytest.mark.parametrize("name", ["raw", "_foreach_stack", "_graph_info", "_transition"])
def test_a_pickle_that_would_run_code_is_named_and_not_run(
    linear: RunRecord, tmp_path: Path, name: str
) -> None:
    store, target = tmp_path / ".metaflow", tmp_path / "executed"
    shutil.copytree(root(linear), store)
    blob = pickle.dumps(Malicious(target), protocol=4)
    sha = plant(store, linear.run_id, name, blob)
    held = load_storage("LinearFlow", root=store, values=True, head=64)
    assert not target.exists()
    if name == "raw":
        assert held["end/4"].last["raw"].damage.endswith(".system: not loaded")
    assert any(sha in note or "system" in note for note in held.notes)
    pickle.loads(blob)  # it is what it says
    assert target.exists()
