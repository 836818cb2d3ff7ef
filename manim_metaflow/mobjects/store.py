"""The content-addressed store of a flow: one place for every key, however many tasks name it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup

from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records import ArtifactRecord, RunRecord
from manim_metaflow.mobjects.face import Face
from manim_metaflow.mobjects.label import TextLabel
from manim_metaflow.mobjects.parts import Parts
from manim_metaflow.mobjects.path import Path, rounded_rectangle
from manim_metaflow.theme import current_theme

__all__ = ["BlobSlot", "ContentStore", "readable_size"]

KEY_LETTERS = 6
SLOT_WIDTH, SLOT_HEIGHT, LINE = 1.36, 0.84, 0.235


def readable_size(count: int) -> str:
    """Write a number of bytes as people do.

    >>> readable_size(26), readable_size(41_230), readable_size(10_000_000)
    ('26 B', '41.2 KB', '10.0 MB')
    """
    size = float(count)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000:
            return f"{count} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


class BlobSlot(VGroup):
    """One blob: its face, the name it was first stored under, its key and its size."""

    def __init__(self, artifact: ArtifactRecord) -> None:
        theme = current_theme()
        self.sha = artifact.sha
        self.face = Face(artifact.sha, size=0.46)
        lines = [artifact.name, artifact.sha[:KEY_LETTERS], readable_size(artifact.size)]
        colors = [theme.text, theme.muted, theme.muted]
        self.lines = VGroup(
            *[
                TextLabel(text, font_size=theme.minimum_size, color=color).left_at(0.31, (1 - row) * LINE)
                for row, (text, color) in enumerate(zip(lines, colors, strict=True))
            ]
        )
        super().__init__(self.face, self.lines)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "blob", "sha": self.sha}


class ContentStore(VGroup):
    """A shelf with a place for each blob that some runs of one flow refer to; it is empty at first.

    Parameters
    ----------
    runs
        Runs of one flow, in the order in which they happened.
    width
        Units.

    Attributes
    ----------
    panel, title
        Its ground and heading.
    blobs
        The slots filled so far.

    Examples
    --------
    .. manim:: ContentStoreExample
        :save_last_frame:

        class ContentStoreExample(Scene):
            def construct(self):
                made = ArtifactRecord("raw", "b68cc03c0d5a3d1e2b52b1c1a0b6f0f6d1a0c9de", 21, "list")
                attempt = AttemptRecord(0, "done", artifacts=(made,))
                task = TaskRecord("start", "1", "done", attempts=(attempt,))
                flow = FlowInfo("TinyFlow", (StepInfo("start", "end"),), (), "start", "start")
                store = ContentStore(RunRecord(flow, "1", "successful", (task,)))
                self.add(store.fill(made.sha))
    """

    def __init__(self, *runs: RunRecord, width: float = 12.9) -> None:
        theme = current_theme()
        artifacts = _blobs_of(runs)
        columns = max(1, int((width - 0.4) // SLOT_WIDTH))
        rows = max(1, -(-len(artifacts) // columns))
        height = rows * SLOT_HEIGHT + 0.52
        self.panel = Path(
            rounded_rectangle(width, height, theme.radius),
            fill=theme.panel,
            stroke=theme.edge,
            stroke_width=1.0,
        )
        name = runs[0].flow.name if runs else ""
        self.title = TextLabel(
            f"datastore  {name}/data", font="prose", font_size=theme.small_size, color=theme.muted
        )
        self.title.left_at(-width / 2 + 0.22, height / 2 - 0.23)
        self._places = {}
        pitch = (width - 0.4) / columns
        for index, artifact in enumerate(artifacts):
            row, column = divmod(index, columns)
            x = -width / 2 + 0.2 + 0.3 + column * pitch
            y = height / 2 - 0.42 - (row + 0.5) * SLOT_HEIGHT
            self._places[artifact.sha] = (BlobSlot(artifact), np.array([x, y, 0.0]))
        self.blobs: Parts[BlobSlot] = Parts()
        super().__init__(self.panel, self.title, self.blobs)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "store", "keys": sorted(slot.sha for slot in self.blobs)}

    def __contains__(self, sha: object) -> bool:
        return any(slot.sha == sha for slot in self.blobs)

    def slot(self, sha: str) -> BlobSlot:
        """Return a blob's place, where it is or will be.

        Raises
        ------
        UsageError
            No run given to the store refers to that key.
        """
        if sha not in self._places:
            raise UsageError(
                f"The store has no place for key {sha[:10]}: build it from all runs it shall show."
            )
        slot, place = self._places[sha]
        if slot not in self.blobs.submobjects:
            slot.shift(self.panel.get_center() + place - slot.face.get_center())
        return slot

    def fill(self, *shas: str) -> ContentStore:
        """Show blobs at once."""
        for sha in shas:
            slot = self.slot(sha)
            if slot not in self.blobs.submobjects:
                self.blobs.add(slot)
        return self


def _blobs_of(runs: Sequence[RunRecord]) -> list[ArtifactRecord]:
    """Artifacts by the order in which their keys were first stored."""
    first: dict[str, ArtifactRecord] = {}
    for run in runs:
        for task in sorted(run.tasks, key=lambda task: (task.finished or float("inf"), task.path)):
            for artifact in task.artifacts:
                first.setdefault(artifact.sha, artifact)
    return list(first.values())
