"""A store with something wrong anywhere in it is read as far as it can be, or told in one message."""

from __future__ import annotations

import os
import random
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from fact_runs import Runs

from manim_metaflow.errors import ManimMetaflowError
from manim_metaflow.facts import load_run, load_storage

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1000"))
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


def damage(file: Path, original: bytes, dice: random.Random) -> None:
    """Change a few bytes of a file, or replace, cut or remove it."""
    file.unlink()
    how = dice.choice(("bytes", "bytes", "cut", "other", "gone", "link", "pipe", "folder"))
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


@pytest.mark.parametrize("name", ["nested foreach", "retries"])
def test_a_damaged_store_is_read_or_reported(runs: Runs, tmp_path: Path, name: str) -> None:
    dice, root = random.Random(name), tmp_path / ".metaflow"
    shutil.copytree(runs.store(name), root)
    run = f"{runs[name].flow.name}/{runs[name].run_id}"
    files = sorted(file for file in root.rglob("*") if file.is_file())
    for _ in range(EXAMPLES // 10):
        changed = {file: file.read_bytes() for file in dice.sample(files, dice.randint(1, 3))}
        for file, original in changed.items():
            damage(file, original, dice)
        with suppress(ManimMetaflowError):  # told in one message; nothing else may be raised
            load_run(run, root=root).to_json()
            load_storage(run, root=root, values=True, head=16).to_json()
        for file, original in changed.items():
            shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink(missing_ok=True)
            file.write_bytes(original)
