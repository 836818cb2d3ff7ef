"""The places of a content store: one for each blob, and one that counts those that have none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from manim import VGroup

from manim_metaflow.facts.records import ArtifactRecord
from manim_metaflow.mobjects.parts import Drawing, Parts
from manim_metaflow.mobjects.shapes import Shape, dashes, rounded_rectangle
from manim_metaflow.mobjects.storage.face import Face
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme, use_theme
from manim_metaflow.utils.text import ellipsis
from manim_metaflow.utils.units import readable_size

__all__ = ["FACE", "BlobSlot", "MoreSlot", "slot_width"]

KEY_LETTERS, NAME_LETTERS = 6, 8
LINE, FACE = 0.235, 0.46
"""Distance of two lines of text, and size of a face, units."""

TEXT, GAP = 0.31, 0.03
"""Where lines begin, from the middle of the face, and their distance from the next place (units)."""


def slot_width(artifacts: Iterable[ArtifactRecord]) -> float:
    """Return how wide a place must be (units), so that no line of these blobs reaches the next place."""
    # The font has one width for all letters: the longest line is the widest.
    longest = max((line for each in artifacts for line in _lines(each)), key=len, default="")
    return FACE / 2 + TEXT + float(TextLabel(longest, font_size=current_theme().minimum_size).width) + GAP


def _lines(artifact: ArtifactRecord) -> list[str]:
    return [
        ellipsis(artifact.name, NAME_LETTERS),
        artifact.sha[:KEY_LETTERS],
        readable_size(artifact.size),
    ]


class BlobSlot(Drawing):
    """One blob: its face, the name it was first stored under, its key and its size."""

    def __init__(self, artifact: ArtifactRecord) -> None:
        theme = current_theme()
        self.sha = artifact.sha
        self.face = Face(artifact.sha, size=FACE)
        lines = _lines(artifact)
        colors = [theme.text, theme.muted, theme.muted]
        self.lines = VGroup(
            *[
                TextLabel(text, font_size=theme.minimum_size, color=color).left_at(TEXT, (1 - row) * LINE)
                for row, (text, color) in enumerate(zip(lines, colors, strict=True))
            ]
        )
        super().__init__(self.face, self.lines)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "blob", "sha": self.sha}


class MoreSlot(Drawing):
    """What a store has no room for: how many blobs, and how large they are together."""

    def __init__(self, sha: str) -> None:
        self.theme = theme = current_theme()
        self.sha = sha
        self.face = Shape(
            dashes(rounded_rectangle(FACE, FACE, 0.08), 0.06, 0.05), stroke=theme.edge, stroke_width=1.4
        )
        self.lines: Parts[TextLabel] = Parts()
        super().__init__(self.face, self.lines)

    def count(self, hidden: int, size: int) -> MoreSlot:
        """Set the numbers."""
        theme, zoom = self.theme, float(self.face.height) / FACE
        x, y = (float(c) for c in self.face.get_center()[:2])
        texts = [(f"{hidden:,}", theme.text), ("more", theme.muted), (readable_size(size), theme.muted)]
        with use_theme(theme):
            made = [TextLabel(text, font_size=theme.minimum_size, color=color) for text, color in texts]
        for row, label in enumerate(made):
            label.left_at(x + TEXT, y + (1 - row) * LINE)
        for label in made:
            label.scale(zoom, about_point=self.face.get_center())
        if self.lines.submobjects:  # the same labels: a play draws those that it began with
            for old, new in zip(self.lines, made, strict=True):
                old.show_text_of(new)
        else:
            self.lines.add(*made)
        return self

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "more", "text": " ".join(line.text for line in self.lines)}
