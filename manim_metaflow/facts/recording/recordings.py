"""Where recordings are kept, how they are found again, and how they are written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from manim_metaflow.errors import RunError
from manim_metaflow.facts.records import RunRecord
from manim_metaflow.facts.run.record_file import load_recording, store_of
from manim_metaflow.utils.files import write_text
from manim_metaflow.utils.signals import interrupts_held

__all__ = [
    "RecordingFiles",
    "list_recordings",
    "put_recording",
    "recording_key",
    "scratch_folder",
    "scratch_store",
]

_DIRECTORY_VARIABLE = "MANIM_METAFLOW_RECORDINGS"


def recording_key(
    source: str,
    command: str,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    origin: str = "",
) -> str:
    """Name what would be recorded: the same flow, asked the same, has the same key on every machine."""
    # Line ends are those of the checkout, not of the flow.
    parts = [source.replace("\r\n", "\n"), command, list(arguments), dict(environment), origin]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]


def list_recordings(directory: str | Path) -> list[Path]:
    """List the recordings in a folder, by name."""
    return sorted(
        path for path in Path(directory).glob("*-*-*.json") if len(path.stem.rpartition("-")[2]) == 12
    )


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
    """

    def __init__(self, directory: str | Path | None, flow_file: Path, kind: str, key: str) -> None:
        chosen = directory or os.environ.get(_DIRECTORY_VARIABLE) or flow_file.parent / "recordings"
        self.directory = Path(chosen)
        self.kind, self.key = kind, key

    def path(self, flow_name: str, suffix: str = ".json") -> Path:
        """Return the file of the recording. Only those of runs end in a plain ``.json``."""
        return self.directory / f"{flow_name}-{self.kind}-{self.key}{suffix}"

    def find(self, flow_name: str | None) -> RunRecord | None:
        """Read the recording, if it was made before.

        Where the caller did not name the flow's class, the key alone has to find the file.
        """
        found = sorted(self.directory.glob(self.path(flow_name or "*").name))
        return load_recording(found[0]) if len(found) == 1 else None

    def put(self, record: RunRecord, store: Path) -> RunRecord:
        """Keep the record and its datastore; either both are there afterwards or neither."""
        return put_recording(replace(record, key=self.key), store, self.path(record.flow.name))


def put_recording(record: RunRecord, store: Path | None, path: Path) -> RunRecord:
    """Write a record to its file and move its datastore beside it; both are there afterwards or neither.

    ``store`` is ``None`` to keep none.
    """
    with interrupts_held():
        # The old record goes first: a record beside another run's datastore would be worse than none.
        path.unlink(missing_ok=True)
        shutil.rmtree(store_of(path), ignore_errors=True)
        try:
            if store is not None:
                os.replace(store, store_of(path))
            write_text(path, record.to_json())
        except BaseException:
            shutil.rmtree(store_of(path), ignore_errors=True)
            raise
    return replace(record, recording=path)


@contextmanager
def scratch_store(directory: Path, origin: Path | None = None) -> Iterator[Path]:
    """Make a datastore folder to record into, a copy of ``origin``'s if given; gone if it was not kept.

    A resume gets its own copy so that a recording depends on its key alone, not on what else was
    resumed from the same run before. Blobs are linked, not copied: Metaflow never changes one.
    """
    with scratch_folder(directory, ".store") as scratch:
        if origin is not None:
            shutil.copytree(origin, scratch, copy_function=_copy, dirs_exist_ok=True)
        yield scratch


@contextmanager
def scratch_folder(directory: Path, suffix: str = "") -> Iterator[Path]:
    """Make a folder for the time of the block. Ctrl-C waits while it is made and while it is taken away."""
    made: Path | None = None
    try:
        with interrupts_held():
            try:
                directory.mkdir(parents=True, exist_ok=True)
                made = Path(tempfile.mkdtemp(dir=directory, prefix=".recording-", suffix=suffix)).resolve()
            except OSError as error:
                raise RunError(f"{directory}: cannot keep recordings here: {error.strerror}.") from error
        yield made
    finally:
        if made is not None:
            with interrupts_held():
                shutil.rmtree(made, ignore_errors=True)


def _copy(source: str, target: str) -> str:
    if len(Path(source).name) == hashlib.sha1().digest_size * 2:
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return target
    return shutil.copy2(source, target)
