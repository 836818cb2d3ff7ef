"""``--language``: which captions' file a command reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from forked import command

from manim_metaflow.cli import main
from manim_metaflow.utils.language import chosen_language

SCENE = """
from manim_metaflow import DeepDive

class Talk(DeepDive):
    def construct(self):
        with self.beat("greeting"):
            self.wait(0.1)
"""


@pytest.fixture
def talk(tmp_path: Path) -> str:
    (tmp_path / "captions").mkdir()
    for language, text in {"en": "Hello.", "de": "Ein Satz, der viel zu lang ist. " * 3}.items():
        (tmp_path / "captions" / f"told.{language}.toml").write_text(f'greeting = "{text.strip()}"\n')
    file = tmp_path / "told.py"
    file.write_text(SCENE)
    return str(file)


def rules(*words: str) -> set[str]:
    result = CliRunner().invoke(main, ["check", *words, "--json"])
    return {finding["rule"] for finding in json.loads(result.stdout)}


def test_a_translation_is_held_against_the_rules(talk: str) -> None:
    assert "caption-length" not in rules(talk)
    assert "caption-length" in rules(talk, "--language", "de")
    assert chosen_language() is None


def test_a_language_that_there_is_not_is_an_error_of_usage(talk: str) -> None:
    result = CliRunner().invoke(main, ["check", talk, "--language", "fr"])
    assert result.exit_code == 2
    assert "no captions in 'fr', only in de, en" in result.stderr
    assert CliRunner().invoke(main, ["check", talk, "--language", "../x"]).exit_code == 2


def test_a_film_is_drawn_anew_when_its_captions_change_or_its_language_does(
    talk: str, tmp_path: Path
) -> None:
    words = ("render", "-r", "160,90", "--fps", "2", "--media_dir", tmp_path / "media", talk)
    captions = tmp_path / "captions" / "told.en.toml"
    rendered = []
    for language, text in [("en", ""), ("en", ""), ("de", ""), ("en", 'greeting = "Hi."\n')]:
        captions.write_text(text or captions.read_text())
        done = command(*words, "--language", language, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        rendered.append("unchanged" not in done.stderr)
    assert rendered == [True, False, True, True]
