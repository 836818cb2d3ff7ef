"""``manim-metaflow check``, through the command line: a line for everything that breaks a rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from manim_metaflow.cli import main

TALK = """
import manim as mn

class Talk(mn.Scene):
    def construct(self):
        self.next_section("shapes", "hook")
        self.add(mn.Text("over"), mn.Text("lap"))
        self.wait(2)
"""
BROKEN = "\n\nclass Broken(mn.Scene):\n    def construct(self):\n        self.add(1 / 0)\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talk.py").write_text(TALK)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["check", *arguments])


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("arguments", [("talk.py",), (".",), ("talk.py", "Talk")])
def test_every_finding_is_a_line_with_film_second_rule_and_reason(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    assert "talk.py:Talk 0.1 s  text-overlap: Text 'over' and Text 'lap' overlap\n" in result.stdout
    assert "talk.py:Talk 0.0 s  chapters: 1 chapters, at least 3\n" in result.stdout
    assert "hook" not in result.stdout


@pytest.mark.usefixtures("folder")
def test_findings_are_printed_as_json() -> None:
    rows = json.loads(run("talk.py", "--json").stdout)
    [overlap] = [row for row in rows if row["rule"] == "text-overlap"]
    assert overlap.keys() == {"file", "scene", "second", "rule", "message", "warning"}
    assert (overlap["file"], overlap["scene"], overlap["warning"]) == ("talk.py", "Talk", False)


def test_what_the_scene_raises_is_one_message_with_file_and_line(folder: Path) -> None:
    (folder / "talk.py").write_text(TALK + BROKEN)
    result = run("talk.py", "Broken")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        "manim-metaflow: talk.py, line 13, in construct: ZeroDivisionError: division by zero"
    )


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.py",), "nowhere.py: no such file or folder."),
        (("talk.py", "Walk"), "talk.py has no scene 'Walk'. Its scenes are: Talk."),
    ],
)
def test_what_is_not_there_is_a_usage_error(arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
