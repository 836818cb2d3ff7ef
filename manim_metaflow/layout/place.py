"""Blocks to positions: columns are final here, and everything hangs on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from manim_metaflow.layout.axes import Style
from manim_metaflow.layout.blocks import (
    LABEL_ROOM,
    LEVEL,
    Block,
    FrameBlock,
    Gap,
    SeriesBlock,
    StackBlock,
    StepBlock,
)
from manim_metaflow.layout.nesting import Edge
from manim_metaflow.layout.routes import Bend
from manim_metaflow.layout.rows import Connector, RowsBlock

__all__ = ["Placed", "place"]

_WIDEST = 1.6
"""How much wider than measured an S-curve may become where its gap has grown."""


class Area(NamedTuple):
    """A rectangle in the flow's axes."""

    back: float
    ahead: float
    before: float
    after: float


@dataclass
class Placed:
    """Where everything is, in the flow's axes."""

    steps: dict[str, tuple[float, float]] = field(default_factory=dict)
    bends: dict[Edge, list[Bend]] = field(default_factory=dict)
    labels: dict[Edge, tuple[float, float]] = field(default_factory=dict)
    frames: dict[str, Area] = field(default_factory=dict)
    captions: dict[str, Area] = field(default_factory=dict)
    connectors: dict[Edge, Connector] = field(default_factory=dict)


class _Job(NamedTuple):
    block: Block
    columns: Sequence[float]
    start: float
    end: float
    c: float


def place(root: Block, style: Style, m: float, c: float, placed: Placed) -> None:
    """Place a block whose start is at ``m`` and whose axis is at ``c``."""
    # A list and not recursion: flows may nest deeper than Python's stack.
    todo = [_Job(root, [m + column for column in root.columns], m, m + root.length, c)]
    while todo:
        job = todo.pop()
        if isinstance(job.block, StepBlock):
            placed.steps[job.block.name] = (job.columns[0], job.c)
        elif isinstance(job.block, StackBlock):
            todo.extend(_stack(job.block, job))
        elif isinstance(job.block, FrameBlock):
            todo.append(_frame(job.block, job, style, placed))
        elif isinstance(job.block, SeriesBlock):
            todo.extend(_series(job.block, job, style, placed))
        elif isinstance(job.block, RowsBlock):
            todo.extend(_rows(job.block, job, placed))


def _job(block: Block, columns: Sequence[float], start: float, c: float) -> _Job:
    # Lanes have no step, and so no column: they begin where their block does.
    if not columns:
        return _Job(block, columns, start, start + block.length, c)
    first = columns[0] - block.columns[0]
    return _Job(block, columns, first, columns[-1] + block.length - block.columns[-1], c)


def _stack(stack: StackBlock, job: _Job) -> list[_Job]:
    parts = zip(stack.children, stack.offsets, stack.picks, strict=True)
    return [_job(child, [job.columns[i] for i in pick], job.start, job.c + at) for child, at, pick in parts]


def _frame(frame: FrameBlock, job: _Job, style: Style, placed: Placed) -> _Job:
    inner = _job(frame.body, job.columns, job.start, job.c)
    pad = frame.padding
    area = Area(
        inner.start - pad, inner.end + pad, job.c - frame.body.before - pad, job.c + frame.body.after + pad
    )
    placed.frames[frame.name] = area
    width, height = frame.caption
    if style.right:
        middle, half = (area.back + area.ahead) / 2, (width or area.ahead - area.back) / 2
        placed.captions[frame.name] = Area(middle - half, middle + half, area.after, area.after + height)
    else:
        side = job.c + frame.beside
        reach = side + width if width else max(area.after, side)
        placed.captions[frame.name] = Area(area.ahead, area.ahead + height, side, reach)
    return inner


def _series(series: SeriesBlock, job: _Job, style: Style, placed: Placed) -> list[_Job]:
    jobs: list[_Job] = []
    start, used = job.start, 0
    for child, gap in zip(series.children, [None, *series.gaps], strict=True):
        # A child may have grown with its columns: what follows begins where it now ends.
        start = jobs[-1].end + gap.length if gap else start
        columns = job.columns[used : used + len(child.columns)]
        used += len(child.columns)
        jobs.append(_job(child, columns, start, job.c))
        if gap:
            _bend(gap, jobs[-2], jobs[-1], style, placed)
    return jobs


def _rows(block: RowsBlock, job: _Job, placed: Placed) -> list[_Job]:
    # Rows are rigid: nothing outside pushes their columns apart, so that each begins at the block's start.
    for connector in block.connectors:
        placed.connectors[connector.edge] = connector.moved(job.start, job.c)
    jobs = []
    for row in block.rows:
        start = job.start + row.m
        columns = [start + column for column in row.block.columns]
        jobs.append(_job(row.block, columns, start, job.c + row.c))
    return jobs


def _bend(gap: Gap, before: _Job, after: _Job, style: Style, placed: Placed) -> None:
    """Put the curves and labels of a gap where they belong."""
    left, right, c = before.end, after.start, before.c
    free = right - left - gap.early_room - gap.late_room
    # What is left of a gap that has grown stays straight: a long, flat curve hides where the edge turns.
    curve = min(free, _WIDEST * gap.curve)
    # Edges that gather curve late and lie apart as long as they can; those that spread curve at once.
    gathers = len({head for _, _, head in gap.edges}) < len({tail for _, tail, _ in gap.edges})
    m0 = right - gap.late_room - curve if gathers else left + gap.early_room
    m1 = m0 + curve
    for edge, tail, head in gap.edges:
        # Level edges need no bend; a curve without height would be points in one line.
        if abs(head - tail) > LEVEL:
            placed.bends.setdefault(edge, []).append(Bend(m0, c + tail, m1, c + head))
    offsets = {edge: (tail, head) for edge, tail, head in gap.edges}
    for edge in gap.early:
        widest = max(style.label(other)[0] for other in gap.early)
        placed.labels[edge] = (left + LABEL_ROOM + widest / 2, c + offsets[edge][0])
    for edge in gap.late:
        widest = max(style.label(other)[0] for other in gap.late)
        # Where nothing curves, the whole gap is straight, and the label is centred in it, a little back to
        # leave the arrow's tip free.
        at = m1 + LABEL_ROOM + widest / 2 if gap.curve else (left + right - LABEL_ROOM) / 2
        placed.labels[edge] = (at, c + offsets[edge][1])
