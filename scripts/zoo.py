"""Draw every kind of step on one picture, ``media/gallery/zoo.png``: ``python scripts/zoo.py``."""

from __future__ import annotations

from pathlib import Path

from manim import DOWN, LEFT, RIGHT, VGroup

from manim_metaflow import FlowDAG
from manim_metaflow.mobjects.still import draw_still

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = (
    ("linear", "branch", "switch", "recursion"),
    ("foreach", "parallel", "nested_foreach", "card_flow"),
)
DENSITY = 67


def main() -> None:
    """Draw it."""
    columns = VGroup()
    for names in COLUMNS:
        flows = [FlowDAG(ROOT / "tests" / "flows" / f"{name}.py", heading=True) for name in names]
        columns.add(VGroup(*flows).arrange(DOWN, buff=0.8, aligned_edge=LEFT))
    columns.arrange(RIGHT, buff=1.2, aligned_edge=DOWN)
    largest = FlowDAG(ROOT / "tests" / "flows" / "complex_flow.py", heading=True)
    zoo = VGroup(columns, largest).arrange(DOWN, buff=0.9, aligned_edge=LEFT)
    picture = draw_still(zoo, density=DENSITY)
    picture.save(ROOT / "media" / "gallery" / "zoo.png", optimize=True)
    print(ROOT / "media" / "gallery" / "zoo.png")


if __name__ == "__main__":
    main()
