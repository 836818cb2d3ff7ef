"""Draw every kind of step on one picture, ``media/gallery/zoo.png``: ``python scripts/zoo.py``."""

from __future__ import annotations

from pathlib import Path

from manim import DOWN, LEFT, RIGHT, VGroup

from manim_metaflow import FlowDAG, load_flow
from manim_metaflow.films.flow_picture import draw_for_still
from manim_metaflow.mobjects.still import draw_still

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = (
    ("one_step", "own_names", "linear", "branch", "switch", "recursion", "two_joins"),
    ("card_flow", "foreach", "parallel", "nested_foreach", "shared_targets", "shared_foreach"),
)
DENSITY = 67


def draw(name: str) -> FlowDAG:
    """Draw a flow of the test suite as the command line does."""
    return draw_for_still(load_flow(ROOT / "tests" / "flows" / f"{name}.py"), detail="badges")


def main() -> None:
    """Draw it."""
    columns = VGroup()
    for names in COLUMNS:
        flows = [draw(name) for name in names]
        columns.add(VGroup(*flows).arrange(DOWN, buff=0.8, aligned_edge=LEFT))
    columns.arrange(RIGHT, buff=1.2, aligned_edge=DOWN)
    zoo = VGroup(columns, draw("complex_flow")).arrange(DOWN, buff=0.9, aligned_edge=LEFT)
    picture = draw_still(zoo, density=DENSITY)
    picture.save(ROOT / "media" / "gallery" / "zoo.png", optimize=True)
    print(ROOT / "media" / "gallery" / "zoo.png")


if __name__ == "__main__":
    main()
