"""A key of the content store, written out: its first letters, in its face's colour."""

from __future__ import annotations

from typing import Any

from manim_metaflow.mobjects.parts import Drawing
from manim_metaflow.mobjects.storage.face import Face, face_color
from manim_metaflow.mobjects.text.label import TextLabel
from manim_metaflow.theme import current_theme
from manim_metaflow.utils.text import ellipsis

__all__ = ["HashLabel", "key_color"]


class HashLabel(Drawing):
    """A key: what it was computed with, its first letters, its face.

    Parameters
    ----------
    sha
        The key, hexadecimal.
    letters
        How many of its letters are written.
    title
        Written before it; nothing if empty.

    Attributes
    ----------
    face, title, key
        The :class:`.Face` and the two labels; ``title`` is ``None`` where there is none.

    Examples
    --------
    .. manim:: HashLabelExample
        :save_last_frame:

        class HashLabelExample(Scene):
            def construct(self):
                self.add(HashLabel("198756254c5b4f18cb8af891d55a414724e402c5"))
    """

    def __init__(
        self, sha: str, *, letters: int = 12, title: str = "SHA-1", font_size: float | None = None
    ) -> None:
        theme = current_theme()
        size = font_size or theme.label_size
        self.sha = sha
        self.face = Face(sha, size=0.024 * size)
        x = float(self.face.width) / 2 + 0.14
        self.title: TextLabel | None = None
        super().__init__(self.face)
        if title:
            self.title = TextLabel(title, font="prose", font_size=size, color=theme.muted).left_at(x, 0)
            self.add(self.title)
            x = float(self.title.get_right()[0]) + 0.16
        self.key = TextLabel(ellipsis(sha, letters + 1), font_size=size, color=key_color(sha)).left_at(x, 0)
        self.add(self.key)
        self.center()

    def __snapshot__(self) -> dict[str, Any]:
        return {"role": "hash", "sha": self.sha}


def key_color(sha: str) -> str:
    """Return a colour for a key's letters: its face's, where the background is dark enough to read it."""
    theme = current_theme()
    return face_color(sha) if theme.is_dark else theme.text
