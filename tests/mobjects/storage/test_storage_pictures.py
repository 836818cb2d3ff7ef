"""Storage as pictures: faces told apart, parts in every state, stores of any size, damage marked."""

from __future__ import annotations

import hashlib
import math
import random
from itertools import combinations, pairwise

import pytest
from manim import DOWN, VGroup, config

from manim_metaflow import (
    DARK_THEME,
    LIGHT_THEME,
    ArtifactChip,
    ContentStore,
    FlowInfo,
    KeyMap,
    RunRecord,
    use_theme,
)
from manim_metaflow.errors import UsageError
from manim_metaflow.graph import StepInfo
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.storage.face import CELLS, HUES, Face, face_color, face_pattern
from manim_metaflow.mobjects.storage.slots import BlobSlot
from manim_metaflow.runs import ArtifactRecord, AttemptRecord, TaskRecord
from manim_metaflow.storage import (
    BlobBytes,
    BlobCell,
    BytesStrip,
    HashLabel,
    KeyEntry,
    KeyMapRecord,
    LifecycleTrack,
    MetadataPanel,
    StoragePanel,
    TaskKeys,
)
from manim_metaflow.theme import Theme, contrast, mix

RAW = "b68cc035a7f59d6d9285aaa4359c51872f204f8a"
HEAD = "8004950b000000000000005d94284b014b024b03652e"
BLOB = BlobBytes(RAW, 37, 22, "list", head=HEAD, value="[1, 2, 3]")
LOST = BlobBytes(RAW, None, 22, "list", damage="its blob is missing from the store")
MADE = KeyEntry("raw", RAW, 22, "list")
KEPT = KeyEntry(
    "unit", "ca634dbfa90e1bf4e0f9ad9ed2dcbe0b4c1b1ca9", 17, "str", change="inherited", source="start/1"
)
BROKEN = KeyEntry("table", "4012b77be09ba295ed931fd878bb1c1745e12b27", 24, damage="its blob is missing")


def task(*entries: KeyEntry, **facts: object) -> TaskKeys:
    return TaskKeys("use", "3", (KeyMapRecord(0, facts.pop("stored", True), entries, **facts),))


def shas(count: int) -> list[str]:
    dice = random.Random(20)
    return [hashlib.sha1(dice.randbytes(8)).hexdigest() for _ in range(count)]


def run_of(count: int) -> RunRecord:
    artifacts = tuple(ArtifactRecord(f"a{i}", sha, 1000, "list") for i, sha in enumerate(shas(count)))
    done = TaskRecord("start", "1", "done", attempts=(AttemptRecord(0, "done", artifacts=artifacts),))
    return RunRecord(
        FlowInfo("BigFlow", (StepInfo("start", "end"),), (), "start", "start"), "1", "successful", (done,)
    )


PICTURES = {
    "chip": lambda: ArtifactChip("raw", RAW, size=0.5, value="[1, 2, 3]"),
    "chip before its hash": lambda: ArtifactChip("raw", RAW, size=0.5, value="[1, 2, 3]", hashed=False),
    "blob": lambda: BlobCell(BLOB),
    "blob missing": lambda: BlobCell(LOST),
    "bytes": lambda: BytesStrip(BLOB, shown=22),
    "bytes abridged": lambda: BytesStrip(BLOB, shown=12),
    "bytes marked": lambda: BytesStrip(BLOB, shown=22, marked=(15,)),
    "hash": lambda: HashLabel(RAW),
    "key map": lambda: KeyMap(task(MADE, KEPT)),
    "key map damaged": lambda: KeyMap(task(MADE, BROKEN)),
    "key map never closed": lambda: KeyMap(task(stored=False)),
    "key map cut short": lambda: KeyMap(task(damage="0.data.json is cut short or no JSON")),
    "key map elided": lambda: KeyMap(task(MADE, KEPT), rows=1),
    "track": lambda: LifecycleTrack(width=8).advance_to("persist"),
    "track done": lambda: LifecycleTrack(width=8).advance_to(None),
    "metadata": lambda: MetadataPanel("TinyFlow", "1763700154", "use/3", ["raw", "unit"]).register("raw"),
    "panel": lambda: StoragePanel("task memory", width=5, height=1.5),
    "store": lambda: ContentStore(run_of(6)).fill(*shas(6)),
    "store elided": lambda: ContentStore(run_of(10_000), rows=2).fill(*shas(10_000)),
}


@pytest.mark.parametrize("name", PICTURES)
def test_picture(name: str, frame_snapshot) -> None:
    frame_snapshot(PICTURES[name](), name.replace(" ", "-"))


def test_pictures_in_light(frame_snapshot) -> None:
    with use_theme(LIGHT_THEME):
        names = ("chip", "blob", "bytes", "hash", "key map", "track")
        shown = VGroup(*[PICTURES[name]() for name in names]).arrange(DOWN, buff=0.3)
        ground = Shape(rounded_rectangle(14, 7.9, 0.1), fill=LIGHT_THEME.background)
        frame_snapshot(VGroup(ground, shown))


# -------------------------------------------------------------------------------------------- faces


ACUITY = 1 / 60
"""Degrees that a healthy eye resolves."""
NOTICED = 10
"""Distance of two colours (CIE 1976) that nobody takes for one: four times the least one that is noticed."""


def lab(color: str) -> tuple[float, float, float]:
    """A colour in CIE L*a*b*, D65."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    sums = [sum(a * b for a, b in zip(row, linear, strict=True)) for row in rows]
    x, y, z = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (held / white for held, white in zip(sums, (0.95047, 1, 1.08883), strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def test_any_two_colours_of_faces_are_told_apart() -> None:
    assert min(math.dist(lab(one), lab(other)) for one, other in combinations(HUES, 2)) >= NOTICED


def test_one_cell_of_the_smallest_face_can_be_seen() -> None:
    """At three times the picture's height, a usual distance from a screen."""
    smallest = float(ArtifactChip("raw", RAW).face.pattern.height) / CELLS
    angle = math.degrees(smallest / config.frame_height / 3)
    assert angle >= 4 * ACUITY


