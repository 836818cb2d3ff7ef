"""Print what a run left in storage: each task's key map, the blobs, and what deduplication saved."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from manim_metaflow.facts.records.storage import KeyMapRecord, StorageRecord, TaskKeys
from manim_metaflow.facts.run.recorded_storage import RECORDED
from manim_metaflow.utils.terminal import Terminal
from manim_metaflow.utils.text import visible
from manim_metaflow.utils.units import readable_size

__all__ = ["print_artifacts"]

_KEY = 12
"""Letters that are shown of a key."""
_GAP = 4
"""Columns between two columns of a table."""
_AT_ONCE = 1000
"""Lines that are handed to Rich at once: each call of it costs as much as a hundred lines."""


def print_artifacts(record: StorageRecord, console: Terminal, *, values: bool = False) -> None:
    """Print the key maps and the blobs of a run, with what was stored as far as that was read or recorded.

    Parameters
    ----------
    record
        What the run left in storage.
    console
        Where it is printed.
    values
        Whether there is a column of values even if none is known.
    """
    values = values or any(blob.value for blob in record.blobs)
    _print_line(console, f"{record.flow_name}/{record.run_id}", "bold")
    for task in record.tasks:
        for attempt in task.attempts:
            _print_map(record, task, attempt, console, values)
    if record.kind == RECORDED:
        console.print()
        _print_line(
            console,
            f"Read from the record: it has artifacts, not parameters{' and' if values else ','} constants"
            f"{'' if values else ' and values'}.",
            "dim",
        )
    totals = record.totals()
    console.print()
    _print_line(
        console,
        f"{totals.entries} names stand for {readable_size(totals.written)} of pickles; "
        f"{totals.blobs} blobs hold {readable_size(totals.unique)}, {readable_size(totals.stored)} on disk. "
        f"Deduplication saved {readable_size(totals.saved)}.",
    )
    for package in record.packages:
        _print_line(
            console, f"code package {package.sha[:_KEY]}  {readable_size(package.raw_size)}  {package.path}"
        )
    for note in record.notes:
        _print_line(console, f"damaged: {note}", style="red")


def _print_map(
    record: StorageRecord, task: TaskKeys, attempt: KeyMapRecord, console: Terminal, values: bool
) -> None:
    title = task.path if len(task.attempts) == 1 else f"{task.path}, attempt {attempt.number}"
    console.print()
    _print_line(console, title, "bold")
    if not attempt.stored:
        _print_line(console, "  no artifact can be read: it never closed its key map", style="yellow")
        return
    if not attempt.artifacts:
        _print_line(console, f"  {attempt.damage or 'no artifacts of its own'}")
        return
    rows = []
    for entry in attempt.artifacts:
        blob = record.blob(entry.sha)
        on_disk = "missing" if blob.size is None else readable_size(blob.size)
        how = entry.change if entry.source is None else f"{entry.change} from {entry.source}"
        cells = [
            f"  {entry.name}",
            entry.sha[:_KEY],
            readable_size(entry.size),
            on_disk,
            entry.type_name,
            how,
        ]
        rows.append([visible(cell) for cell in (*cells, *([blob.value] if values else []))])
    headings = ("  name", "key", "size", "stored", "type", "how", *(["value"] if values else []))
    _print_table(console, headings, rows)


def _print_table(console: Terminal, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows below headings, cut to the width of the terminal.

    A table of Rich takes half a millisecond a row, which is minutes where a task has 200,000 artifacts.
    """
    columns = list(zip(headings, *rows, strict=True))
    wanted = [max(map(cell_len, column)) for column in columns]
    most = _widest(wanted, console.width - _GAP * (len(columns) - 1))
    widths = [min(width, most) for width in wanted]
    head, *lines = ((" " * _GAP).join(map(_fitted, cells, widths)).rstrip() for cells in (headings, *rows))
    console.print(Text(head, style="dim"), soft_wrap=True)
    for start in range(0, len(lines), _AT_ONCE):
        console.print(Text("\n".join(lines[start : start + _AT_ONCE])), soft_wrap=True)


def _widest(wanted: Sequence[int], room: int) -> int:
    """Return how wide a column may be, so that all of them have room: the narrow ones stay as they are."""
    left = room
    for index, width in enumerate(sorted(wanted)):
        share = left // (len(wanted) - index)
        if width > share:
            return max(1, share)
        left -= width
    return max(wanted)


def _fitted(text: str, width: int) -> str:
    return set_cell_size(text, width) if cell_len(text) <= width else set_cell_size(text, width - 1) + "…"


def _print_line(console: Terminal, text: str, style: str = "") -> None:
    console.print(Text(visible(text), style=style), soft_wrap=True)
