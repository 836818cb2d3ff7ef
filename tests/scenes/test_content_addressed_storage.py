"""``scenes/content_addressed_storage.py``: legible, and each statement true of runs made now."""

from __future__ import annotations

import gzip
import hashlib
import pickle
from types import ModuleType

import pytest
from film import SCENES
from storage_film import check_beats, film, fixed_keys, story_of, untraced

from manim_metaflow.facts import RunRecord, storage_totals
from manim_metaflow.facts.units import readable_size

SECTIONS = [
    "title",
    "one run",
    "the same run again",
    "another seed",
    "another flow",
    "one byte",
    "in place",
    "the same value, other bytes",
    "the code package",
    "the sum",
]


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return film("content_addressed_storage", monkeypatch)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunRecord, ...]:
    """The film's runs, made now."""
    from film import load

    return load("content_addressed_storage").recordings(recordings=tmp_path_factory.mktemp("live"))


def keys(run: RunRecord) -> set[str]:
    return {sha for _, _, sha in fixed_keys(run)}


def test_every_beat_is_clear_to_read(storage: ModuleType) -> None:
    check_beats(storage.ContentAddressedStorage, SECTIONS)


def test_every_section_ends_as_it_did(storage: ModuleType, frame_snapshot) -> None:
    frame_snapshot.scene(storage.ContentAddressedStorage)


def test_every_number_is_traced_to_the_records(storage: ModuleType) -> None:
    runs = storage.recordings()
    sums = [storage_totals([run.storage for run in runs[:count]]) for count in (1, 2, 3)]
    also = [
        r"SHA-1",
        r"tags = .*",
        r"A list from .*",
        r"A set of strings that two steps only read.*",
        rf"SEED={storage.SEED} run",
        r"on disk",
    ]
    also += [rf"{t.entries} artifacts(  {readable_size(t.written)})?" for t in sums]
    also += [rf"{t.blobs} blobs(  {readable_size(t.unique)})?" for t in sums]
    also += [readable_size(size) for size in (sums[2].written, sums[2].unique, sums[2].stored)]
    also += [
        rf"After the last task: {sums[0].entries} names in three lists, {sums[0].blobs} blobs\.",
        r".*New blobs: 0\.",
        r"One number differs, one byte of the pickle.*",
        r"Equal values, but 3 keys and 3 blobs: .*",
        rf"Three runs of one flow\. {readable_size(sums[2].saved)} of pickles .*",
    ]
    flows = (storage.CATALOG, storage.REPORT, storage.DRIFT)
    assert untraced(storage.ContentAddressedStorage, runs, also, flows) == set()


def test_recordings_say_what_metaflow_does_now(storage: ModuleType, live: tuple[RunRecord, ...]) -> None:
    for recorded, made in zip(storage.recordings(), live, strict=True):
        assert recorded.status == made.status
        assert story_of(recorded) == story_of(made)
        assert fixed_keys(recorded, "tags") == fixed_keys(made, "tags")
        assert len(recorded.new_blobs) == len(made.new_blobs)


def test_captions_are_true(live: tuple[RunRecord, ...]) -> None:
    first, again, other, foreign, packed, drift = live
    assert again.new_blobs == ()  # "new blobs: 0"
    assert all(not task.cloned for task in again.tasks)  # "every task executes again"
    assert len(again.executed) == len(first.executed) == 3
    made = {e.name for t in other.storage.tasks for e in t.last.artifacts if e.sha in other.new_blobs}
    assert made == {"seed", "model"}
    old = first.recording.with_suffix(".store") / ".metaflow" / "CatalogFlow" / "data"
    now = other.recording.with_suffix(".store") / ".metaflow"
    for sha in keys(first):  # "a blob is never written over"
        kept = now / "CatalogFlow" / "data" / sha[:2] / sha
        assert kept.read_bytes() == (old / sha[:2] / sha).read_bytes()
    [shared] = keys(foreign) & keys(other)  # "the same key, kept once more"
    both = foreign.recording.with_suffix(".store") / ".metaflow"
    for flow in ("CatalogFlow", "ReportFlow"):
        assert (both / flow / "data" / shared[:2] / shared).is_file()
    start, look = drift.storage["start/1"].last, drift.storage["look/2"].last
    one, another = (bytes.fromhex(drift.storage.blob(start[name].sha).head) for name in ("dose", "other"))
    assert sum(a != b for a, b in zip(one, another, strict=True)) == 1  # "one byte"
    assert look["dose"].change == "changed"
    shelf = drift.recording.with_suffix(".store") / ".metaflow" / "DriftFlow" / "data"
    before = shelf / start["dose"].sha[:2] / start["dose"].sha
    assert pickle.loads(gzip.decompress(before.read_bytes())) == [1, 2, 3, 4]  # "as it was"
    assert first.storage.packages == ()  # "a local run keeps none"
    [package] = packed.storage.packages
    file = packed.recording.with_suffix(".store") / ".metaflow" / package.path
    assert hashlib.sha1(file.read_bytes()).hexdigest() == package.sha


def test_equal_sets_have_other_keys(storage: ModuleType, live: tuple[RunRecord, ...]) -> None:
    for drift in (storage.recordings()[-1], live[-1]):
        tags = [task.last["tags"] for task in drift.storage.tasks[1:]]
        assert len({drift.storage.blob(entry.sha).value for entry in tags}) == 1
        # Six words have 720 orders: that three processes agree is one chance in half a million.
        assert len({entry.sha for entry in tags}) > 1
        assert {entry.change for entry in tags} <= {"created", "re-keyed", "inherited"}


def test_raw_key_is_that_of_its_value(storage: ModuleType) -> None:
    raw = pickle.dumps([day * 37 % 1009 for day in range(200_000)], protocol=4)
    assert hashlib.sha1(raw).hexdigest() in keys(storage.recordings()[0])
    assert SCENES.is_dir()
