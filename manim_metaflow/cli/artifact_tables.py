"""Print what a run left in storage: each task's key map, the blobs, and what deduplication saved."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from manim_metaflow.cli.run_argument import names_run
from manim_metaflow.errors import UsageError
from manim_metaflow.facts.records.storage import KeyMapRecord, StorageRecord, TaskKeys
from manim_metaflow.utils.units import readable_size

__all__ = ["print_artifacts", "show_artifacts"]

_KEY = 12
WIDE = 220
"""Letters a line may have where no terminal says."""


def show_artifacts(run: str, *, root: str | None = None, values: bool = False, as_json: bool = False) -> None:
    """Print what is known of a run's storage.

    Parameters
    ----------
    run
        ``"MyFlow/123"``, or a record's ``.json`` file that keeps storage.
    root, values
        As for :func:`.load_storage`.
    as_json
        Print the record itself.

    Raises
    ------
    UsageError
        The text names no run, or the record keeps no storage.
    """
    record = _record(run, root, values)
    if as_json:
        print(record.to_json(), end="")
        return
    terminal = Console()
    print_artifacts(record, terminal if terminal.is_terminal else Console(width=WIDE), values=values)


def _record(run: str, root: str | None, values: bool) -> StorageRecord:
    from manim_metaflow.facts import load_recording, load_storage

    if not names_run(run):
        raise UsageError(f"{run} is not a run; --artifacts is for runs, such as MyFlow/1763700154.")
    if not run.endswith(".json"):
        return load_storage(run, root=root, values=values)
    held = load_recording(run).storage
    if held is None:
        raise UsageError(f"{run}: this record keeps no storage. Record it with storage=True.")
    return held


def print_artifacts(record: StorageRecord, console: Console, *, values: bool = False) -> None:
    """Print one run."""
    console.print(f"{record.flow_name}/{record.run_id}", style="bold", highlight=False)
    for task in record.tasks:
        for attempt in task.attempts:
            _print_map(record, task, attempt, console, values)
    shown = record.totals()
    console.print()
    _say(
        console,
        f"{shown.entries} names stand for {readable_size(shown.written)} of pickles; "
        f"{shown.blobs} blobs hold {readable_size(shown.unique)}, {readable_size(shown.stored)} on disk. "
        f"Deduplication saved {readable_size(shown.saved)}.",
    )
    for package in record.packages:
        _say(console, f"code package {package.sha[:_KEY]}  {readable_size(package.raw_size)}  {package.path}")
    for note in record.notes:
        _say(console, f"damaged: {note}", style="red")


def _print_map(
    record: StorageRecord, task: TaskKeys, attempt: KeyMapRecord, console: Console, values: bool
) -> None:
    title = task.path if len(task.attempts) == 1 else f"{task.path}, attempt {attempt.number}"
    console.print()
    console.print(title, style="bold", highlight=False)
    if not attempt.stored:
        _say(console, "  no artifact can be read: it never closed its key map", style="yellow")
        return
    if not attempt.artifacts:
        _say(console, f"  {attempt.damage or 'no artifacts of its own'}")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2), show_header=True, header_style="dim")
    for heading in ("  name", "key", "size", "stored", "type", "how", *(["value"] if values else [])):
        table.add_column(heading, no_wrap=True, overflow="ellipsis")
    for entry in attempt.artifacts:
        blob = record.blob(entry.sha)
        kept = "missing" if blob.size is None else readable_size(blob.size)
        how = entry.change if entry.source is None else f"{entry.change} from {entry.source}"
        cells = [f"  {entry.name}", entry.sha[:_KEY], readable_size(entry.size), kept, entry.type_name, how]
        table.add_row(*map(Text, [*cells, *([blob.value] if values else [])]))
    console.print(table)


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), highlight=False, soft_wrap=True)
