"""Motions of storage: what they leave is the same, drawn frame by frame or skipped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from manim import DOWN, LEFT, RIGHT, UP, Animation, LaggedStart
from playing import ghosts, played, points_of
from touching import unnamed_changes

from manim_metaflow import ArtifactChip, ContentStore, FlowInfo, KeyMap, RunRecord
from manim_metaflow.animations import storage
from manim_metaflow.errors import UsageError
from manim_metaflow.graph import StepInfo
from manim_metaflow.mobjects.storage.content_store import SLOT_HEIGHT
from manim_metaflow.runs import ArtifactRecord, AttemptRecord, TaskRecord
from manim_metaflow.storage import (
    AdvanceTrack,
    BlobBytes,
    BlobCell,
    BytesStrip,
    CreateArtifact,
    FillStore,
    HashBytes,
    HashLabel,
    Inherit,
    KeyEntry,
    KeyMapRecord,
    LifecycleTrack,
    LoadArtifact,
    MergeArtifacts,
    MetadataPanel,
    MutateInPlace,
    Persist,
    RegisterArtifact,
    ScrollStore,
    Serialize,
    TaskKeys,
    WriteKeys,
)

RAW, NEW = "b68cc035a7f59d6d9285aaa4359c51872f204f8a", "4012b77be09ba295ed931fd878bb1c1745e12b27"
BLOB = BlobBytes(RAW, 37, 22, "list", head="8004950b000000000000005d94284b014b024b03652e")


def keys(step: str, **shas: str) -> KeyMap:
    entries = tuple(KeyEntry(name, sha, 22) for name, sha in shas.items())
    return KeyMap(TaskKeys(step, "1", (KeyMapRecord(0, True, entries),)))


def chip(sha: str = RAW, **options: Any) -> ArtifactChip:
    return ArtifactChip("raw", sha, value="[1, 2, 3]", **options)


def hashing() -> tuple[list[Any], Any]:
    strip, made = BytesStrip(BLOB), chip(hashed=False).shift(2 * UP)
    return [strip, made], HashBytes(strip, HashLabel(RAW).shift(DOWN), chip=made)


def persisting(exists: bool) -> tuple[list[Any], Any]:
    label, cell = HashLabel(RAW).shift(UP), BlobCell(BLOB).shift(DOWN)
    return [label, *([cell] if exists else [])], Persist(label, cell, exists=exists)


def loading() -> tuple[list[Any], Any]:
    rows, cell = keys("start", raw=RAW).shift(4 * LEFT), BlobCell(BLOB)
    return [rows, cell], LoadArtifact(rows["raw"], cell, chip().shift(4 * RIGHT))


def registering() -> tuple[list[Any], Any]:
    rows, panel = keys("start", raw=RAW).shift(UP), MetadataPanel("TinyFlow", "1", "start/1", ["raw"])
    return [rows, panel], RegisterArtifact(rows["raw"], panel)


def inheriting() -> tuple[list[Any], Any]:
    parent, child = keys("a", raw=RAW).shift(3 * LEFT), keys("b", raw=RAW, more=NEW).shift(3 * RIGHT)
    return [parent], Inherit(parent, child)


def merging(right: str) -> tuple[list[Any], Any]:
    maps = [keys("a", raw=RAW).shift(4 * LEFT), keys("b", raw=right).shift(4 * RIGHT), keys("join", raw=RAW)]
    return maps[:2], MergeArtifacts(maps[:2], maps[2])


def mutating() -> tuple[list[Any], Any]:
    before = chip()
    return [before], MutateInPlace(before, chip(NEW), store=BlobCell(BlobBytes(NEW, 39, 24)).shift(2 * DOWN))


def creating() -> tuple[list[Any], Any]:
    return [], CreateArtifact(chip(hashed=False))


def serializing() -> tuple[list[Any], Any]:
    made = chip(hashed=False).shift(UP)
    return [made], Serialize(made, BytesStrip(BLOB))


def advancing() -> tuple[list[Any], Any]:
    track = LifecycleTrack()
    return [track], AdvanceTrack(track, "hash")


def store_of(count: int, **options: Any) -> tuple[ContentStore, list[str]]:
    shas = [hashlib.sha1(str(number).encode()).hexdigest() for number in range(count)]
    artifacts = tuple(ArtifactRecord(f"a{at}", sha, 1000, "list") for at, sha in enumerate(shas))
    done = TaskRecord("start", "1", "done", attempts=(AttemptRecord(0, "done", artifacts=artifacts),))
    flow = FlowInfo("BigFlow", (StepInfo("start", "end"),), (), "start", "start")
    return ContentStore(RunRecord(flow, "1", "successful", (done,)), **options), shas


def filling(count: int, **options: Any) -> tuple[list[Any], Any]:
    store, shas = store_of(count, grows=True, **options)
    store.shift(2 * UP).fill(*shas[:3])
    return [store], FillStore(store, *shas[3:])


def scrolling(row: int) -> tuple[list[Any], Any]:
    store, shas = store_of(100, rows=3)
    store.fill(*shas)
    return [store], ScrollStore(store, row)


SETTINGS: dict[str, Callable[[], tuple[list[Any], Any]]] = {
    "create": creating,
    "serialize": serializing,
    "hash": hashing,
    "persist": lambda: persisting(False),
    "persist again": lambda: persisting(True),
    "write": lambda: ([], WriteKeys(keys("a", raw=RAW))),
    "register": registering,
    "load": loading,
    "inherit": inheriting,
    "merge": lambda: merging(RAW),
    "conflict": lambda: merging(NEW),
    "mutate": mutating,
    "track": advancing,
    "fill": lambda: filling(10),
    "fill over": lambda: filling(10_000, rows=3),
    "scroll": lambda: scrolling(2),
    "scroll far": lambda: scrolling(7),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_skipped_leaves_what_is_drawn(name: str) -> None:
    drawn = [points_of(played(SETTINGS[name], frame_rate=rate)) for rate in (15, 7, None)]
    assert drawn[0] == drawn[1] == drawn[2]


@pytest.mark.parametrize("name", SETTINGS)
def test_motion_leaves(name: str, frame_snapshot) -> None:
    frame_snapshot(played(SETTINGS[name], frame_rate=None), name.replace(" ", "-"))


@pytest.mark.parametrize("name", SETTINGS)
def test_nothing_is_drawn_that_has_gone(name: str) -> None:
    def together() -> tuple[list[Any], Any]:
        standing, motion = SETTINGS[name]()
        return standing, LaggedStart(motion, SETTINGS["write"]()[1], lag_ratio=0.5)

    assert ghosts(SETTINGS[name]) == set()
    assert ghosts(together) == set()


def test_every_public_motion_is_played() -> None:
    public = {vars(storage)[name] for name in storage.__all__}
    assert {each for each in public if issubclass(each, Animation)} <= {
        type(make()[1]) for make in SETTINGS.values()
    }


@pytest.mark.parametrize("name", SETTINGS)
def test_every_change_is_named(name: str) -> None:
    assert unnamed_changes(SETTINGS[name]) == set()


def test_a_store_grows_with_what_it_holds_and_counts_the_rest() -> None:
    store, shas = store_of(10_000, rows=3, grows=True)
    top, heights = store.panel.get_top()[1], []
    for count in (1, 9, 10, 27, 10_000):
        FillStore(store, *shas[:count])
        heights.append(round(store.open_rows))
        assert store.panel.get_top()[1] == pytest.approx(top)
        assert all(slot.get_bottom()[1] >= store.panel.get_bottom()[1] for slot in store.blobs)
    assert heights == [1, 1, 2, 3, 3]
    assert len(store.blobs) == 27
    assert store.blobs[-1].lines[0].text == f"{10_000 - 26:,}"


def test_a_store_counts_up_as_it_is_filled() -> None:
    _, fill = filling(10_000, rows=3)
    [store] = fill.parts
    fill.begin()
    seen = []
    for seconds in (fill.length - 1.4, fill.length - 0.7, fill.length):
        fill.interpolate(seconds / fill.length)
        seen.append([line.text for line in store.blobs[-1].lines])
    assert [texts[0] for texts in seen] == ["0", "4,987", "9,974"]
    assert seen[-1] == ["9,974", "more", "10.0 MB"]


def test_what_a_scroll_keeps_only_moves() -> None:
    standing, scroll = scrolling(1)
    [store] = standing
    final = {slot.sha: slot.face.get_center()[1] for slot in store.blobs}
    [clip] = scroll.clips
    clip.show(0.0)
    start = {slot.sha: slot.face.get_center()[1] for slot in store.blobs}
    both = [sha for sha in start if sha in final and sha in store._order]
    kept = [sha for sha in both if abs(final[sha] - start[sha] - SLOT_HEIGHT) < 1e-6]
    assert len(kept) >= 9 + 8
    clip.show(1.0)
    assert {slot.sha: slot.face.get_center()[1] for slot in store.blobs} == final


def test_conflict_copies_nothing() -> None:
    _, merge = merging(NEW)
    assert merge.conflicts == ["raw"]
    _, fine = merging(RAW)
    assert fine.conflicts == []


def test_settled_names_do_not_conflict() -> None:
    maps = [keys("a", raw=RAW, more=RAW), keys("b", raw=NEW, more=RAW), keys("join", raw=NEW, more=RAW)]
    assert MergeArtifacts(maps[:2], maps[2], settled=["raw"]).conflicts == []


def test_a_face_goes_only_to_its_own_blob() -> None:
    with pytest.raises(UsageError, match="is for key b68cc035a7, not for 4012b77be0"):
        Persist(HashLabel(NEW), BlobCell(BLOB))
    with pytest.raises(UsageError, match="at least one"):
        MergeArtifacts([], keys("join"))
