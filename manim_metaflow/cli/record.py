"""``manim-metaflow record``: run or resume a flow now, and keep what happened as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import cloup

from manim_metaflow.cli.number import PositiveNumber
from manim_metaflow.errors import UsageError
from manim_metaflow.films.progress import progress_line
from manim_metaflow.utils.files import writable
from manim_metaflow.utils.text import visible
from manim_metaflow.utils.units import counted

if TYPE_CHECKING:
    from manim_metaflow.facts.records import RunRecord

__all__ = ["record"]


@cloup.command(
    short_help="Run or resume a flow and keep the record.",
    epilog="""Examples:

\b
  manim-metaflow record flow.py -o run.json
  manim-metaflow record flow.py -o run.json --with retry -- --alpha 3
  manim-metaflow record flow.py -o run.json -- --config settings prod.json
  manim-metaflow record flow.py --resume run.json -o resumed.json
  manim-metaflow record flow.py --resume run.json --step train -o again.json
""",
)
@cloup.argument("flow", help="file.py or file.py:Class.")
@cloup.argument("arguments", nargs=-1, help="After --: the flow's own options, as Metaflow takes them.")
@cloup.option(
    "-o",
    "--output",
    type=cloup.Path(path_type=Path),
    help="The record to write, .json; the flow's file name with .json by default.",
)
@cloup.option(
    "--with",
    "decorators",
    multiple=True,
    metavar="DECORATOR",
    help="As Metaflow's --with. May be given again.",
)
@cloup.option(
    "--resume",
    "origin",
    type=cloup.Path(path_type=Path),
    metavar="RECORD",
    help="Resume the run of this record; its .store folder must still be beside it.",
)
@cloup.option("--step", help="With --resume: begin again from this step, even if it succeeded.")
@cloup.option("--timeout", type=PositiveNumber(), help="Seconds after which it is stopped.")
@cloup.option("--discard-store", is_flag=True, help="Keep the record only, not the datastore of the run.")
@cloup.option(
    "--cwd",
    type=cloup.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The folder to run the flow in; that of its file by default.",
)
@cloup.option("--sandbox", is_flag=True, help="Run the flow in an empty folder instead.")
@cloup.option("--force", is_flag=True, help="Replace what is there, even if it is no record.")
def record(
    flow: str,
    arguments: tuple[str, ...],
    output: Path | None,
    decorators: tuple[str, ...],
    origin: Path | None,
    step: str | None,
    timeout: float | None,
    discard_store: bool,
    cwd: Path | None,
    sandbox: bool,
    force: bool,
) -> None:
    """Run a flow now, in a datastore of its own, and keep what Metaflow did.

    The flow runs in the folder of its file, where it finds the files beside it, and what it writes there
    stays. Your Metaflow configuration and datastore are neither read nor touched. A run that fails is
    recorded too. The run's datastore stays beside the record, as a folder with .store, so that it can be
    resumed, and read by Metaflow's client.
    """
    if step is not None and origin is None:
        raise UsageError("--step says where a resume begins. Give --resume too.")
    target = output or Path(Path(flow.partition(":")[0]).stem + ".json")
    if target.suffix != ".json" and not target.is_dir():
        raise UsageError(f"Cannot write {target}: its suffix must be .json (a record).")
    writable(target)
    options = (*(word for decorator in decorators for word in ("--with", decorator)), *arguments)
    place = {"timeout": timeout, "cwd": cwd, "sandbox": sandbox}
    keep = {"keep_store": not discard_store, "force": force}
    verb = "Resuming" if origin else "Running"
    with progress_line(f"{verb} {flow}"):
        run = _record(flow, options, target, origin, step, place, keep)
    cloned = f", {len(run.cloned)} cloned" if run.cloned else ""
    executed = f"{counted(len(run.executed), 'task')} executed{cloned}"
    click.echo(visible(f"{run.flow.name}/{run.run_id}: {run.status}, {executed}"), err=True)
    for note in run.notes:
        click.echo(f"Note: {visible(note)}", err=True)
    click.echo(visible(str(target)))


def _record(
    flow: str,
    options: tuple[str, ...],
    target: Path,
    origin: Path | None,
    step: str | None,
    place: dict[str, Any],
    keep: dict[str, bool],
) -> RunRecord:
    from manim_metaflow.facts import load_recording
    from manim_metaflow.facts.recording.recordings import Output
    from manim_metaflow.facts.recording.request import Where
    from manim_metaflow.facts.recording.runs import record_to

    first = None if origin is None else load_recording(origin)
    return record_to(Output(target, **keep), flow, *options, where=Where(**place), origin=first, step=step)
