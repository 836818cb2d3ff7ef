"""Text whose letters come straight from the fonts of the theme."""

from manim_metaflow.mobjects.text.label import TextBlock, TextLabel
from manim_metaflow.mobjects.text.table import TextTable

__all__ = [
    "TextBlock",
    "TextLabel",
    "TextTable",
]
