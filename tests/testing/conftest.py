"""The plugin is tested on a small project of its own."""

from __future__ import annotations

from collections.abc import Callable

import manim
import pytest
from small_project import Project

# pytester forgets every module that a run inside it imports, and NumPy cannot be imported twice.
import manim_metaflow.testing.report
import manim_metaflow.testing.snapshot  # noqa: F401


@pytest.fixture(autouse=True)
def plain_ground(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw on Manim's own ground, whatever the manim.cfg of the folder says."""
    monkeypatch.setitem(manim.config, "background_color", "#000000")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("CI", raising=False)
    # A module that changes within a second keeps its time stamp: its old bytecode would run.
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    return Project(pytester)


@pytest.fixture
def drawn(project: Project) -> Callable[..., pytest.RunResult]:
    """Draw the baseline of one body of a test, then run the test with another."""

    def run(before: str, after: str, *args: str) -> pytest.RunResult:
        project.write(before)
        project.update()
        project.write(after)
        return project.run(*args)

    return run
