"""The line that leads from a name to its bytes."""

from __future__ import annotations

import numpy as np
from manim import LEFT, RIGHT
from manim.typing import Point3D

from manim_metaflow.mobjects.shapes import Shape
from manim_metaflow.mobjects.storage.blob import BlobCell
from manim_metaflow.mobjects.storage.face import line_color

__all__ = ["blob_strand"]

GAP = 0.02
"""Between the line's end and the blob, so that it touches no frame."""


def blob_strand(start: Point3D, cell: BlobCell, *, bend: float) -> Shape:
    """Draw a line in the colour of a blob's face that leads to its left edge.

    Parameters
    ----------
    start
        Where the line begins: at the right of a name or a key.
    cell
        The blob.
    bend
        How far the line runs level at both ends (units).

    Examples
    --------
    .. manim:: BlobStrandExample
        :save_last_frame:

        class BlobStrandExample(Scene):
            def construct(self):
                from manim_metaflow.mobjects.storage.strand import blob_strand

                sha = "198756254c5b4f18cb8af891d55a414724e402c5"
                chip = ArtifactChip("x", sha).shift(3 * LEFT + UP)
                cell = BlobCell(BlobBytes(sha, 46, 26, "list")).shift(2 * RIGHT)
                self.add(chip, cell, blob_strand(chip.get_right(), cell, bend=1.5))
    """
    end = cell.get_left() + GAP * LEFT
    curve = [start, start + bend * RIGHT, end + bend * LEFT, end]
    points = np.array([[point[:2] for point in curve]])
    return Shape(points, stroke=line_color(cell.sha), stroke_width=1.8)
