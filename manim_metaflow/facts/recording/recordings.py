"""Where recordings are kept, how they are found again, and how they are written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from manim_metaflow.errors import RunError, UsageError
from manim_metaflow.facts.recording.metadata import relocate
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.run.record_file import store_of
from manim_metaflow.utils.files import atomic_write, folder_locked
from manim_metaflow.utils.outputs import RECORD, check_replaceable
from manim_metaflow.utils.own_folders import (
    PREFIX,
    check_removable,
    keep_folder,
    mark_folder,
    replaced_together,
    sweep,
    temporary_folder,
)
from manim_metaflow.utils.signals import interrupts_held

__all__ = [
    "Output",
    "RecordingFiles",
    "list_recordings",
    "put_recording",
    "recording_key",
    "scratch_store",
]

_DIRECTORY_VARIABLE = "MANIM_METAFLOW_RECORDINGS"


def recording_key(
    source: str,
    command: str,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    origin: str = "",
    modules: Mapping[str, str] | None = None,
) -> str:
    """Name what would be recorded: the same flow, asked the same, has the same key on every machine.

    ``modules`` are those beside the flow's file that it imports: their text by name.
    """
    # Line ends are those of the checkout, not of the flow.
    parts: list[object] = [source.replace("\r\n", "\n"), command, list(arguments), dict(environment), origin]
    if modules:
        parts.append({name: text.replace("\r\n", "\n") for name, text in modules.items()})
    # Twelve digits, 48 bits: in a folder of some hundred recordings no two meet by chance.
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def list_recordings(directory: str | Path) -> list[Path]:
    """List the recordings in a folder, by name."""
    return sorted(
        path for path in Path(directory).glob("*-*-*.json") if len(path.stem.rpartition("-")[2]) == 12
    )


@dataclass(frozen=True)
class Output:
    """Where a command puts a record that was asked for by a name.

    Parameters
    ----------
    path
        The record's file.
    keep_store
        Whether its datastore is kept beside it.
    force
        Whether what is there may be replaced, whatever it is.
    """

    path: Path
    keep_store: bool = True
    force: bool = False

    def check(self) -> None:
        """Check that nothing is there that is not a record, with its datastore, of an earlier call.

        Raises
        ------
        UsageError
            There is; the message names it.
        """
        check_replaceable(self.path, RECORD, force=self.force)
        check_removable(store_of(self.path), force=self.force)


class RecordingFiles:
    """The folder of recordings, and what the files of one of them are called.

    Parameters
    ----------
    directory
        The folder; ``None`` for ``MANIM_METAFLOW_RECORDINGS``, or ``recordings`` beside the flow's file.
    flow_file
        The flow's file.
    kind
        What is recorded: ``"run"``, ``"resume"``, ``"spin"`` or ``"command"``.
    key
        The recording's key.
    output
        The one file to write instead, whatever the key.
    """

    def __init__(
        self,
        directory: str | Path | None,
        flow_file: Path,
        kind: str,
        key: str,
        output: Output | None = None,
    ) -> None:
        chosen = directory or os.environ.get(_DIRECTORY_VARIABLE) or flow_file.parent / "recordings"
        self.directory = output.path.parent if output else Path(chosen)
        self.kind, self.key, self.output = kind, key, output

    def path(self, flow_name: str, suffix: str = ".json") -> Path:
        """Return the file of the recording. Only those of runs end in a plain ``.json``."""
        return self.directory / f"{flow_name}-{self.kind}-{self.key}{suffix}"

    def made(self, flow_name: str | None, suffix: str = ".json") -> Path | None:
        """Return the file of the recording, if it was made before.

        Where the caller did not name the flow's class, the key alone has to find the file.
        """
        found = sorted(self.directory.glob(self.path(flow_name or "*", suffix).name))
        return found[0] if len(found) == 1 else None

    def output_for(self, flow_name: str) -> Output:
        """Return where a record of the flow will be put."""
        return self.output or Output(self.path(flow_name))

    def put(self, record: RunRecord, store: Path) -> RunRecord:
        """Keep the record and its datastore; either both are there afterwards or neither."""
        return put_recording(replace(record, key=self.key), store, self.output_for(record.flow.name))


def put_recording(record: RunRecord, store: Path, output: Output) -> RunRecord:
    """Write a record to its file and move its datastore beside it; both are there afterwards or neither.

    Writers of one name take turns. Returns the record as it will be read.

    Raises
    ------
    UsageError
        What would be replaced is not a record of an earlier call. The record is kept under another name.
    RunError
        The record cannot be written. The datastore is kept under another name.
    """
    # The run cannot be had again: what came in its way since it began must not be the end of it.
    spare = output.path.with_name(f"{output.path.stem}-{record.run_id}.json")
    try:
        return _put(record, store, output)
    except UsageError as error:
        _put(record, store, Output(spare, output.keep_store))
        raise UsageError(f"{error} What was recorded is in {spare}.") from error
    except OSError as error:
        run = f"{record.flow.name}/{record.run_id}"
        kept = store_of(spare)
        keep_folder(store, kept)
        raise RunError(
            f"{run}: the run has ended ({record.status}), but {output.path} cannot be written "
            f"({error.strerror}). Its datastore is in {kept}: give that folder as --root to show {run}."
        ) from error


def _put(record: RunRecord, store: Path, output: Output) -> RunRecord:
    text = record.to_json()
    path, kept = output.path.absolute(), store_of(output.path.absolute())
    # Before it is moved: whoever finds the datastore at its place finds it whole.
    relocate(store, kept)
    with folder_locked(path.parent), temporary_folder(path.parent, PREFIX) as folder, interrupts_held():
        output.check()
        # First what may fail, then what takes no time: whoever looks meanwhile finds the old or the new.
        with replaced_together(folder, path, text) as aside, atomic_write(path) as draft:
            draft.write_text(text, encoding="utf-8")
            mark_folder(store)
            if os.path.lexists(kept):
                os.replace(kept, aside / kept.name)
            if output.keep_store:
                keep_folder(store, kept)
    return replace(RunRecord.from_json(text), recording=output.path)


@contextmanager
def scratch_store(directory: Path, origin: Path | None = None) -> Iterator[Path]:
    """Make a datastore folder to record into, a copy of ``origin``'s if given; gone if it was not kept.

    A resume gets its own copy so that a recording depends on its key alone, not on what else was
    resumed from the same run before. Blobs are linked, not copied: Metaflow never changes one.

    Raises
    ------
    RunError
        The folder cannot be written to.
    """
    with ExitStack() as stack:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            # What a process that was killed had no time to remove.
            sweep(directory)
            scratch = stack.enter_context(temporary_folder(directory, PREFIX, ".store"))
        except OSError as error:
            raise RunError(f"{directory}: cannot keep recordings here: {error.strerror}.") from error
        if origin is not None:
            shutil.copytree(origin, scratch, copy_function=_copy, dirs_exist_ok=True)
            relocate(scratch, scratch)
        yield scratch


def _copy(source: str, target: str) -> str:
    # A blob's file has its key for a name, forty letters; everything else of a datastore may be written
    # again.
    if len(Path(source).name) == hashlib.sha1().digest_size * 2:
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return target
    return shutil.copy2(source, target)
