"""An artifact beside the task that made it."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from manim import LEFT, VMobject

from manim_metaflow.errors import UsageError
from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.shapes import Shape, dashes, rounded_rectangle
from manim_metaflow.mobjects.storage.face import Face
from manim_metaflow.mobjects.text.glyphs import EM
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.text import ellipsis

__all__ = ["BLANK_SHARE", "ArtifactChip", "ChipShows"]

ChipShows = Literal["face", "value", "all"]
"""What stands beside the name: the face of the bytes, the value (``rate = 1.4``), or both."""

SPACE = 0.6
"""Width of a letter of the mono font, ems."""

VALUE_LETTERS = 32
"""A longer value is cut: a chip stands for a value, it is not the place to read all of it."""

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
        A short text of the value, :attr:`.ArtifactRecord.value` say.
    show
        ``"face"``: face and name. ``"value"``: name and value in one line, ``rate = 1.4``. ``"all"``: a frame
        with the face, the name and below it the value. By default all that is given.
    hashed
        Whether its bytes have a hash yet: before, there is an empty tile where the face will be.
    most
        How many letters of the name are written; all by default.
    value_most
        How many letters of the value are written.

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
                sha = "b68cc03c0d5a3d1e2b52b1c1a0b6f0f6d1a0c9de"
                shown = [ArtifactChip("raw", sha, value="[1, 2, 3]", show=show) for show in ("value", "all")]
                self.add(VGroup(ArtifactChip("raw", sha), *shown).arrange(DOWN, buff=0.1).scale(2))
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
        show: ChipShows | None = None,
        value_most: int = VALUE_LETTERS,
    ) -> None:
        theme = current_theme()
        if show not in (None, *get_args(ChipShows)):
            raise UsageError(f"A chip shows {', '.join(get_args(ChipShows))}, not {show!r}.")
        self.sha, self._size = sha, size
        self.face = Face(sha, size=size)
        self.blank = Shape(
            dashes(rounded_rectangle(size * BLANK_SHARE, size * BLANK_SHARE, size * 0.16), 0.06, 0.05),
            stroke=theme.edge,
            stroke_width=1.4,
        )
        self.label: TextLabel | None = None
        self.value: TextLabel | None = None
        self.box: Shape | None = None
        # A value that is not known cannot be shown: the chip has its name, as one with a long value has.
        in_line = show == "value"
        super().__init__(*([] if in_line else [self.face if hashed else self.blank]), name=name)
        letters = font_size or theme.small_size
        if named or in_line:
            text = name if most is None else ellipsis(name, most)
            self.label = TextLabel(text, font_size=letters, color=theme.text)
            self.label.left_at(-size / 2 if in_line else size / 2 + 0.08, 0)
            self.add(self.label)
        if value and show != "face":
            (self._add_line if in_line else self._add_value)(ellipsis(value, value_most), size, letters)
        self.center()

    @property
    def mark(self) -> VMobject:
        """What stands for its bytes now: the face, the empty tile while they have no hash, or the name."""
        if self.label is not None and not {self.face, self.blank} & set(self.submobjects):
            return self.label
        return self.face if self.face in self.submobjects else self.blank

    @property
    def placed_face(self) -> Face:
        """The face, where it would be if the chip showed it: what flies into a store."""
        if self.mark is self.label:
            self.face.match_height(self.label).scale(self._size * self.label.zoom / float(self.label.height))
            self.face.move_to(self.label, aligned_edge=LEFT)
        return self.face

    def put_face(self, x: float, y: float) -> ArtifactChip:
        """Move the whole chip until the middle of its face is at a point (units).

        Chips below each other are put so, whatever the lengths of their names. One without a face begins
        where the face would.
        """
        if isinstance(self.mark, TextLabel):
            goal = self.mark.copy().left_at(x - self._size / 2 * self.mark.zoom, y)
            self.shift(goal.get_center() - self.mark.get_center())
        else:
            self.shift(np.array([x, y, 0.0]) - self.mark.get_center())
        return self

    def _add_line(self, text: str, size: float, letters: float) -> None:
        """Write the value behind the name, as an assignment."""
        assert self.label is not None, "a value in line has its name before it"
        theme, space = current_theme(), SPACE * EM * letters
        x = -size / 2 + self.label.advance + space
        self.add(TextLabel("=", font_size=letters, color=theme.muted).left_at(x, 0))
        self.value = TextLabel(text, font_size=letters).left_at(x + 2 * space, 0)
        self.add(self.value)

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
        return facts | ({"hashed": False} if self.mark is self.blank else {})
