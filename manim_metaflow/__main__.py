"""``python -m manim_metaflow`` is ``manim-metaflow``, with the Python that is meant."""

from __future__ import annotations

from manim_metaflow.cli import main

if __name__ == "__main__":
    main(prog_name="python -m manim_metaflow")