def test_faces_of_twenty_are_told_apart() -> None:
    """Of 10,000 hashes, in pictures of 20, no two have both the colour and all 25 cells in common.

    Another colour is told apart because any two are far from each other, another pattern because one cell
    can be seen: the two tests above. There are some 360,000 looks, so that of a thousand pictures of 20
    about one has two faces alike.
    """
    looks = [(face_color(sha), face_pattern(sha)) for sha in shas(10_000)]
    pictures = [looks[start : start + 20] for start in range(0, len(looks), 20)]
    assert [picture for picture in pictures if len(set(picture)) < 20] == []
    assert len(set(looks)) > 9_800


@pytest.mark.parametrize("theme", [DARK_THEME, LIGHT_THEME], ids=lambda theme: theme.name)
def test_a_face_stands_out_from_its_ground(theme: Theme) -> None:
    for hue in HUES:
        tile = mix(hue, DARK_THEME.background, 0.2)
        assert contrast(hue, tile) >= 3
        for ground in (theme.background, theme.panel):  # by its pattern on the dark, by its tile on the light
            assert max(contrast(hue, ground), contrast(tile, ground)) >= 3
    assert {face_color(sha) for sha in shas(10_000)} == set(HUES)


def test_a_face_is_the_same_in_every_theme() -> None:
    faces = []
    for theme in (DARK_THEME, LIGHT_THEME):
        with use_theme(theme):
            face = Face(RAW)
            faces.append([(part.points.tobytes(), part.fill_rgbas.tobytes()) for part in face])
    assert faces[0] == faces[1]


# ------------------------------------------------------------------------------------------- stores


def test_a_store_of_ten_thousand_draws_what_it_shows() -> None:
    store = ContentStore(run_of(10_000), rows=2)
    store.fill(*shas(10_000))
    assert len(store.blobs) == 2 * 9
    assert [line.text for line in store.blobs[-1].lines] == ["9,983", "more", "10.0 MB"]
    assert shas(10_000)[9_000] in store


@pytest.mark.parametrize("name", ["x", "eight_ch", "a_name_of_thirty_letters_or_so"])
@pytest.mark.parametrize("width", [3.0, 12.9])
def test_names_of_blobs_do_not_reach_the_next_blob(name: str, width: float) -> None:
    flow = FlowInfo("BigFlow", (StepInfo("start", "end"),), (), "start", "start")
    made = tuple(ArtifactRecord(name, sha, 123_456, "list") for sha in shas(12))
    task = TaskRecord("start", "1", "done", attempts=(AttemptRecord(0, "done", artifacts=made),))
    store = ContentStore(RunRecord(flow, "1", "successful", (task,)), width=width).fill(*shas(12))
    for one, other in pairwise(store.blobs):
        if abs(one.get_y() - other.get_y()) < 0.01:
            assert one.lines.get_right()[0] < other.face.get_left()[0]
    assert max(slot.get_right()[0] for slot in store.blobs) < store.panel.get_right()[0]


def test_a_store_scrolls() -> None:
    held = shas(100)
    store = ContentStore(run_of(100), rows=2).fill(*held)
    first = {slot.sha for slot in store.blobs if isinstance(slot, BlobSlot)}
    store.scroll(5)
    then = {slot.sha for slot in store.blobs if isinstance(slot, BlobSlot)}
    assert then == set(held[45 : 45 + 17])
    assert not first & then
    assert all(slot.get_top()[1] <= store.panel.get_top()[1] for slot in store.blobs)


SCALED = {
    "store": (lambda: ContentStore(run_of(30), rows=2), lambda store: store.fill(*shas(30))),
    "key map": (lambda: KeyMap(task(MADE, KEPT)).show_only(), lambda keys: keys.write("raw", "unit")),
    "metadata": (
        lambda: MetadataPanel("TinyFlow", "1", "use/3", ["raw", "unit"]),
        lambda panel: panel.register("raw", "unit"),
    ),
}


@pytest.mark.parametrize("name", SCALED)
def test_what_comes_later_fits_what_has_grown(name: str) -> None:
    """Filled and then scaled, or scaled and then filled: the same picture."""
    build, fill = SCALED[name]
    after = fill(build()).scale(1.4, about_point=(0, 0, 0)).shift((1, 2, 0))
    before = fill(build().scale(1.4, about_point=(0, 0, 0)).shift((1, 2, 0)))
    for one, other in zip(after.get_family(), before.get_family(), strict=True):
        assert len(one.points) == len(other.points)
        assert abs(one.points - other.points).max(initial=0) < 1e-6, one


def test_a_store_without_limit_has_a_place_for_each() -> None:
    store = ContentStore(run_of(30)).fill(*shas(30))
    assert [slot.sha for slot in store.blobs] == shas(30)


def test_unknown_names_are_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"use/3 shows no 'nope'.*raw, unit"):
        KeyMap(task(MADE, KEPT))["nope"]
    with pytest.raises(UsageError, match=r"no stage 'nope'.*create, serialize"):
        LifecycleTrack().advance_to("nope")
    with pytest.raises(UsageError, match=r"has no line for 'nope'"):
        MetadataPanel("TinyFlow", "1", "use/3", ["raw"]).line("nope")
    with pytest.raises(UsageError, match="no attempt 4"):
        KeyMap(task(MADE), attempt=4)
