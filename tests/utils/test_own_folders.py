"""A folder is removed only if it was made here and holds nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from manim_metaflow.errors import UsageError
from manim_metaflow.utils.own_folders import MARK, check_removable, mark_folder, sweep, temporary_folder


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A marked folder with files in it, one of a name that is hard to list, and a link to another folder."""
    folder = tmp_path / "run.store"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / os.fsdecode(b"two\nlines\xe9")).touch()
    (folder / "link").symlink_to(tmp_path)
    mark_folder(folder)
    return folder


def test_a_marked_folder_may_be_removed_as_long_as_nothing_is_added(made: Path) -> None:
    check_removable(made)
    (made / "link").unlink()
    check_removable(made)
    (made / "below" / "mine.txt").touch()
    with pytest.raises(UsageError, match=r"run.store would be replaced, and below/mine.txt was put into it"):
        check_removable(made)
    check_removable(made, force=True)


@pytest.mark.parametrize(
    "mark", [None, "", "[]", "nonsense", '{"made_by": "me", "files": ["a.txt"]}', "[" * 9999]
)
def test_a_folder_without_our_mark_may_not_be_removed(tmp_path: Path, mark: str | None) -> None:
    folder = tmp_path / "config.store"
    folder.mkdir()
    check_removable(folder)
    (folder / "a.txt").touch()
    if mark is not None:
        (folder / MARK).write_text(mark)
    with pytest.raises(UsageError, match=r"config.store would be replaced, and nothing in it says"):
        check_removable(folder)


def test_a_sweep_takes_away_what_a_killed_process_left_and_nothing_else(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, signal\n"
        "from manim_metaflow.utils.own_folders import temporary_folder\n"
        f"with temporary_folder(pathlib.Path({str(tmp_path)!r}), '.draft-'):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    (tmp_path / ".draft-of-the-user").mkdir()
    (left,) = (path for path in tmp_path.iterdir() if path.name != ".draft-of-the-user")
    with temporary_folder(tmp_path, ".draft-") as in_use:
        sweep(tmp_path, ".draft-")
        assert sorted(tmp_path.iterdir()) == sorted([tmp_path / ".draft-of-the-user", in_use])
    assert not left.exists()
    assert [path.name for path in tmp_path.iterdir()] == [".draft-of-the-user"]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_may_not_be_removed(made: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "other.store"
    path.touch() if kind == "file" else path.symlink_to(made)
    with pytest.raises(UsageError, match=r"other.store is in the way"):
        check_removable(path)


@pytest.mark.parametrize("moment", ["while it is made", "while it is taken away"])
def test_ctrl_c_waits_for_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    name, module = ("mkdtemp", tempfile) if moment == "while it is made" else ("rmtree", shutil)
    act = getattr(module, name)

    def interrupted(*arguments: Any, **options: Any) -> Any:
        signal.raise_signal(signal.SIGINT)
        return act(*arguments, **options)

    monkeypatch.setattr(module, name, interrupted)
    with pytest.raises(KeyboardInterrupt), temporary_folder(tmp_path, ".draft-"):
        assert moment == "while it is taken away"
    assert list(tmp_path.iterdir()) == []
