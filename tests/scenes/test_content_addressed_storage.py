"""``scenes/content_addressed_storage.py``: legible, and each statement true of runs made now."""

from __future__ import annotations

import gzip
import pickle
from types import ModuleType

from film import Retold, Walk, untraced
from film_tests import (  # noqa: F401 (pytest runs them here)
    test_an_unchanged_film_is_not_drawn_again,
    test_every_beat_has_a_caption_and_is_clear_to_read,
    test_every_section_ends_as_it_did,
    test_it_is_as_clear_to_read_in_light,
)
from storage_film import blob_of, check_keys, explained, fixed_keys, pickled, pickles_of_set, story_of

from manim_metaflow.facts import RunRecord, storage_totals
from manim_metaflow.utils.units import readable_size

RETOLD_LIVE = True
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


RAW = [day * 37 % 1009 for day in range(200_000)]
TABLE = [reading for reading in RAW if reading % 3]
UNIT = "mg/ml"
TAGS = ("red", "green", "blue", "amber", "cyan", "gray")


def keys(run: RunRecord) -> set[str]:
    return {sha for _, _, sha in fixed_keys(run)}


def test_every_number_is_traced_to_the_records(walked: Walk, film: ModuleType) -> None:
    runs = film.recordings()
    sums = [storage_totals([run.storage for run in runs[:count]]) for count in (1, 2, 3)]
    also = [
        r"SHA-1",
        r"tags = .*",
        r"A list from .*",
        r"A set of strings that two steps only read.*",
        r"Two equal lists\. One holds the same string twice.*",
        r"(dose|other) = \[1, 2, 3, [45]\]",
        rf"SEED={film.SEED} run",
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
    files = (film.CATALOG, film.REPORT, film.DRIFT)
    assert untraced(walked, explained(runs), files, patterns=also) == set()


def test_recordings_say_what_metaflow_does_now(film: ModuleType, live: tuple[RunRecord, ...]) -> None:
    for recorded, made in zip(film.recordings(), live, strict=True):
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
    clean = first.storage["clean/2"].last
    assert {e.name for e in clean.artifacts if e.change == "inherited"} == {"raw", "seed"}
    assert {e.name for e in clean.artifacts if e.change == "created"} == {"table"}  # "only table is new"
    for sha in keys(first):  # "a blob is never written over"
        assert blob_of(other, sha).read_bytes() == blob_of(first, sha).read_bytes()
    [twin] = keys(foreign) & keys(other)  # "the same key, kept once more"
    both = foreign.recording.with_suffix(".store") / ".metaflow"
    for flow in ("CatalogFlow", "ReportFlow"):
        assert (both / flow / "data" / twin[:2] / twin).is_file()
    start, look = drift.storage["start/1"].last, drift.storage["look/2"].last
    one, another = (bytes.fromhex(drift.storage.blob(start[name].sha).head) for name in ("dose", "other"))
    assert sum(a != b for a, b in zip(one, another, strict=True)) == 1  # "one byte"
    assert look["dose"].change == "changed"
    before = blob_of(drift, start["dose"].sha)
    assert pickle.loads(gzip.decompress(before.read_bytes())) == [1, 2, 3, 4]  # "as it was"
    assert first.storage.packages == ()  # "a local run keeps none"
    [package] = packed.storage.packages
    assert blob_of(packed, package.sha).stat().st_size == package.size


def test_totals_are_those_of_the_files(film: ModuleType, live: tuple[RunRecord, ...]) -> None:
    runs = live[:3]
    named = [sha for run in runs for _, _, sha in fixed_keys(run)]
    files = {sha: blob_of(runs[-1], sha).read_bytes() for sha in named}
    sizes = {sha: len(gzip.decompress(data)) for sha, data in files.items()}
    totals = storage_totals([run.storage for run in runs])
    assert (totals.entries, totals.blobs) == (len(named), len(files))
    assert totals.written == sum(sizes[sha] for sha in named)
    assert totals.unique == sum(sizes.values())
    assert totals.stored == sum(map(len, files.values()))
    recorded = storage_totals([run.storage for run in film.recordings()[:3]])
    assert (recorded.written, recorded.unique) == (totals.written, totals.unique)


def test_one_object_twice_and_two_equal_ones_have_other_bytes(live: tuple[RunRecord, ...]) -> None:
    drift = live[-1]
    start = drift.storage["start/1"].last
    bytes_ = {
        name: gzip.decompress(blob_of(drift, start[name].sha).read_bytes()) for name in ("shared", "apart")
    }
    values = {name: pickle.loads(data) for name, data in bytes_.items()}
    assert values["shared"] == values["apart"]  # "two equal lists"
    assert [one is other for one, other in values.values()] == [True, False]
    assert bytes_["shared"].count(UNIT.encode()) == 1  # "writes the string once and refers back to it"
    assert bytes_["apart"].count(UNIT.encode()) == 2
    assert start["shared"].sha != start["apart"].sha


def test_equal_sets_have_other_keys(film: ModuleType, live: tuple[RunRecord, ...]) -> None:
    for drift in (film.recordings()[-1], live[-1]):
        tags = [task.last["tags"] for task in drift.storage.tasks[1:]]
        assert len({drift.storage.blob(entry.sha).value for entry in tags}) == 1
        # Six words have 720 orders: that three processes agree is one chance in half a million.
        assert len({entry.sha for entry in tags}) > 1
        assert {entry.change for entry in tags} <= {"created", "re-keyed", "inherited"}


def test_every_key_on_screen_is_that_of_its_value(
    film: ModuleType, retold: Retold, live: tuple[RunRecord, ...]
) -> None:
    values = {
        "raw": [pickled(RAW)],
        "table": [pickled(TABLE)],
        "seed": [pickled(seed) for seed in (5, int(film.SEED))],
        "model": [
            pickled([seed * reading % 97 for reading in TABLE[:40_000]]) for seed in (5, int(film.SEED))
        ],
        "mean": [pickled(sum(RAW) / len(RAW))],
        "dose": [pickled([1, 2, 3, 4]), pickled([1, 2, 3, 4, 5])],
        "other": [pickled([1, 2, 3, 5])],
        "shared": [pickled([UNIT, UNIT])],
        "apart": [pickled([UNIT, "".join(list(UNIT))])],
        "tags": pickles_of_set(TAGS),
    }
    check_keys(retold.walk, live, values)
