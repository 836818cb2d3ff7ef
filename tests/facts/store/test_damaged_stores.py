"""A store with something wrong anywhere in it is read as far as it can be, or told in one message."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from fact_runs import Runs

from manim_metaflow.errors import ManimMetaflowError
from manim_metaflow.facts.run.reader import read_run
from manim_metaflow.facts.run.storage_reader import StorageReader
from manim_metaflow.facts.store.datastore import Datastore
from manim_metaflow.facts.store.files import LocalFiles
from manim_metaflow.facts.store.metadata import FolderMetadata, ServiceMetadata
from manim_metaflow.facts.store.storages import StorageFiles

FUZZ = os.environ.get("FUZZ_EXAMPLES")
MUTATIONS = int(os.environ.get("FUZZ_EXAMPLES", "2000"))
"""Damaged files, over all kinds of stores."""

AT_ONCE = 8
"""Files that are damaged before a store is read: reading it costs more than all the rest."""

BYTES = (
    b"",
    b"\0",
    b"[" * 10_000,
    b"{}",
    b"\xff",
    b"-1",
    b'"',
    b"null",
    b"1e999",
    b"NaN",
    b"../../x",
    b"9" * 5000,
)
VALUES = (
    None,
    True,
    -1,
    10**30,
    1.5,
    "",
    "\0",
    "a\ud800",
    "../../x",
    "/dev/zero",
    [],
    {},
    [[]],
    [None],
    {"": 1},
)
CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.utime", "os.truncate", "os.link")
PROCESSES = ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork", "ctypes.dlopen")


def damage(file: Path, original: bytes, dice: random.Random, *, local: bool) -> None:
    """Change a few bytes of a file, or replace, cut or remove it."""
    file.unlink()
    # A bucket has neither links nor pipes.
    how = dice.choice(
        ("bytes", "bytes", "cut", "other", "gone", *(("link", "pipe", "folder") if local else ()))
    )
    if how == "bytes":
        at = dice.randrange(len(original) + 1)
        file.write_bytes(original[:at] + dice.choice(BYTES) + original[at + dice.randint(0, 4) :])
    elif how == "cut":
        file.write_bytes(original[: dice.randrange(len(original) + 1)])
    elif how == "other":
        file.write_bytes(dice.choice(BYTES))
    elif how == "link":
        file.symlink_to(dice.choice(("/dev/zero", file.name, "/etc/passwd", "..")))
    elif how == "pipe":
        os.mkfifo(file)
    elif how == "folder":
        file.mkdir()


def restore(file: Path, original: bytes) -> None:
    if file.is_dir() and not file.is_symlink():
        file.rmdir()
    else:
        file.unlink(missing_ok=True)
    file.write_bytes(original)


@contextmanager
def only_reading(root: Path) -> Iterator[list[str]]:
    """Collect what is done beside reading: code run, something changed, a file outside the store opened."""
    done: list[str] = []
    here, on = f"{os.path.realpath(root)}{os.sep}", True

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not on:
            return
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path, _, flags = arguments
            real = os.path.realpath(os.fsdecode(path))
            # Python looks for the line of a syntax error in a file of the name that its parser makes up.
            allowed = real.startswith((here, sys.prefix, sys.base_prefix)) or path == "<unknown>"
            if not allowed or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                done.append(f"{event} {path} {flags}")
        elif event in CHANGES or event in PROCESSES:
            done.append(f"{event} {arguments[0]}")
        elif event == "exec" and "python3" not in arguments[0].co_filename:
            done.append(f"{event} {arguments[0].co_filename}")

    sys.addaudithook(hook)
    try:
        yield done
    finally:
        on = False


def tree_of(root: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(root)): file.read_bytes() for file in sorted(root.rglob("*")) if file.is_file()
    }


class Service:
    """Answers as the metadata service would of a run in folders, with values changed at some places."""

    def __init__(self, root: Path, flow: str, run_id: str) -> None:
        stored = FolderMetadata(LocalFiles(str(root)), flow)
        created = stored.run(run_id).created or 0.0
        self.runs: list[Any] = [{"run_number": run_id, "ts_epoch": int(created * 1000), "system_tags": []}]
        self.metadata: list[Any] = [
            {"step_name": step, "task_id": number, "field_name": name, "ts_epoch": stamp, "value": "1"}
            for step, number in stored.tasks(run_id)[0]
            for name, stamps in stored.task(run_id, step, number).stamps.items()
            for stamp in stamps
        ]
        self.dice = random.Random(0)
        self.damaged = False

    def get(self, url: str, **_: Any) -> Any:
        content = self.metadata if url.endswith("/metadata") else self.runs
        text = json.dumps(content)
        if self.damaged:
            changed = json.loads(text)
            for _ in range(3):
                record = self.dice.choice(changed)
                record[self.dice.choice([*record])] = self.dice.choice(VALUES)
            text = json.dumps(changed)
            if self.dice.random() < 0.1:
                text = self.dice.choice(("[" * 10_000, "{}", "null", "5", "[5, null]", text[:-9], "NaN"))
        return Answer(text)


class Answer:
    status_code = 200

    def __init__(self, text: str) -> None:
        self.text = text

    def raise_for_status(self) -> None:
        pass

    def json(self) -> Any:
        return json.loads(self.text)


def opened(kind: str, root: Path, flow: str) -> Datastore:
    """Open a store: in a folder, through Metaflow's own classes as a bucket is, and with the service."""
    files = LocalFiles(str(root)) if kind != "bucket" else StorageFiles("local", str(root))
    service = ServiceMetadata("http://127.0.0.1:1", {}, flow)
    return Datastore(
        files, service if kind == "service" else FolderMetadata(LocalFiles(str(root)), flow), flow
    )


def read(kind: str, root: Path, flow: str, run_id: str) -> None:
    """Read all there is of a run."""
    read_run(opened(kind, root, flow), run_id).to_json()
    StorageReader(opened(kind, root, flow), run_id, None, values=True, head=16).record().to_json()


@pytest.mark.parametrize("name", ["linear", "retries"])
@pytest.mark.parametrize("kind", ["folder", "bucket", "service"])
def test_a_damaged_store_is_read_or_reported(
    runs: Runs, tmp_path: Path, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice, root = random.Random(f"{kind} {name}"), tmp_path / ".metaflow"
    shutil.copytree(runs.store(name), root)
    flow, run_id = runs[name].flow.name, runs[name].run_id
    service = Service(root, flow, run_id)
    monkeypatch.setattr("requests.get", service.get)
    before = tree_of(root)
    files = [root / file for file in before]
    read(kind, root, flow, run_id)  # What is imported at first use is imported before anybody watches.
    service.damaged = True
    with only_reading(tmp_path) as done:
        for _ in range(MUTATIONS // 6 // AT_ONCE):
            changed = dice.sample(files, dice.randint(1, 2 * AT_ONCE - 1))
            for file in changed:
                damage(file, before[str(file.relative_to(root))], dice, local=kind == "folder")
            watched = {file: file.lstat() for file in changed if os.path.lexists(file)}
            done.clear()  # what the damage itself has done
            with suppress(ManimMetaflowError):  # told in one message; nothing else may be raised
                read(kind, root, flow, run_id)
            assert done == []
            assert {file: file.lstat().st_mtime_ns for file in watched} == {
                file: found.st_mtime_ns for file, found in watched.items()
            }
            for file in changed:
                restore(file, before[str(file.relative_to(root))])
    assert tree_of(root) == before
