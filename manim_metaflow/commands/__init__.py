"""One module a command of ``manim-metaflow``."""
