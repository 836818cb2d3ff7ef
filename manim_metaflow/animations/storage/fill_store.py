"""A store in motion: blobs come, the shelf grows, counts what has no place, and scrolls."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import UP, smooth

from manim_metaflow.animations.motion.look import Look
from manim_metaflow.animations.motion.timeline import Clip
from manim_metaflow.animations.storage.clips import EnterClip, Motion
from manim_metaflow.mobjects.storage.content_store import SLOT_HEIGHT, ContentStore
from manim_metaflow.mobjects.storage.slots import BlobSlot, MoreSlot

__all__ = ["FillStore", "ScrollStore"]

STEP, LONGEST = 0.12, 2.4
"""Seconds from one blob to the next, and for all of them."""


class FillStore(Motion):
    """Blobs come to a store, one after the other. A store that grows grows; one that is full counts.

    Parameters
    ----------
    store
        The store.
    shas
        The keys, in the order in which they come. However many they are, no more are drawn than the store
        has places for.

    Examples
    --------
    .. manim:: FillStoreExample

        class FillStoreExample(Scene):
            def construct(self):
                keys = [f"{number:02x}" * 20 for number in range(11, 251, 11)]
                made = tuple(ArtifactRecord(f"a{at}", sha, 22, "int") for at, sha in enumerate(keys))
                task = TaskRecord("start", "1", "done", attempts=(AttemptRecord(0, "done", artifacts=made),))
                flow = FlowInfo("TinyFlow", (StepInfo("start", "end"),), (), "start", "start")
                run = RunRecord(flow, "1", "successful", (task,))
                store = ContentStore(run, rows=2, grows=True).shift(UP)
                self.add(store)
                self.play(FillStore(store, *keys))
    """

    def __init__(self, store: ContentStore, *shas: str, **kwargs: Any) -> None:
        before = store.open_rows
        held = {id(part) for part in store.blobs}
        counted = store.hidden
        store.fill(*shas)
        come = [slot for slot in store.blobs if id(slot) not in held]
        step = min(STEP, LONGEST / max(1, len(come)))
        clips: list[Clip] = [
            EnterClip(at * step, at * step + 0.4, slot, scale=0.7) for at, slot in enumerate(come)
        ]
        end = max((clip.end for clip in clips), default=0.4)
        if store.open_rows != before:
            clips.append(GrowClip(0, max(0.4, end / 2), store, before))  # there before what stands on it
        more = [slot for slot in store.blobs if isinstance(slot, MoreSlot)]
        if more:
            clips.append(CountClip(max(0.0, end - 0.4), end + 1.0, store, more[0], counted))
        super().__init__([store], clips, **kwargs)


class ScrollStore(Motion):
    """A store shows another part of its shelf.

    Parameters
    ----------
    store
        The store.
    row
        The row that comes first afterwards.

    Examples
    --------
    .. manim:: ScrollStoreExample

        class ScrollStoreExample(Scene):
            def construct(self):
                keys = [f"{number:02x}" * 20 for number in range(11, 251, 5)]
                made = tuple(ArtifactRecord(f"a{at}", sha, 22, "int") for at, sha in enumerate(keys))
                task = TaskRecord("start", "1", "done", attempts=(AttemptRecord(0, "done", artifacts=made),))
                flow = FlowInfo("TinyFlow", (StepInfo("start", "end"),), (), "start", "start")
                store = ContentStore(RunRecord(flow, "1", "successful", (task,)), rows=2).fill(*keys)
                self.add(store)
                self.play(ScrollStore(store, 2))
    """

    def __init__(self, store: ContentStore, row: int, **kwargs: Any) -> None:
        self._clip = ScrollClip(0, 1.0, store, row)
        super().__init__([store], [self._clip], **kwargs)

    def clean_up_from_scene(self, scene: Any) -> None:
        """Leave what has gone as it was, for when it comes back."""
        super().clean_up_from_scene(scene)
        self._clip.restore()


class GrowClip(Clip):
    """The shelf becomes as high as what it holds needs."""

    def __init__(self, start: float, end: float, store: ContentStore, rows: float) -> None:
        super().__init__(start, end)
        self._store, self._from, self._to = store, rows, store.open_rows
        self._panel = Look(store.panel)

    def show(self, progress: float) -> None:
        """Open the shelf so far."""
        self._store.open_to(self._from + (self._to - self._from) * smooth(progress))
        if progress >= 1:
            self._panel.show()


class CountClip(Clip):
    """The last place counts up to what it stands for."""

    def __init__(self, start: float, end: float, store: ContentStore, more: MoreSlot, counted: int) -> None:
        super().__init__(start, end)
        self._store, self._more = store, more
        self._from, self._to, self._size = counted, store.hidden, store.hidden_size

    def show(self, progress: float) -> None:
        """Count so far."""
        way = smooth(progress)
        count = round(self._from + (self._to - self._from) * way)
        self._more.count(count, round(self._size * count / max(1, self._to)))


class ScrollClip(Clip):
    """What stays moves by its rows, the rest comes and goes."""

    def __init__(self, start: float, end: float, store: ContentStore, row: int) -> None:
        super().__init__(start, end)
        self._store, first = store, store.first_row
        before = [(slot, Look(slot)) for slot in store.blobs if isinstance(slot, BlobSlot)]
        store.scroll(row)
        self._row, self._after = store.first_row, list(store.blobs)
        looks = {id(slot): Look(slot) for slot in store.blobs if isinstance(slot, BlobSlot)}
        zoom = float(store.panel.width) / store.base_width
        up = np.sign(self._row - first) * SLOT_HEIGHT * zoom * UP
        kept = {id(slot) for slot, _ in before} & looks.keys()
        self._stay = [
            (slot, look, looks[id(slot)].center - look.center) for slot, look in before if id(slot) in kept
        ]
        self._go = [(slot, look, up) for slot, look in before if id(slot) not in kept]
        self._come = [
            (slot, looks[id(slot)], up) for slot in self._after if id(slot) in looks and id(slot) not in kept
        ]
        self._rest = [slot for slot in self._after if not isinstance(slot, BlobSlot)]
        self._looks = list(looks.values())

    def show(self, progress: float) -> None:
        """Move, fade out and fade in."""
        if progress >= 1:
            for look in self._looks:
                look.show()
            for _, look, _ in self._go:
                look.show(opacity=0.0)
            self._store.blobs.submobjects = list(self._after)
            return
        way = smooth(progress)
        for _, look, shift in self._stay:
            look.show(shift=shift * way)
        for _, look, shift in self._go:
            look.show(shift=shift * way, opacity=max(0.0, 1 - 2 * way))
        for _, look, shift in self._come:
            look.show(shift=shift * (way - 1), opacity=max(0.0, 2 * way - 1))
        parts = [slot for slot, _, _ in (*self._go, *self._stay, *self._come)]
        self._store.blobs.submobjects = [*parts, *self._rest]

    def restore(self) -> None:
        """Let what has gone be seen again, once it is off the scene."""
        for _, look, _ in self._go:
            look.show()
