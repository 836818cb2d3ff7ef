"""What is committed holds on any machine, and Manim knows the plugin."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from documented import ROOT

# Put together from pieces, or this file would find itself.
HOMES = [rf"/{home}/[\w.-]+" for home in ("home", "Users")]
MACHINE_PATH = re.compile("|".join([*HOMES, "/" + "root/", r"(?<!\w)/" + "work/"]).encode())
TEMPORARY_PATH = re.compile(("/" + r"tmp/|/var/" + "folders/").encode())


def committed() -> list[Path]:
    """Return the files of the git index."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: there is no index to look through")
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def naming(pattern: re.Pattern[bytes], paths: list[Path]) -> list[str]:
    """Return ``file: match`` for the first match in each of the files."""
    matches = ((path, pattern.search(path.read_bytes())) for path in paths)
    return [f"{path.name}: {match[0].decode(errors='replace')}" for path, match in matches if match]


def test_no_committed_file_names_a_place_on_a_machine() -> None:
    assert naming(MACHINE_PATH, committed()) == []


def test_no_committed_recording_names_a_temporary_folder() -> None:
    recordings = [path for path in committed() if path.suffix in {".json", ".gz", ".svg"}]
    assert naming(TEMPORARY_PATH, recordings) == []


@pytest.mark.parametrize(
    "path", ["/home/" + "ada/x", "/Users/" + "ada", "/" + "root/.cache", "/" + "work/main"]
)
def test_places_on_a_machine_are_recognised(path: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text(f"see {path}")
    assert len(naming(MACHINE_PATH, [file])) == 1


def test_manim_lists_the_plugin() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "manim", "plugins", "-l"], capture_output=True, text=True, check=True
    )
    assert re.search(r"^\W*manim_metaflow\s*$", done.stdout, re.M)


def judged(message: str) -> int:
    """Return the exit code with which the check of commit messages answers."""
    return subprocess.run(
        [sys.executable, "-m", "commitizen.cli", "check"],
        cwd=ROOT,
        input=message,
        text=True,
        capture_output=True,
        check=False,
    ).returncode


@pytest.mark.parametrize(
    "message",
    [
        "fix: keep an arc inside its region",
        "refactor(render): split it",
        "feat: add a thing\n\nPeople need it.",
    ],
)
def test_commit_message_as_asked_is_taken(message: str) -> None:
    assert judged(message) == 0


@pytest.mark.parametrize(
    "message",
    ["Add a thing", "feat: add a thing", "perf: draw less", "bench: measure", f"fix: {'long ' * 15}"],
)
def test_other_commit_message_is_refused(message: str) -> None:
    assert judged(message) != 0
