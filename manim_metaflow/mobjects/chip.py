"""An artifact beside the task that made it."""

from __future__ import annotations

from typing import Any

from manim import VGroup

from manim_metaflow.mobjects.face import Face
from manim_metaflow.mobjects.label import TextLabel
from manim_metaflow.theme import current_theme

__all__ = ["ArtifactChip"]


class ArtifactChip(VGroup):
    """A name and the face of the bytes it stands for.

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

    Attributes
    ----------
    face, label
        The :class:`.Face`, and the name's :class:`.TextLabel` or ``None``.

    Examples
    --------
    .. manim:: ArtifactChipExample
        :save_last_frame:

        class ArtifactChipExample(Scene):
            def construct(self):
                self.add(ArtifactChip("raw", "b68cc03c0d5a3d1e2b52b1c1a0b6f0f6d1a0c9de").scale(3))
    """

    def __init__(
        self, name: str, sha: str, *, size: float = 0.25, named: bool = True, font_size: float | None = None
    ) -> None:
        self.sha = sha
        self.face = Face(sha, size=size)
        self.label: TextLabel | None = None
        super().__init__(self.face, name=name)
        if named:
            theme = current_theme()
            self.label = TextLabel(name, font_size=font_size or theme.small_size, color=theme.text)
            self.label.left_at(size / 2 + 0.08, 0)
            self.add(self.label)

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "chip", "name": self.name, "sha": self.sha}
