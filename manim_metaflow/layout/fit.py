"""How to break a long flow into rows so that it suits a frame or a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from manim_metaflow.layout.geometry import FlowLayout

__all__ = ["fit_layout"]

GROWTH = 1.3
"""Ratio of the row lengths that are tried: finer steps cost layouts and change little."""

SHAPE = {"right": 1.3, "down": 0.75}
"""How long, in widths across the flow, a picture should be: wider than high in both directions."""

WORTH = 0.75
"""A row that is not much shorter than the whole, because a region cannot be broken, is not worth a break."""


def fit_layout(lay_out: Callable[[float | None], FlowLayout], *, least: float) -> FlowLayout:
    """Return the layout with the shortest rows that still makes a picture of a pleasant shape.

    Parameters
    ----------
    lay_out
        Lays the flow out with rows of at most a length (units), or in one row for ``None``.
    least
        Shortest row to try (units); a flow that fits into it is not broken.

    Returns
    -------
    FlowLayout
        One row if rows cannot help: many branches, few steps one after the other.
    """
    whole = lay_out(None)
    most = _shape(whole)[0]
    for length in _lengths(least, most):
        layout = lay_out(length)
        along, across = _shape(layout)
        # Rows were allowed to be shorter, and are not: what is longest cannot be broken, and longer rows
        # will not help.
        if along > WORTH * most:
            return whole
        # Row lengths are tried from the shortest on: the first that is long enough for its height has the
        # largest text.
        if along >= SHAPE[layout.direction] * across:
            return layout
    return whole


def _shape(layout: FlowLayout) -> tuple[float, float]:
    """Extent along the flow and across it."""
    size = layout.bounds.width, layout.bounds.height
    return size if layout.direction == "right" else size[::-1]


def _lengths(least: float, most: float) -> Iterator[float]:
    length = least
    while length < most:
        yield length
        length *= GROWTH
