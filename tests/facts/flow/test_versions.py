"""Versions of a flow: from files, text and Git, and what is said where there are none."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from manim_metaflow.code import git_versions, load_version
from manim_metaflow.errors import UsageError

SOURCE = Path("tests/flows/linear.py").read_text()


@pytest.fixture
def repository(tmp_path):
    def git(*arguments):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *who, *arguments], check=True, capture_output=True)

    git("init", "-q")
    flow = tmp_path / "linear.py"
    for number, text in enumerate([SOURCE, SOURCE.replace("use", "apply"), SOURCE + "# more\n"]):
        flow.write_text(text)
        git("add", "linear.py")
        git("commit", "-q", "-m", f"change {number}")
    return flow


def test_a_file_and_its_text_are_the_same_version(tmp_path):
    of_file, of_text = load_version("tests/flows/linear.py"), load_version(SOURCE)
    assert of_file.source == of_text.source
    assert [s.name for s in of_file.flow.steps] == [s.name for s in of_text.flow.steps]


def test_a_revision_is_the_file_as_it_was(repository):
    version = load_version(f"{repository}@HEAD~1")
    assert "apply" in version.flow
    assert version.label == "HEAD~1"


def test_a_range_begins_with_the_version_before_it(repository):
    versions = git_versions(repository, "HEAD~2..HEAD")
    assert ["apply" in version.flow for version in versions] == [False, True, False]
    assert [version.label.partition(" ")[2] for version in versions[1:]] == ["change 1", "change 2"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("def start(:\n    pass\n", "line 1: invalid syntax"),
        ("if True:\n\tx = 1\n        y = 2\n", "line 3: inconsistent use of tabs"),
        ("x = 1\ny = 2\n", "no FlowSpec"),
        (SOURCE.replace("self.next(self.process)", "self.next(self.nowhere)"), "nowhere"),
    ],
)
def test_a_version_without_a_flow_holds_the_reason(text, problem):
    version = load_version(text)
    assert version.flow is None
    assert problem in version.problem
    assert "/tmp" not in version.problem


def test_there_is_no_such_file():
    with pytest.raises(UsageError, match=r"nothing.py: no such file"):
        load_version("nothing.py")


def test_there_is_no_such_revision(repository):
    with pytest.raises(UsageError, match="HEAD~99"):
        load_version(f"{repository}@HEAD~99")
    with pytest.raises(UsageError, match="HEAD~99"):
        git_versions(repository, "HEAD~99..HEAD")


def test_a_file_outside_of_any_repository_is_an_error(tmp_path):
    flow = tmp_path / "flow.py"
    flow.write_text(SOURCE)
    with pytest.raises(UsageError, match="in no Git repository"):
        git_versions(flow, "HEAD~1..HEAD")
