"""Text whose letters come straight from the fonts of the theme."""

from manim_metaflow.mobjects.text.label import TextBlock, TextLabel

__all__ = [
    "TextBlock",
    "TextLabel",
]
