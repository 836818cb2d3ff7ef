"""Source code, notebooks, terminals and file trees."""

from manim_metaflow.mobjects.code.file_tree import FileTree
from manim_metaflow.mobjects.code.notebook import NotebookPanel
from manim_metaflow.mobjects.code.panel import CodePanel
from manim_metaflow.mobjects.code.terminal import TerminalPanel

__all__ = [
    "CodePanel",
    "FileTree",
    "NotebookPanel",
    "TerminalPanel",
]
