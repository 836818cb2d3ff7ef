"""Motions of storage: what they leave is the same, drawn frame by frame or skipped."""

from __future__ import annotations

from typing import Any

import pytest
from manim import Animation, LaggedStart
from playing import ghosts, played, points_of
from storage_plays import BLOB, NEW, RAW, STORAGE, filling, keys, merging, scrolling, store_of
from touching import unnamed_changes

from manim_metaflow.animations import storage
from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.storage.content_store import SLOT_HEIGHT
from manim_metaflow.storage import BlobCell, FillStore, HashLabel, MergeArtifacts, Persist


@pytest.mark.parametrize("name", STORAGE)
def test_skipped_leaves_what_is_drawn(name: str) -> None:
    drawn = [points_of(played(STORAGE[name], frame_rate=rate)) for rate in (15, 7, None)]
    assert drawn[0] == drawn[1] == drawn[2]


@pytest.mark.parametrize("name", STORAGE)
def test_motion_leaves(name: str, frame_snapshot) -> None:
    frame_snapshot(played(STORAGE[name], frame_rate=None), name.replace(" ", "-"))


@pytest.mark.parametrize("name", STORAGE)
def test_nothing_is_drawn_that_has_gone(name: str) -> None:
    def together() -> tuple[list[Any], Any]:
        standing, motion = STORAGE[name]()
        return standing, LaggedStart(motion, STORAGE["write"]()[1], lag_ratio=0.5)

    assert ghosts(STORAGE[name]) == set()
    assert ghosts(together) == set()


def test_every_public_motion_is_played() -> None:
    public = {vars(storage)[name] for name in storage.__all__}
    assert {each for each in public if issubclass(each, Animation)} <= {
        type(make()[1]) for make in STORAGE.values()
    }


@pytest.mark.parametrize("name", STORAGE)
def test_every_change_is_named(name: str) -> None:
    assert unnamed_changes(STORAGE[name]) == set()


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
