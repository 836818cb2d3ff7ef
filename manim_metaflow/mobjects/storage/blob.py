"""One blob of a content-addressed store, large enough to read."""

from __future__ import annotations

from typing import Any

import numpy as np

from manim_metaflow.facts.records.storage import BlobBytes
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape, polyline, rounded_rectangle
from manim_metaflow.mobjects.storage.face import Face, line_color
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.units import readable_size

__all__ = ["BlobCell"]

LETTERS = 10


class BlobCell(Drawing):
    """A blob: its face, its place in the store, the size of its bytes and of its file.

    A damaged one is crossed out, and says what is wrong.

    Parameters
    ----------
    blob
        The blob's record.
    width, height
        Units.
    on_disk
        Whether the size of the file is written beside that of the bytes.

    Attributes
    ----------
    box, face, key, size
        Its parts.

    Examples
    --------
    .. manim:: BlobCellExample
        :save_last_frame:

        class BlobCellExample(Scene):
            def construct(self):
                sha = "b68cc035a7f59d6d9285aaa4359c51872f204f8a"
                self.add(BlobCell(BlobBytes(sha, 43, 22, "list")))
    """

    def __init__(
        self, blob: BlobBytes, *, width: float = 3.2, height: float = 0.82, on_disk: bool = True
    ) -> None:
        theme = current_theme()
        self.blob, self.sha = blob, blob.sha
        color = theme.damaged if blob.damage else line_color(blob.sha)
        self.box = Shape(
            rounded_rectangle(width, height, theme.radius), fill=theme.panel, stroke=color, stroke_width=1.6
        )
        self.face = Face(blob.sha, size=height * 0.64)
        left = -width / 2 + height * 0.5
        self.face.move_to((left, 0, 0))
        x = left + height * 0.32 + 0.16
        self.key = TextLabel(f"{blob.sha[:2]}/{blob.sha[:LETTERS]}…", font_size=theme.small_size + 1)
        self.key.left_at(x, 0.15)
        self.size = TextLabel(
            _sizes(blob, on_disk),
            font="prose",
            font_size=theme.minimum_size,
            color=theme.damaged if blob.damage else theme.muted,
        ).left_at(x, -0.16)
        super().__init__(self.box, self.face, self.key, self.size)
        if blob.damage:
            half = height * 0.32
            lines = [polyline((-half, y * half), (half, -y * half)) for y in (1, -1)]
            self.cross = Shape(np.concatenate(lines), stroke=theme.damaged, stroke_width=3).move_to(self.face)
            self.add(self.cross)

    def __snapshot__(self) -> dict[str, Any]:
        facts = {"role": "blob", "sha": self.sha}
        return facts | ({"damage": self.blob.damage} if self.blob.damage else {})


def _sizes(blob: BlobBytes, on_disk: bool) -> str:
    if blob.damage:
        return "missing" if blob.size is None else "damaged"
    raw = readable_size(blob.raw_size)
    if blob.package or not on_disk or blob.size is None:
        return raw
    return f"{raw}, {readable_size(blob.size)} on disk"
