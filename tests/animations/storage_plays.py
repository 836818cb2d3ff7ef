"""What is played in tests of the motions of storage: for each what stands on the scene, and the animation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from manim import DOWN, LEFT, RIGHT, UP

from manim_metaflow import ArtifactChip, ContentStore, FlowInfo, KeyMap, RunRecord
from manim_metaflow.graph import StepInfo, StepNode
from manim_metaflow.runs import ArtifactRecord, AttemptRecord, TaskRecord
from manim_metaflow.storage import (
    AdvanceTrack,
    BlobBytes,
    BlobCell,
    BytesStrip,
    CarryValues,
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
    StoragePanel,
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


def loading_for_a_client() -> tuple[list[Any], Any]:
    rows, cell = keys("start", raw=RAW), BlobCell(BLOB).shift(2 * DOWN)
    client = StoragePanel("client", width=4, height=1).shift(2 * UP)
    return [rows, cell, client], LoadArtifact(rows["raw"], cell, chip().shift(4 * RIGHT), asker=client)


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


def carrying() -> tuple[list[Any], Any]:
    box, value = StepNode("clean").shift(2 * LEFT), chip(show="value").shift(2 * RIGHT)
    return [box], CarryValues([(value, box)])


STORAGE: dict[str, Callable[[], tuple[list[Any], Any]]] = {
    "create": creating,
    "serialize": serializing,
    "hash": hashing,
    "persist": lambda: persisting(False),
    "persist again": lambda: persisting(True),
    "write": lambda: ([], WriteKeys(keys("a", raw=RAW))),
    "register": registering,
    "load": loading,
    "load for a client": loading_for_a_client,
    "inherit": inheriting,
    "merge": lambda: merging(RAW),
    "conflict": lambda: merging(NEW),
    "mutate": mutating,
    "track": advancing,
    "fill": lambda: filling(10),
    "fill over": lambda: filling(10_000, rows=3),
    "carry": carrying,
    "scroll": lambda: scrolling(2),
    "scroll far": lambda: scrolling(7),
}
