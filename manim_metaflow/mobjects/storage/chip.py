"""An artifact beside the task that made it."""

from __future__ import annotations

from typing import Any

import numpy as np

from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape, dashes, rounded_rectangle
from manim_metaflow.mobjects.storage.face import Face
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.text import ellipsis

__all__ = ["BLANK_SHARE", "ArtifactChip"]

BLANK_SHARE = 0.92
"""Height of the empty tile, in heights of the face: its outline is drawn on its edge, not inside."""


class ArtifactChip(Drawing):
    """A name and the face of the bytes it stands for, perhaps with its value.

    Parameters
    ----------
    name
        The artifact's name.
    sha
        Its key in the store.
    size
        Height of the face, units.
    named
        Whether the name is written beside the face.
    value
        A short text of the value, written below the name. A chip with a value has a frame of its own.
    hashed
        Whether its bytes have a hash yet: before, there is an empty tile where the face will be.
    most
        How many letters of the name are written; all by default.

    Attributes
    ----------
    face, label
        The :class:`.Face`, and the name's :class:`.TextLabel` or ``None``.
    value, box
        The value's label and the frame, or ``None``.
    blank
        The empty tile, part of the chip as long as its bytes have no hash.

    Examples
    --------
    .. manim:: ArtifactChipExample
        :save_last_frame:

        class ArtifactChipExample(Scene):
            def construct(self):
                self.add(ArtifactChip("raw", "b68cc03c0d5a3d1e2b52b1c1a0b6f0f6d1a0c9de").scale(3))
    """

    def __init__(
        self,
        name: str,
        sha: str,
        *,
        size: float = 0.25,
        named: bool = True,
        font_size: float | None = None,
        value: str | None = None,
        hashed: bool = True,
        most: int | None = None,
    ) -> None:
        theme = current_theme()
        self.sha = sha
        self.face = Face(sha, size=size)
        self.blank = Shape(
            dashes(rounded_rectangle(size * BLANK_SHARE, size * BLANK_SHARE, size * 0.16), 0.06, 0.05),
            stroke=theme.edge,
            stroke_width=1.4,
        )
        self.label: TextLabel | None = None
        self.value: TextLabel | None = None
        self.box: Shape | None = None
        super().__init__(self.face if hashed else self.blank, name=name)
        letters = font_size or theme.small_size
        if named:
            text = name if most is None else ellipsis(name, most)
            self.label = TextLabel(text, font_size=letters, color=theme.text)
            self.label.left_at(size / 2 + 0.08, 0)
            self.add(self.label)
        if value is not None:
            self._add_value(value, size, letters)
        self.center()

    @property
    def mark(self) -> Face | Shape:
        """What stands for its bytes now: the face, or the empty tile while they have no hash."""
        return self.face if self.face in self.submobjects else self.blank

    def put_face(self, x: float, y: float) -> ArtifactChip:
        """Move the whole chip until the middle of its face is at a point (units).

        Chips below each other are put so, whatever the lengths of their names.
        """
        self.shift(np.array([x, y, 0.0]) - self.mark.get_center())
        return self

    def _add_value(self, text: str, size: float, letters: float) -> None:
        """Write the value, and draw a frame round all."""
        theme = current_theme()
        x, line = size / 2 + 0.14, 0.0155 * letters
        self.value = TextLabel(text, font_size=max(letters - 1, theme.minimum_size), color=theme.muted)
        if self.label is not None:
            self.label.left_at(x, line / 2)
            self.value.left_at(x, -line / 2 - 0.02)
        else:
            self.value.left_at(x, 0)
        right = max(float(part.get_right()[0]) for part in (self.value, self.label) if part is not None)
        left, height = -size / 2 - 0.14, max(size, 2 * line) + 0.2
        self.box = Shape(
            rounded_rectangle(right + 0.18 - left, height, theme.radius * 0.8),
            fill=theme.background,
            stroke=theme.edge,
            stroke_width=1.3,
        )
        self.box.shift(((left + right + 0.18) / 2, 0, 0))
        self.add_to_back(self.box)
        self.add(self.value)

    def __snapshot__(self) -> dict[str, Any]:
        facts: dict[str, Any] = {"role": "chip", "name": self.name, "sha": self.sha}
        return facts | ({} if self.mark is self.face else {"hashed": False})
