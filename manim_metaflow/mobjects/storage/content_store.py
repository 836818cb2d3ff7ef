"""The content-addressed store of a flow: one place for every key, however many tasks name it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from manim import UP

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import ArtifactRecord, RunRecord
from manim_metaflow.mobjects.animated import animated, animated_by
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, rounded_rectangle
from manim_metaflow.mobjects.storage.slots import FACE, BlobSlot, MoreSlot, slot_width
from manim_metaflow.mobjects.text.label import TextLabel, cut_to_width
from manim_metaflow.theme import current_theme, use_theme

__all__ = ["SLOT_HEIGHT", "ContentStore"]

SLOT_WIDTH, SLOT_HEIGHT = 1.36, 0.84
"""Least width of a place, and its height (units)."""


class ContentStore(Drawing):
    """Places for all blobs that some runs of one flow refer to; they are empty at first.

    Parameters
    ----------
    runs
        Runs of one flow, in the order in which they happened.
    width
        Units.
    rows
        How many rows of blobs at most; all by default. What finds no room is counted in the last place,
        and :meth:`scroll` shows other rows.
    title
        The heading; the flow's folder by default.
    grows
        Whether the store is one row high at first, and becomes higher as it is filled.

    Attributes
    ----------
    panel, title
        Its background and heading.
    blobs
        The slots filled so far.

    Examples
    --------
    .. manim:: ContentStoreExample
        :save_last_frame:

        class ContentStoreExample(Scene):
            def construct(self):
                made = ArtifactRecord("raw", "b68cc035a7f59d6d9285aaa4359c51872f204f8a", 22, "list")
                attempt = AttemptRecord(0, "done", artifacts=(made,))
                task = TaskRecord("start", "1", "done", attempts=(attempt,))
                flow = FlowInfo("TinyFlow", (StepInfo("start", "end"),), (), "start", "start")
                store = ContentStore(RunRecord(flow, "1", "successful", (task,)))
                self.add(store.fill(made.sha))
    """

    def __init__(
        self,
        *runs: RunRecord,
        width: float = 12.9,
        rows: int | None = None,
        title: str | None = None,
        grows: bool = False,
    ) -> None:
        self.theme = theme = current_theme()
        self._artifacts = _blobs_of(runs)
        self._order = {sha: index for index, sha in enumerate(self._artifacts)}
        self._slots: dict[str, BlobSlot] = {}
        self._filled: dict[str, None] = {}
        self._width, self._first = width, 0
        slot = max(SLOT_WIDTH, slot_width(self._artifacts.values()))
        self._columns = max(1, int((width - 0.4) // slot))
        # Rounded up.
        needed = max(1, -(-len(self._artifacts) // self._columns))
        self._rows = needed if rows is None else min(max(1, rows), needed)
        self._grows = grows
        height = _height_of(1 if grows else self._rows)
        self._height = height
        self.panel = Shape(
            rounded_rectangle(width, height, theme.radius),
            fill=theme.panel,
            stroke=theme.edge,
            stroke_width=1.0,
        )
        name = runs[0].flow.name if runs else ""
        heading = title or f"datastore  {name}/data"
        heading = cut_to_width(heading, width - 0.44, font="prose", font_size=theme.small_size)
        self.title = TextLabel(heading, font="prose", font_size=theme.small_size, color=theme.muted)
        self.title.left_at(-width / 2 + 0.22, height / 2 - 0.23)
        self._more: MoreSlot | None = None
        self.blobs: Parts[Any] = Parts()
        super().__init__(self.panel, self.title, self.blobs)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "store", "keys": sorted(self._contents())}

    def __contains__(self, sha: object) -> bool:
        return sha in self._contents()

    def _contents(self) -> set[str]:
        return {*self._filled, *(slot.sha for slot in self.blobs if isinstance(slot, BlobSlot))}

    @property
    def rows(self) -> int:
        """How many rows there are, shown or not."""
        return max(1, -(-len(self._artifacts) // self._columns))

    def _window(self) -> range:
        """Positions of the blobs that have a place now; the last place counts those that have none."""
        first = self._first * self._columns
        room = self._rows * self._columns
        total = len(self._artifacts)
        if self._first == 0 and total <= room:
            return range(total)
        # One place fewer: the last one counts the others.
        return range(first, min(total, first + room - 1))

    def slot(self, sha: str) -> BlobSlot:
        """Return a blob's place, where it is or will be; the place that counts it if it has none.

        Raises
        ------
        UsageError
            No run given to the store refers to that key.
        """
        if sha not in self._order:
            raise UsageError(
                f"The store has no place for key {sha[:10]}: build it from all runs it shall show."
            )
        window = self._window()
        if self._order[sha] not in window:
            # It has a face and lines as a slot has: animations need not tell them apart.
            return cast("BlobSlot", self._more_slot())
        if sha not in self._slots:
            with use_theme(self.theme):
                self._slots[sha] = BlobSlot(self._artifacts[sha])
        slot = self._slots[sha]
        if slot not in self.blobs.submobjects:
            # A blob that is not shown has not moved or grown with the store.
            slot.scale(self._zoom * FACE / float(slot.face.height))
            slot.shift(self._place(self._order[sha] - window.start) - slot.face.get_center())
        return slot

    @property
    def _zoom(self) -> float:
        return float(self.panel.width) / self._width

    def _place(self, index: int) -> Any:
        row, column = divmod(index, self._columns)
        pitch = (self._width - 0.4) / self._columns
        x = -self._width / 2 + 0.2 + 0.3 + column * pitch
        y = self._height / 2 - 0.42 - (row + 0.5) * SLOT_HEIGHT
        return self.panel.get_center() + self._zoom * np.array([x, y, 0.0])

    def _more_slot(self) -> MoreSlot:
        window = self._window()
        if self._more is None:
            with use_theme(self.theme):
                self._more = MoreSlot(next(sha for sha, place in self._order.items() if place not in window))
        hidden = self._hidden()
        self._more.face.scale(self._zoom * FACE / float(self._more.face.height))
        self._more.face.move_to(self._place(self._rows * self._columns - 1))
        # Nothing is filled yet: count what will have no place.
        hidden = hidden or [sha for sha, place in self._order.items() if place not in window]
        return self._more.count(len(hidden), sum(self._artifacts[sha].size for sha in hidden))

    @animated_by("manim_metaflow.animations.storage.fill_store:FillStore")
    def fill(self, *shas: str) -> ContentStore:
        """Show blobs at once."""
        window, hidden = self._window(), False
        if self._grows:
            places = [self._order[sha] - window.start for sha in (*self._filled, *shas) if sha in self._order]
            self.open_to(min(self._rows, 1 + max((place for place in places), default=0) // self._columns))
        for sha in shas:
            if self._order.get(sha, window.start) in window:
                slot = self.slot(sha)
                if slot not in self.blobs.submobjects:
                    self.blobs.add(slot)
            else:
                hidden = True
            self._filled[sha] = None
        if hidden:
            more = self._more_slot()
            if more not in self.blobs.submobjects:
                self.blobs.add(more)
        return self

    @property
    def first_row(self) -> int:
        """Which row is the first shown."""
        return self._first

    @property
    def base_width(self) -> float:
        """How wide the store was built."""
        return self._width

    @property
    def hidden(self) -> int:
        """How many of its blobs have no place now."""
        return len(self._hidden())

    @property
    def hidden_size(self) -> int:
        """How many bytes those are."""
        return sum(self._artifacts[sha].size for sha in self._hidden())

    def _hidden(self) -> list[str]:
        window = self._window()
        return [sha for sha in self._filled if self._order.get(sha, window.start) not in window]

    @property
    def open_rows(self) -> float:
        """How many rows are open now."""
        return (self._height - _height_of(0)) / SLOT_HEIGHT

    @animated
    def open_to(self, rows: float) -> ContentStore:
        """Be so many rows high; the upper edge stays where it is."""
        zoom, top = self._zoom, self.panel.get_top()
        self._height = _height_of(rows)
        self.panel.set_curves(rounded_rectangle(self._width, self._height, self.theme.radius))
        self.panel.scale(zoom).move_to(top, aligned_edge=UP)
        return self

    @animated_by("manim_metaflow.animations.storage.fill_store:ScrollStore")
    def scroll(self, row: int) -> ContentStore:
        """Show the rows that begin with one, as far as they are filled."""
        contents = self._contents()
        self._first = max(0, min(row, self.rows - self._rows))
        self.blobs.submobjects = []
        return self.fill(*(sha for sha in self._order if sha in contents))


def _height_of(rows: float) -> float:
    return rows * SLOT_HEIGHT + 0.52


def _blobs_of(runs: Sequence[RunRecord]) -> dict[str, ArtifactRecord]:
    """Artifacts by the order in which their keys were first stored."""
    first: dict[str, ArtifactRecord] = {}
    for run in runs:
        # Metaflow stores what parameters and constants are before the first task starts.
        for given in run.parameters:
            first.setdefault(given.sha, given)
        for task in sorted(run.tasks, key=lambda task: (task.finished or float("inf"), task.path)):
            # Each attempt stores what it made: a retry does not take back what the failed one has stored.
            for artifact in (artifact for attempt in task.attempts for artifact in attempt.artifacts):
                first.setdefault(artifact.sha, artifact)
    return first
