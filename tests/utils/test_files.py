"""A file is written whole, or it is left as it was."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from manim_metaflow.errors import UsageError
from manim_metaflow.utils.files import (
    atomic_write,
    folder_locked,
    writable,
    write_bytes,
    write_text,
)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_text("before")
    return path


def alone(path: Path) -> bool:
    """Tell whether nothing is left beside a file."""
    return list(path.parent.iterdir()) == [path]


def test_the_draft_is_on_the_disk_of_its_file_and_has_its_suffix(target: Path) -> None:
    with atomic_write(target) as draft:
        assert (draft.parent.parent, draft.suffix) == (target.parent, ".mp4")
        draft.write_text("after")
        assert target.read_text() == "before"
    assert target.read_text() == "after"
    assert alone(target)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_the_file_as_it_was(target: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), atomic_write(target) as draft:  # noqa: PT012
        draft.write_text("half")
        raise error
    assert target.read_text() == "before"
    assert alone(target)


def interrupted(call: Callable[..., object]) -> Callable[..., object]:
    """Return a function that is interrupted as soon as it has done its work."""

    def then_interrupted(*args: object, **kwargs: object) -> object:
        result = call(*args, **kwargs)
        signal.raise_signal(signal.SIGINT)
        return result

    return then_interrupted


@pytest.mark.parametrize("moment", ["touch", "write_bytes", "replace"])
def test_an_interrupt_at_any_moment_leaves_a_whole_file_and_nothing_else(
    target: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr(Path, moment, interrupted(getattr(Path, moment)))
    with pytest.raises(KeyboardInterrupt):
        write_bytes(target, b"after")
    assert target.read_text() == ("before" if moment in ("touch", "write_bytes") else "after")
    assert alone(target)


def test_a_draft_may_be_moved_away_or_replaced(target: Path) -> None:
    other = target.with_name("made elsewhere")
    with atomic_write(target) as draft:
        other.write_text("after")
        other.replace(draft)
    assert target.read_text() == "after"
    assert alone(target)


def test_a_link_stays_and_its_file_is_replaced(target: Path, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    folder.mkdir()
    link = folder / "link.mp4"
    link.symlink_to(target)
    write_text(link, "after")
    assert link.is_symlink()
    assert alone(link)
    assert target.read_text() == "after"


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "new.txt", "text")
    finally:
        os.umask(before)
    assert (tmp_path / "new.txt").stat().st_mode & 0o777 == 0o640


def test_text_is_utf8_with_plain_line_ends(tmp_path: Path) -> None:
    write_text(tmp_path / "new.txt", "grün\n")
    assert (tmp_path / "new.txt").read_bytes() == "grün\n".encode()


def test_a_name_may_be_as_long_as_the_file_system_lets_it(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 251 + ".txt")
    write_text(path, "text")
    assert alone(path)


def test_a_missing_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_text(tmp_path / "none" / "new.txt", "text")


@pytest.mark.parametrize(("name", "why"), [("", "is a folder"), ("none/film.mp4", "there is no folder")])
def test_what_cannot_be_written_is_told_before(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        writable(tmp_path / name)


def test_a_check_leaves_nothing(target: Path) -> None:
    assert writable(target) == target
    assert alone(target)


def test_who_locks_a_folder_waits_for_the_one_before(tmp_path: Path) -> None:
    turns = []
    with folder_locked(tmp_path):
        other = threading.Thread(target=lambda: _take_turn(tmp_path, turns))
        other.start()
        other.join(0.1)
        turns.append("first")
    other.join()
    assert turns == ["first", "second"]
    assert list(tmp_path.iterdir()) == []


def _take_turn(folder: Path, turns: list[str]) -> None:
    with folder_locked(folder):
        turns.append("second")
