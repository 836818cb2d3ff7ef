"""A store in motion: blobs come, the store grows, counts what has no place, and scrolls."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import UP, Scene, smooth

from manim_metaflow.animations.motion.rest import Rest
from manim_metaflow.animations.motion.timeline import Clip, Timeline
from manim_metaflow.animations.storage.faces import appear
from manim_metaflow.mobjects.storage.content_store import SLOT_HEIGHT, ContentStore
from manim_metaflow.mobjects.storage.slots import BlobSlot, MoreSlot

__all__ = ["FillStore", "ScrollStore"]

STEP, LONGEST = 0.12, 2.4
"""Seconds from one blob to the next, and for all of them."""


class FillStore(Timeline):
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
                run = record_run("my_flow.py")
                store = ContentStore(run, rows=2, grows=True).shift(UP)
                self.add(store)
                self.play(FillStore(store, *[blob.sha for blob in run.blobs]))
    """

    def __init__(self, store: ContentStore, *shas: str, **kwargs: Any) -> None:
        rows, counted = store.open_rows, store.hidden
        old = {id(part) for part in store.blobs}
        # Filled before it is seen: what comes appears where it belongs, and of the rest only the count
        # changes.
        store.fill(*shas)
        new = [slot for slot in store.blobs if id(slot) not in old]
        step = min(STEP, LONGEST / max(1, len(new)))
        clips = [appear(at * step, at * step + 0.4, slot, scale=0.7) for at, slot in enumerate(new)]
        end = max((clip.end for clip in clips), default=0.4)
        if store.open_rows != rows:
            # The store is as high as it will be half-way, so that no slot appears below its lower edge.
            clips.append(_grow(0, max(0.4, end / 2), store, rows))
        clips += [
            _count(max(0.0, end - 0.4), end + 1.0, store, slot, counted)
            for slot in store.blobs
            if isinstance(slot, MoreSlot)
        ]
        super().__init__([store], clips, **kwargs)


def _grow(start: float, end: float, store: ContentStore, before: float) -> Clip:
    """Let a store become as high as what it holds needs."""
    after, panel = store.open_rows, Rest(store.panel)

    def show(progress: float) -> None:
        store.open_to(before + (after - before) * smooth(progress))
        if progress >= 1:
            # Opened step by step, the panel ends a rounding error beside where it was built.
            panel.restore()

    return Clip(start, end, show, touches=[store.panel])


def _count(start: float, end: float, store: ContentStore, more: MoreSlot, before: int) -> Clip:
    """Let the last place count up to the number of blobs that have none."""
    after, size = store.hidden, store.hidden_size

    def show(progress: float) -> None:
        number = round(before + (after - before) * smooth(progress))
        more.count(number, round(size * number / max(1, after)))

    return Clip(start, end, show, touches=[more])


class ScrollStore(Timeline):
    """A store shows other rows of its blobs.

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
                run = record_run("my_flow.py")
                store = ContentStore(run, rows=1, width=4).fill(*[blob.sha for blob in run.blobs])
                self.add(store)
                self.play(ScrollStore(store, 1))
    """

    def __init__(self, store: ContentStore, row: int, **kwargs: Any) -> None:
        self._store, first = store, store.first_row
        before = _at_rest(store)
        store.scroll(row)
        after = _at_rest(store)
        self._last = list(store.blobs)
        zoom = float(store.panel.width) / store.base_width
        self._path = np.sign(store.first_row - first) * SLOT_HEIGHT * zoom * UP
        self._staying = [
            (rest, after[slot].center - rest.center) for slot, rest in before.items() if slot in after
        ]
        self._leaving = [rest for slot, rest in before.items() if slot not in after]
        self._coming = [rest for slot, rest in after.items() if slot not in before]
        self._after = list(after.values())
        super().__init__([store], [Clip(0, 1.0, self._show, touches=[store.blobs])], **kwargs)

    def _show(self, progress: float) -> None:
        """Move what stays by its rows, fade the rest out and in."""
        if progress >= 1:
            for rest in self._after:
                rest.restore()
            for rest in self._leaving:
                rest.show(scale=1.0, opacity=0.0)
            self._store.blobs.submobjects = list(self._last)
            return
        moved = smooth(progress)
        for rest, path in self._staying:
            rest.show(shift=path * moved, opacity=1.0)
        for rest in self._leaving:
            rest.show(shift=self._path * moved, opacity=max(0.0, 1 - 2 * moved))
        for rest in self._coming:
            rest.show(shift=self._path * (moved - 1), opacity=max(0.0, 2 * moved - 1))
        rests = [*self._leaving, *(rest for rest, _ in self._staying), *self._coming]
        counted = [slot for slot in self._last if isinstance(slot, MoreSlot)]
        self._store.blobs.submobjects = [*(rest.mobject for rest in rests), *counted]

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Leave what has gone as it was, for when it comes back."""
        super().clean_up_from_scene(scene)
        for rest in self._leaving:
            rest.restore()


def _at_rest(store: ContentStore) -> dict[BlobSlot, Rest]:
    return {slot: Rest(slot) for slot in store.blobs if isinstance(slot, BlobSlot)}
